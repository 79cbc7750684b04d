#ifndef QUIESCE_DAEMON_STORE_SQLITE_STORE_H_
#define QUIESCE_DAEMON_STORE_SQLITE_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/base/time.h"
#include "daemon/store/file_lock.h"
#include "daemon/store/records.h"
#include "daemon/store/sqlite_database.h"
#include "daemon/store/sqlite_tables.h"
#include "daemon/store/state_store.h"

namespace quiesce::store {

// The embedded store: one SQLite file, synchronous. Runs operations in groups, each group one
// durable transaction, each operation in a savepoint of its own. GroupCommitStore puts a thread
// and a queue in front of it; the simulation drives it directly.
//
// Not thread-safe, but may be handed from thread to thread.
class SqliteStore {
 public:
  struct Options {
    bool durable = true;  // see SqliteDatabase::Options
    // Asked before each COMMIT of a group that changed anything; true makes the commit fail, with
    // nothing of the group in the file. For simulations and tests.
    absl::AnyInvocable<bool()> fail_commit;
  };

  // Locks PATH.lock, opens or creates the file PATH (absolute, in an existing directory on a local
  // disk), brings its schema up to date and gives this process its fence.
  //
  // Errors, each naming the path and the way out: FAILED_PRECONDITION when another daemon has it
  // (with its pid), when it is on a network file system, not a database of quiesced, or of a newer
  // schema; NOT_FOUND for a missing directory; DATA_LOSS for a damaged file.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path,
                                                           Options options);
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path) {
    return Open(path, Options());
  }
  // Without Close, as if the process had been killed: what was committed is kept.
  ~SqliteStore() = default;

  int64_t fence() const { return fence_; }
  int64_t last_revision() { return tables_.last_revision(); }
  int64_t oldest_resumable_revision() { return tables_.oldest_resumable_revision(); }

  // --- the time line (daemon/base/clock.h) ------------------------------------------------------
  // What SystemClock::Resume wants, as the last process left it.
  const ClockOrigin& clock_origin() { return tables_.store_row().origin; }
  SteadyTime high_water() { return tables_.store_row().high_water; }
  // To be saved with each group from now on. Call it after SystemClock::Resume.
  void SetClockOrigin(ClockOrigin origin) { tables_.store_row().origin = std::move(origin); }

  // --- groups -----------------------------------------------------------------------------------
  // What operations may use; see OpContext.
  struct Environment {
    Now now;
    Random& random;
    const ProjectMap& projects;
  };
  // BeginGroup, then RunInGroup for each operation, then CommitGroup. Once one of them returned a
  // fatal error (fatal() is not OK any more), nothing of the group is known to be durable and the
  // process must end: the store refuses everything from then on.
  absl::Status BeginGroup();
  // The operation's own status; an error has left no trace.
  absl::Status RunInGroup(Operation& operation, const Environment& environment);
  // The changes that are now durable, in the order of revisions. `now` moves the high water.
  absl::StatusOr<std::vector<Change>> CommitGroup(const Now& now);
  const absl::Status& fatal() const { return fatal_; }

  struct GroupResult {
    std::vector<Change> changes;
    std::vector<absl::Status> statuses;  // of the operations, in their order
  };
  // A whole group at once. An error is fatal. Completes no operation: that is the caller's.
  absl::StatusOr<GroupResult> ExecuteGroup(
      const std::vector<std::unique_ptr<Operation>>& operations, const Environment& environment);

  // One operation, as a group of its own, when nothing else uses the store yet: for start-up. The
  // changes are dropped; Load follows.
  template <typename Op>
  absl::StatusOr<typename Op::Result> Execute(Op op, const Environment& environment);

  // Hands over every row as the change that would have made it, at most limits::kSliceRows at a
  // time: projects, workspaces, holds, tombstones (in the order of their revisions), instances,
  // runs that have not ended, and their pending items. Between groups.
  absl::Status Load(FeedSink sink);

  // Checkpoints and closes the file, then unlocks it. Nothing may be called afterwards.
  absl::Status Close();

  SqliteDatabase& database_for_test() { return *db_; }

 private:
  SqliteStore(std::unique_ptr<FileLock> lock, std::unique_ptr<SqliteDatabase> db, Options options)
      : options_(std::move(options)), lock_(std::move(lock)), db_(std::move(db)), tables_(*db_) {}
  absl::Status Start();
  absl::Status Fatal(absl::Status status);

  Options options_;
  const std::unique_ptr<FileLock> lock_;  // outlives the database
  const std::unique_ptr<SqliteDatabase> db_;
  SqliteTables tables_;
  int64_t fence_ = 0;
  // Of the group that is open.
  bool changed_ = false;
  int64_t list_seq_at_begin_ = 0;
  absl::Status fatal_;
};

// --- implementation ------------------------------------------------------------------------------

template <typename Op>
absl::StatusOr<typename Op::Result> SqliteStore::Execute(Op op, const Environment& environment) {
  absl::StatusOr<typename Op::Result> result = absl::InternalError("not run");
  std::vector<std::unique_ptr<Operation>> operations;
  operations.push_back(std::make_unique<SubmittedOperation<Op>>(
      std::move(op), [&result](absl::StatusOr<typename Op::Result> r) { result = std::move(r); }));
  absl::StatusOr<GroupResult> group = ExecuteGroup(operations, environment);
  if (!group.ok()) return std::move(group).status();
  operations[0]->Complete(std::move(group->statuses[0]));
  return result;
}

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_STORE_H_
