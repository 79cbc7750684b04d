#ifndef QUIESCE_DAEMON_APP_EVENT_LOOP_H_
#define QUIESCE_DAEMON_APP_EVENT_LOOP_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/mutex.h"

namespace quiesce::app {

// The executor of the engine: one thread that runs tasks in the order of posting, and timed ones
// in the order of their times.
//
// Post and PostAt are thread-safe and never block. The queue has no bound of its own: what posts
// is bounded (calls in flight, operations in the store's queue, open RPCs), and a task refused
// could be the one that frees the rest.
class EventLoop final : public Executor {
 public:
  explicit EventLoop(Clock& clock) : clock_(clock) {}
  // Stops first.
  ~EventLoop() override;

  void Start();
  // Runs no further task once those already taken from the queue have ended, joins the thread and
  // destroys what waits. Must not be called from a task. Idempotent.
  void Stop();

  void Post(Task task) override;
  void PostAt(SteadyTime when, Task task) override;

 private:
  void Run();
  // Moves the timed tasks that are due behind the others.
  void TakeDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Clock& clock_;
  Mutex mu_;
  CondVar wake_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
  // By time, then by order of posting.
  std::map<std::pair<SteadyTime, uint64_t>, Task> timed_ ABSL_GUARDED_BY(mu_);
  uint64_t next_timed_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_EVENT_LOOP_H_
