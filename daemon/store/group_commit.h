#ifndef QUIESCE_DAEMON_STORE_GROUP_COMMIT_H_
#define QUIESCE_DAEMON_STORE_GROUP_COMMIT_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/mutex.h"
#include "daemon/base/random.h"
#include "daemon/store/sqlite_store.h"
#include "daemon/store/state_store.h"

namespace quiesce::store {

// Operations that wait for the writer, in two lanes. Interactive ones go first; where both lanes
// wait, one of kInteractiveInARow + 1 is a bulk one, so that neither stands still. Not thread-safe.
class OperationQueue {
 public:
  static constexpr int kInteractiveInARow = 32;

  void Push(std::unique_ptr<Operation> operation);
  // The next one; null: none.
  const Operation* Peek() const;
  std::unique_ptr<Operation> Pop();
  size_t size() const { return interactive_.size() + bulk_.size(); }
  bool empty() const { return size() == 0; }

 private:
  bool TakesBulk() const;

  std::deque<std::unique_ptr<Operation>> interactive_;
  std::deque<std::unique_ptr<Operation>> bulk_;
  int interactive_in_a_row_ = 0;
};

// The state store of a daemon: one writer thread in front of a SqliteStore, which makes one durable
// transaction of the operations that wait. A group closes at limits::kMaxGroupOperations or
// limits::kMaxGroupWork of work, the fsync of its COMMIT not counted; an operation that is alone()
// gets a group of its own. The results of a group reach the executor as one task: the feed first,
// then each operation's completion.
//
// Thread-safe. The executor, clock and random source must outlive it.
class GroupCommitStore final : public StateStore {
 public:
  // Told of an error after which it is not known what is durable: it is expected to end the
  // process. On the writer's thread; where it returns (in a test), the store stays closed and
  // nothing that waited is ever completed.
  using FatalHandler = absl::AnyInvocable<void(const absl::Status&)>;

  struct Dependencies {
    Executor& executor;
    Clock& clock;
    Random& random;
  };

  // Takes a store that is open, recovered and loaded. `feed` runs on the executor.
  GroupCommitStore(std::unique_ptr<SqliteStore> store, Dependencies dependencies,
                   ProjectMap projects, FeedSink feed, FatalHandler fatal);
  // Closes.
  ~GroupCommitStore() override;

  void SubmitOperation(std::unique_ptr<Operation> operation) override;

  // The settings that operations see from the next group on.
  void SetProjects(ProjectMap projects);

  // Accepts nothing any more (UNAVAILABLE), commits what waits, checkpoints and closes the file.
  // Blocks until that is done; completions may still be waiting in the executor then. Idempotent.
  absl::Status Close();

  // Operations that wait.
  size_t queue_size() const;

 private:
  struct Group {
    std::vector<std::unique_ptr<Operation>> operations;
    std::vector<absl::Status> statuses;  // of the operations, in their order
    std::vector<Change> changes;
  };

  void Work();
  // Blocks until there is something to do. False: closed, and nothing waits.
  bool WaitForWork();
  // The next operation for a group that has `size` already; null closes the group.
  std::unique_ptr<Operation> Next(size_t size);
  absl::Status RunGroup(Group& group);
  void Deliver(Group group);
  void Refuse(std::unique_ptr<Operation> operation, const char* why);
  void Fail(const absl::Status& status);

  // Constant after construction.
  const Dependencies dependencies_;
  const std::shared_ptr<FeedSink> feed_;  // used on the executor, which may outlive the store

  // Used by the writer only.
  const std::unique_ptr<SqliteStore> store_;
  FatalHandler fatal_;

  mutable Mutex mu_;
  CondVar wake_;
  OperationQueue queue_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const ProjectMap> projects_ ABSL_GUARDED_BY(mu_);
  bool closing_ ABSL_GUARDED_BY(mu_) = false;
  bool failed_ ABSL_GUARDED_BY(mu_) = false;

  Mutex close_mu_;  // taken before mu_
  absl::Status closed_ ABSL_GUARDED_BY(close_mu_);
  std::thread writer_ ABSL_GUARDED_BY(close_mu_);
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_GROUP_COMMIT_H_
