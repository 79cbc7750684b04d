#ifndef QUIESCE_TESTS_SIMULATION_SIM_STORE_H_
#define QUIESCE_TESTS_SIMULATION_SIM_STORE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/store/group_commit.h"
#include "daemon/store/sqlite_store.h"
#include "daemon/store/state_store.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_executor.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::simulation {

// The group-commit store of one process without its thread: the real SQLite store on a real file,
// with the seed in the place of the disk and the scheduler. It decides when a group begins, how
// many operations make it, how long the COMMIT takes, and whether the process survives it.
class SimStore final : public store::StateStore {
 public:
  // What the store tells the simulation. `ran`: when the operations of the group ran.
  struct Hooks {
    // `releases`: one of its operations was such that it may end a declaration.
    absl::AnyInvocable<void(const std::vector<store::Change>& changes, const Now& ran,
                            bool releases)>
        committed;
    absl::AnyInvocable<void(const std::string& why)> crash;
    // An operation was answered with this; refusals are normal, INTERNAL is not.
    absl::AnyInvocable<void(const absl::Status&)> answered;
    // A claim was submitted, and waits.
    absl::AnyInvocable<void()> claiming;
    // On the executor, in the place of the engine's own feed.
    absl::AnyInvocable<void(std::vector<store::Change>)> feed;
  };
  struct Dependencies {
    SimWorld& world;
    Clock& clock;  // as the process reads it
    SimExecutor& executor;
    const Scenario& scenario;
    const std::vector<engine::ProjectConfig>& configs;
    const Faults& faults;  // as they are at any time
    Mutation mutation;
  };

  // Opens the file as a process that starts does.
  static absl::StatusOr<std::unique_ptr<SimStore>> Open(const std::string& path,
                                                        Dependencies dependencies, Hooks hooks);
  // Kills it: what was committed is kept, what waits is gone.
  ~SimStore() override;

  void SubmitOperation(std::unique_ptr<store::Operation> operation) override;

  // The settings that operations see from the next group on.
  void SetProjects(const std::vector<engine::ProjectConfig>& configs);

  // Runs an operation at once, for start-up, and hands its changes to Hooks::committed.
  template <typename Op>
  absl::StatusOr<typename Op::Result> RunAlone(Op op);

  store::SqliteStore& sqlite() { return *sqlite_; }
  int64_t fence() const { return sqlite_->fence(); }
  // The row as it is in the file. Not while a group is being committed.
  absl::StatusOr<std::optional<core::InstanceRecord>> ReadCommitted(const core::InstanceKey& key);
  bool in_group() const { return in_group_; }
  // Nothing waits and nothing is being committed.
  bool idle() const { return queue_.empty() && !in_group_; }
  size_t queue_size() const { return queue_.size(); }

 private:
  struct Group {
    std::vector<std::unique_ptr<store::Operation>> operations;
    std::vector<absl::Status> statuses;
    Now ran;       // really
    Now ran_seen;  // as the process read it
    bool releases = false;
  };

  SimStore(Dependencies dependencies, Hooks hooks);
  void ScheduleGroup();
  void BeginGroup();
  void Commit(Group group);
  void Deliver(Group group, std::vector<store::Change> changes);
  void Crash(const std::string& why);
  // Runs `event` later, unless this process is dead by then.
  void Later(absl::Duration delay, Task event);

  SimWorld& world_;
  Clock& clock_;
  SimExecutor& executor_;
  const Scenario& scenario_;
  const Faults& faults_;
  const Mutation mutation_;
  Hooks hooks_;
  SeededRandom random_;
  store::ProjectMap projects_;
  std::unique_ptr<store::SqliteStore> sqlite_;
  store::OperationQueue queue_;
  bool scheduled_ = false;
  bool in_group_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// --- implementation ------------------------------------------------------------------------------

template <typename Op>
absl::StatusOr<typename Op::Result> SimStore::RunAlone(Op op) {
  absl::StatusOr<typename Op::Result> result = absl::InternalError("not run");
  std::vector<std::unique_ptr<store::Operation>> operations;
  operations.push_back(Mutated(
      mutation_, std::make_unique<store::SubmittedOperation<Op>>(
                     std::move(op),
                     [&result](absl::StatusOr<typename Op::Result> r) { result = std::move(r); })));
  absl::StatusOr<store::SqliteStore::GroupResult> group = sqlite_->ExecuteGroup(
      operations, store::SqliteStore::Environment{clock_.Read(), random_, projects_});
  if (!group.ok()) return std::move(group).status();
  hooks_.committed(group->changes, world_.Read(), /*releases=*/false);
  operations[0]->Complete(std::move(group->statuses[0]));
  return result;
}

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SIM_STORE_H_
