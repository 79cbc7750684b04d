#include "tests/simulation/sim_store.h"

#include <optional>
#include <utility>

#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/store/read_operations.h"

namespace quiesce::simulation {

SimStore::SimStore(Dependencies dependencies, Hooks hooks)
    : world_(dependencies.world),
      clock_(dependencies.clock),
      executor_(dependencies.executor),
      scenario_(dependencies.scenario),
      faults_(dependencies.faults),
      mutation_(dependencies.mutation),
      hooks_(std::move(hooks)),
      random_(world_.dice().Next()) {
  SetProjects(dependencies.configs);
}

void SimStore::SetProjects(const std::vector<engine::ProjectConfig>& configs) {
  projects_.clear();
  for (const engine::ProjectConfig& config : configs) {
    projects_[config.settings.id] = config.settings;
  }
}

SimStore::~SimStore() { *alive_ = false; }

absl::StatusOr<std::unique_ptr<SimStore>> SimStore::Open(const std::string& path,
                                                         Dependencies dependencies, Hooks hooks) {
  std::unique_ptr<SimStore> store(new SimStore(dependencies, std::move(hooks)));
  store::SqliteStore::Options options;
  // What a process leaves behind when it is killed is the same; the machine never fails here.
  options.durable = false;
  options.fail_commit = [raw = store.get()] {
    return raw->world_.dice().Chance(raw->faults_.failed_commit);
  };
  QUIESCE_ASSIGN_OR_RETURN(store->sqlite_, store::SqliteStore::Open(path, std::move(options)));
  return store;
}

void SimStore::Later(absl::Duration delay, Task event) {
  world_.After(delay, [alive = alive_, event = std::move(event)]() mutable {
    if (*alive) std::move(event)();
  });
}

void SimStore::Crash(const std::string& why) { hooks_.crash(why); }

void SimStore::SubmitOperation(std::unique_ptr<store::Operation> operation) {
  const bool refused =
      world_.dice().Chance(faults_.store_refuses) || queue_.size() >= limits::kMaxQueuedOperations;
  if (refused) {
    world_.Hit("fault: store refuses");
    executor_.Post([operation = std::move(operation)]() mutable {
      operation->Complete(absl::UnavailableError("too many operations wait for the store"));
    });
    return;
  }
  if (IsClaim(*operation)) hooks_.claiming();
  queue_.Push(Mutated(mutation_, std::move(operation)));
  ScheduleGroup();
}

void SimStore::ScheduleGroup() {
  if (scheduled_ || in_group_ || queue_.empty()) return;
  scheduled_ = true;
  Later(world_.dice().Skewed(absl::ZeroDuration(), absl::Milliseconds(5)),
        [this] { BeginGroup(); });
}

void SimStore::BeginGroup() {
  scheduled_ = false;
  in_group_ = true;
  Group group;
  group.ran = world_.Read();
  group.ran_seen = clock_.Read();
  const auto most = static_cast<size_t>(
      world_.dice().Between(1, static_cast<int64_t>(limits::kMaxGroupOperations)));
  absl::Status status = sqlite_->BeginGroup();
  while (status.ok() && group.operations.size() < most && queue_.Peek() != nullptr) {
    if (!group.operations.empty() && queue_.Peek()->alone()) break;
    group.operations.push_back(queue_.Pop());
    group.releases |= MayRelease(*group.operations.back());
    const bool alone = group.operations.back()->alone();
    group.statuses.push_back(
        sqlite_->RunInGroup(*group.operations.back(),
                            store::SqliteStore::Environment{group.ran_seen, random_, projects_}));
    status = sqlite_->fatal();
    if (alone) break;
  }
  if (!status.ok()) return Crash("store failed: " + std::string(status.message()));

  if (mutation_ == Mutation::kReplyBeforeCommit) {
    // The changes are not known yet; only the replies are early.
    Group replies;
    replies.operations = std::move(group.operations);
    replies.statuses = std::move(group.statuses);
    Deliver(std::move(replies), {});
    group.operations.clear();
  }
  const bool slow = world_.dice().Chance(faults_.slow_commit);
  if (slow) world_.Hit("fault: slow commit");
  const absl::Duration longest = slow ? absl::Seconds(5) : scenario_.longest_commit;
  Later(world_.dice().Skewed(absl::Microseconds(50), longest),
        [this, group = std::move(group)]() mutable { Commit(std::move(group)); });
}

void SimStore::Commit(Group group) {
  if (world_.dice().Chance(faults_.crash_before_commit)) return Crash("killed before COMMIT");
  absl::StatusOr<std::vector<store::Change>> changes = sqlite_->CommitGroup(clock_.Read());
  in_group_ = false;
  if (!changes.ok()) return Crash("failed COMMIT");
  hooks_.committed(*changes, group.ran, group.releases);
  if (world_.dice().Chance(faults_.crash_after_commit)) return Crash("killed after COMMIT");
  Deliver(std::move(group), *std::move(changes));
  ScheduleGroup();
}

// As the daemon's store does it: one task, the feed first.
void SimStore::Deliver(Group group, std::vector<store::Change> changes) {
  if (mutation_ == Mutation::kFeedLosesChange && changes.size() > 1) changes.pop_back();
  executor_.Post([this, group = std::move(group), changes = std::move(changes)]() mutable {
    if (!changes.empty()) hooks_.feed(std::move(changes));
    for (size_t n = 0; n < group.operations.size(); ++n) {
      hooks_.answered(group.statuses[n]);
      group.operations[n]->Complete(std::move(group.statuses[n]));
    }
  });
}

absl::StatusOr<std::optional<core::InstanceRecord>> SimStore::ReadCommitted(
    const core::InstanceKey& key) {
  store::ReadInstances read;
  read.keys = {key};
  QUIESCE_ASSIGN_OR_RETURN(
      store::ReadInstances::Result rows,
      sqlite_->Execute(std::move(read),
                       store::SqliteStore::Environment{clock_.Read(), random_, projects_}));
  return std::move(rows.front());
}

}  // namespace quiesce::simulation
