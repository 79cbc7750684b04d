#ifndef QUIESCE_DAEMON_CLOUD_CALL_POOL_H_
#define QUIESCE_DAEMON_CLOUD_CALL_POOL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/error_table.h"

namespace quiesce::cloud {

// One call on its way through a pool. The pool calls either Run and then Conclude, or Drop; each
// once.
class PooledCall {
 public:
  enum class Why : uint8_t {
    kNoConnection,  // none was free in time, or too many calls were waiting already
    kDeadline,      // its deadline passed while it waited
    kClosing,       // the pool is closing
  };

  PooledCall(Operation operation, SteadyTime deadline)
      : operation_(operation), deadline_(deadline) {}
  virtual ~PooledCall() = default;

  // Makes the call, on the thread of worker number `worker`. Blocks until the call is over.
  virtual void Run(int worker) = 0;
  // Whether Run was told to slow down (429). After Run.
  virtual bool throttled() const { return false; }
  // Tells what came of Run. Its place in the pool is free again by now: whoever hears of the end
  // may submit the next call at once and is not told that the pool is full.
  virtual void Conclude() = 0;
  // Ends Run soon: the deadline passed, or the pool closes. From another thread, while Run is under
  // way and never later. Must not block, nor call the pool.
  virtual void Cut() = 0;
  // The call will not be made. On any thread. Must not block.
  virtual void Drop(Why why) = 0;

  Operation operation() const { return operation_; }
  SteadyTime deadline() const { return deadline_; }

 private:
  const Operation operation_;
  const SteadyTime deadline_;
};

// The threads that make the calls of one credential to one endpoint, a bounded queue in front of
// them, and one more thread that keeps deadlines. Knows no HTTP.
//
// Never more than `workers` calls at once. Lists take seconds where stops take milliseconds, so
// each kind leaves room for the other: lists get a quarter of the workers (at least one), stops all
// but one (at least one); among the calls that may run, the one that waits longest is next. With a
// single worker a slow list does hold up stops; whoever configures that asked for it.
//
// A stop that no worker took within kMaxHandOverDelay is dropped: the gates it was claimed under
// are too old. At most 2 x workers stops are accepted at a time, one in flight and one waiting for
// each.
class CallPool {
 public:
  // Called by worker number `worker` before it waits for a call, and as long as it waits again
  // after the time it returns. `closing`: for the last time.
  using Tend = std::function<absl::Duration(int worker, bool closing)>;

  CallPool(int workers, Clock* clock, Tend tend);
  ~CallPool();  // as Close(0)

  // Thread-safe; does not block.
  void Submit(std::shared_ptr<PooledCall> call);

  // Drops what waits and what is submitted from now on, lets the calls in flight go on for up to
  // `grace`, cuts those that are left and returns when no thread is left. Does nothing the second
  // time. By the owner only.
  void Close(absl::Duration grace);
  // From now on Close, also one that is under way, waits for `grace` at most. Thread-safe; does not
  // block.
  void Hurry(absl::Duration grace);

  int max_lists() const { return max_running_[Index(Operation::kList)]; }
  int max_stops() const { return max_running_[Index(Operation::kStop)]; }

 private:
  struct Entry;
  using Queue = std::list<std::shared_ptr<Entry>>;
  using Timers = std::multimap<SteadyTime, std::shared_ptr<Entry>>;

  struct Entry {
    std::shared_ptr<PooledCall> call;
    uint64_t order = 0;  // of submission
    bool running = false;
    Queue::iterator place;  // while it waits
    Timers::iterator timer;
    bool has_timer = false;
  };

  static size_t Index(Operation operation) { return static_cast<size_t>(operation); }

  void Work(int worker);
  // Waits up to `patience`; null when it is over or the pool closes. Not `running`: came too late.
  std::shared_ptr<Entry> Take(absl::Duration patience);
  void DropLate(PooledCall& call);
  void DropWaitingStops() ABSL_LOCKS_EXCLUDED(mu_);
  void Finish(const std::shared_ptr<Entry>& entry);
  void KeepDeadlines();

  bool IsFull(Operation operation) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  Queue* NextQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SetTimer(const std::shared_ptr<Entry>& entry, SteadyTime when)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ClearTimer(Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Cuts what is due and runs, takes what is due and waits; sleeps when nothing is.
  std::vector<std::shared_ptr<PooledCall>> WaitForDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool closed() ABSL_LOCKS_EXCLUDED(mu_);

  // Constant after construction.
  const std::array<int, 2> max_running_;
  const size_t max_stops_accepted_;
  Clock* const clock_;
  const Tend tend_;
  std::vector<std::thread> workers_;
  std::thread deadline_keeper_;

  Mutex mu_;
  CondVar work_;      // there may be a call to take, or the pool closed
  CondVar deadline_;  // an earlier timer, or the pool closed
  CondVar idle_;      // nothing runs any more
  std::array<Queue, 2> waiting_ ABSL_GUARDED_BY(mu_);
  std::array<int, 2> running_ ABSL_GUARDED_BY(mu_) = {0, 0};
  Timers timers_ ABSL_GUARDED_BY(mu_);
  SteadyTime next_wake_ ABSL_GUARDED_BY(mu_) = SteadyTime::Never();
  uint64_t submitted_ ABSL_GUARDED_BY(mu_) = 0;
  bool closing_ ABSL_GUARDED_BY(mu_) = false;                        // takes nothing more
  SteadyTime cut_at_ ABSL_GUARDED_BY(mu_) = SteadyTime::Infinite();  // what runs then, if closing
  bool finished_ ABSL_GUARDED_BY(mu_) = false;  // nothing runs: the deadline keeper may go
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_CALL_POOL_H_
