#include "daemon/store/group_commit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"

namespace quiesce::store {

// --- OperationQueue ------------------------------------------------------------------------------

void OperationQueue::Push(std::unique_ptr<Operation> operation) {
  auto& lane = operation->lane() == Lane::kInteractive ? interactive_ : bulk_;
  lane.push_back(std::move(operation));
}

bool OperationQueue::TakesBulk() const {
  if (bulk_.empty()) return false;
  return interactive_.empty() || interactive_in_a_row_ >= kInteractiveInARow;
}

const Operation* OperationQueue::Peek() const {
  if (empty()) return nullptr;
  return TakesBulk() ? bulk_.front().get() : interactive_.front().get();
}

std::unique_ptr<Operation> OperationQueue::Pop() {
  if (empty()) return nullptr;
  const bool takes_bulk = TakesBulk();
  auto& lane = takes_bulk ? bulk_ : interactive_;
  interactive_in_a_row_ = takes_bulk ? 0 : interactive_in_a_row_ + 1;
  std::unique_ptr<Operation> operation = std::move(lane.front());
  lane.pop_front();
  return operation;
}

// --- GroupCommitStore ----------------------------------------------------------------------------

GroupCommitStore::GroupCommitStore(std::unique_ptr<SqliteStore> store, Dependencies dependencies,
                                   ProjectMap projects, FeedSink feed, FatalHandler fatal)
    : dependencies_(dependencies),
      feed_(std::make_shared<FeedSink>(std::move(feed))),
      store_(std::move(store)),
      fatal_(std::move(fatal)),
      projects_(std::make_shared<const ProjectMap>(std::move(projects))),
      writer_([this] { Work(); }) {}

GroupCommitStore::~GroupCommitStore() { Close().IgnoreError(); }

void GroupCommitStore::SubmitOperation(std::unique_ptr<Operation> operation) {
  const char* why = nullptr;
  {
    MutexLock lock(mu_);
    if (closing_ || failed_) {
      why = "the store is closed: the daemon is stopping";
    } else if (queue_.size() >= limits::kMaxQueuedOperations) {
      why = "too many operations wait for the store, try again in a moment";
    } else {
      queue_.Push(std::move(operation));
    }
  }
  if (why != nullptr) {
    Refuse(std::move(operation), why);
  } else {
    wake_.NotifyOne();
  }
}

void GroupCommitStore::Refuse(std::unique_ptr<Operation> operation, const char* why) {
  dependencies_.executor.Post([operation = std::move(operation), why]() mutable {
    operation->Complete(absl::UnavailableError(why));
  });
}

void GroupCommitStore::SetProjects(ProjectMap projects) {
  auto replacement = std::make_shared<const ProjectMap>(std::move(projects));
  MutexLock lock(mu_);
  projects_ = std::move(replacement);
}

size_t GroupCommitStore::queue_size() const {
  MutexLock lock(mu_);
  return queue_.size();
}

absl::Status GroupCommitStore::Close() {
  MutexLock close_lock(close_mu_);
  if (!writer_.joinable()) return closed_;
  {
    MutexLock lock(mu_);
    closing_ = true;
  }
  wake_.NotifyOne();
  writer_.join();
  closed_ = store_->Close();
  return closed_;
}

void GroupCommitStore::Work() {
  while (WaitForWork()) {
    Group group;
    if (absl::Status status = RunGroup(group); !status.ok()) {
      Fail(status);
      return;
    }
    Deliver(std::move(group));
  }
}

bool GroupCommitStore::WaitForWork() {
  MutexLock lock(mu_);
  while (queue_.empty() && !closing_) wake_.Wait(mu_);
  return !queue_.empty();
}

std::unique_ptr<Operation> GroupCommitStore::Next(size_t size) {
  MutexLock lock(mu_);
  const Operation* next = queue_.Peek();
  if (next == nullptr || (size > 0 && next->alone())) return nullptr;
  return queue_.Pop();
}

absl::Status GroupCommitStore::RunGroup(Group& group) {
  std::shared_ptr<const ProjectMap> projects;
  {
    MutexLock lock(mu_);
    projects = projects_;
  }
  Now now = dependencies_.clock.Read();
  const SteadyTime closes_at = now.steady + limits::kMaxGroupWork;
  QUIESCE_RETURN_IF_ERROR(store_->BeginGroup());
  // Operations that come while the group is at work join it.
  while (group.operations.size() < limits::kMaxGroupOperations && now.steady < closes_at) {
    std::unique_ptr<Operation> operation = Next(group.operations.size());
    if (operation == nullptr) break;
    group.operations.push_back(std::move(operation));
    Operation& running = *group.operations.back();
    group.statuses.push_back(store_->RunInGroup(
        running, SqliteStore::Environment{now, dependencies_.random, *projects}));
    QUIESCE_RETURN_IF_ERROR(store_->fatal());
    now = dependencies_.clock.Read();
    if (running.alone()) break;
  }
  QUIESCE_ASSIGN_OR_RETURN(group.changes, store_->CommitGroup(now));
  return absl::OkStatus();
}

void GroupCommitStore::Deliver(Group group) {
  dependencies_.executor.Post([feed = feed_, group = std::move(group)]() mutable {
    if (!group.changes.empty()) (*feed)(std::move(group.changes));
    for (size_t i = 0; i < group.operations.size(); ++i) {
      group.operations[i]->Complete(std::move(group.statuses[i]));
    }
  });
}

void GroupCommitStore::Fail(const absl::Status& status) {
  {
    MutexLock lock(mu_);
    failed_ = true;
  }
  fatal_(status);
}

}  // namespace quiesce::store
