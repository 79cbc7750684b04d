#include "daemon/store/sqlite_tables.h"

#include <algorithm>
#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/store/sqlite_instance_rows.h"
#include "daemon/store/sqlite_plan_rows.h"

namespace quiesce::store {

// --- savepoints ----------------------------------------------------------------------------------

absl::Status SqliteTables::Load() {
  QUIESCE_ASSIGN_OR_RETURN(store_, ReadStoreRow(db_));
  QUIESCE_RETURN_IF_ERROR(LoadProjects());
  return LoadHolds();
}

absl::Status SqliteTables::LoadProjects() {
  QUIESCE_ASSIGN_OR_RETURN(std::vector<Project> rows, ReadProjectRows(db_));
  projects_.clear();
  for (Project& project : rows) projects_.emplace(project.id, project);
  return absl::OkStatus();
}

absl::Status SqliteTables::LoadHolds() {
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<HoldRecord> rows, ReadHoldRows(db_));
  holds_.Clear();
  for (const HoldRecord& record : rows) holds_.Put(record.hold);
  return absl::OkStatus();
}

absl::Status SqliteTables::OpenSavepoint() {
  store_before_ = store_;
  feed_before_ = feed_.size();
  projects_changed_ = false;
  holds_changed_ = false;
  SqliteQuery query(db_, "SAVEPOINT operation");
  return query.Run();
}

absl::Status SqliteTables::KeepSavepoint() {
  SqliteQuery query(db_, "RELEASE operation");
  return query.Run();
}

absl::Status SqliteTables::UndoSavepoint() {
  {
    SqliteQuery query(db_, "ROLLBACK TO operation");
    QUIESCE_RETURN_IF_ERROR(query.Run());
  }
  store_ = store_before_;
  feed_.resize(feed_before_);
  if (projects_changed_) QUIESCE_RETURN_IF_ERROR(LoadProjects());
  if (holds_changed_) QUIESCE_RETURN_IF_ERROR(LoadHolds());
  return KeepSavepoint();
}

std::vector<Change> SqliteTables::TakeFeed() { return std::exchange(feed_, {}); }

absl::StatusOr<int64_t> SqliteTables::AllocateListSeq() { return ++store_.list_seq; }

// --- instances -----------------------------------------------------------------------------------

absl::StatusOr<std::optional<core::InstanceRecord>> SqliteTables::ReadInstance(
    const core::InstanceKey& key) {
  return ReadInstanceRow(db_, key);
}

absl::Status SqliteTables::WriteInstance(core::InstanceRecord& record) {
  const bool is_new = record.revision == 0;
  record.revision = NextRevision();
  if (is_new) {
    QUIESCE_RETURN_IF_ERROR(DeleteTombstone(db_, record.key));
    QUIESCE_RETURN_IF_ERROR(InsertInstanceRow(db_, record));
  } else {
    QUIESCE_RETURN_IF_ERROR(UpdateInstanceRow(db_, record));
  }
  feed_.emplace_back(InstanceChanged{record});
  return absl::OkStatus();
}

absl::Status SqliteTables::ForgetInstance(const core::InstanceKey& key, SteadyTime now) {
  InstanceForgotten tombstone{key, NextRevision()};
  QUIESCE_RETURN_IF_ERROR(DeleteInstanceRow(db_, key));
  QUIESCE_RETURN_IF_ERROR(InsertTombstone(db_, tombstone, now));
  feed_.emplace_back(std::move(tombstone));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> SqliteTables::PruneTombstones(SteadyTime before, int64_t count) {
  QUIESCE_ASSIGN_OR_RETURN(const PrunedTombstones pruned, DeleteOldTombstones(db_, before, count));
  store_.oldest_resumable = std::max(store_.oldest_resumable, pruned.largest_revision);
  return pruned.count;
}

absl::StatusOr<std::vector<core::InstanceKey>> SqliteTables::OpenAttempts() {
  return ReadOpenAttempts(db_);
}

// --- projects, workspaces, holds -----------------------------------------------------------------

absl::StatusOr<std::optional<Project>> SqliteTables::ReadProject(std::string_view id) {
  const auto it = projects_.find(id);
  if (it == projects_.end()) return std::optional<Project>();
  return std::optional<Project>(it->second);
}

absl::StatusOr<std::vector<Project>> SqliteTables::ReadProjects() {
  std::vector<Project> all;
  for (const auto& [id, project] : projects_) all.push_back(project);
  return all;
}

absl::Status SqliteTables::WriteProject(const Project& project) {
  QUIESCE_RETURN_IF_ERROR(WriteProjectRow(db_, project));
  projects_changed_ = true;
  projects_.insert_or_assign(project.id, project);
  feed_.emplace_back(ProjectChanged{project});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Workspace>> SqliteTables::ReadWorkspace(std::string_view name) {
  return ReadWorkspaceRow(db_, name);
}

absl::Status SqliteTables::WriteWorkspace(Workspace& workspace) {
  workspace.revision = NextRevision();
  QUIESCE_RETURN_IF_ERROR(WriteWorkspaceRow(db_, workspace));
  feed_.emplace_back(WorkspaceChanged{workspace});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<HoldRecord>> SqliteTables::ReadHold(std::string_view id) {
  return ReadHoldRow(db_, id);
}

absl::Status SqliteTables::WriteHold(HoldRecord& hold) {
  hold.revision = NextRevision();
  QUIESCE_RETURN_IF_ERROR(WriteHoldRow(db_, hold));
  holds_changed_ = true;
  holds_.Put(hold.hold);
  feed_.emplace_back(HoldChanged{hold});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> SqliteTables::FindHolds(std::string_view prefix,
                                                                 int64_t count) {
  return FindByPrefix(db_, "SELECT id FROM holds WHERE id >= ? ORDER BY id LIMIT ?", prefix, count);
}

absl::Status SqliteTables::PruneHolds(absl::Time before) {
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<HoldRecord> rows, ReadHoldRows(db_));
  for (const HoldRecord& record : rows) {
    if (std::min(record.hold.expires, record.hold.ended) >= before) continue;
    QUIESCE_RETURN_IF_ERROR(DeleteHoldRow(db_, record.hold.id));
    holds_changed_ = true;
    core::Hold gone = record.hold;
    gone.ended = before;
    holds_.Put(gone);  // An ended hold is dropped.
    feed_.emplace_back(HoldForgotten{record.hold.id});
  }
  return absl::OkStatus();
}

// --- plans and runs ------------------------------------------------------------------------------

absl::Status SqliteTables::WritePlan(const Plan& plan) { return WritePlanRow(db_, plan); }

absl::Status SqliteTables::InsertPlanItems(std::string_view plan_id,
                                           const std::vector<core::PlanItem>& items) {
  return InsertPlanItemRows(db_, plan_id, items);
}

absl::StatusOr<int64_t> SqliteTables::CountPlanItems(std::string_view plan_id) {
  return CountPlanItemRows(db_, plan_id);
}

absl::StatusOr<std::optional<Plan>> SqliteTables::ReadPlan(std::string_view id) {
  return ReadPlanRow(db_, id);
}

absl::StatusOr<std::vector<core::PlanItem>> SqliteTables::ReadPlanItems(std::string_view plan_id,
                                                                        int64_t from,
                                                                        int64_t count) {
  return ReadPlanItemRows(db_, plan_id, from, count);
}

absl::StatusOr<std::vector<std::string>> SqliteTables::FindPlans(std::string_view prefix,
                                                                 int64_t count) {
  return FindByPrefix(db_,
                      "SELECT id FROM plans WHERE id >= ? AND complete = 1 ORDER BY id LIMIT ?",
                      prefix, count);
}

absl::StatusOr<std::optional<Run>> SqliteTables::ReadRun(std::string_view id) {
  return ReadRunRow(db_, id);
}

absl::Status SqliteTables::WriteRun(Run& run) {
  run.revision = NextRevision();
  QUIESCE_RETURN_IF_ERROR(WriteRunRow(db_, run));
  feed_.emplace_back(RunChanged{run});
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RunItem>> SqliteTables::ReadRunItem(std::string_view run_id,
                                                                 int64_t index) {
  return ReadRunItemRow(db_, run_id, index);
}

absl::StatusOr<std::vector<RunItem>> SqliteTables::ReadRunItems(std::string_view run_id,
                                                                int64_t from, int64_t count) {
  return ReadRunItemRows(db_, run_id, from, count);
}

absl::StatusOr<std::vector<RunItem>> SqliteTables::ReadRunItemsAtCancel(std::string_view run_id,
                                                                        CallAtCancel at_cancel,
                                                                        int64_t count) {
  return ReadRunItemRowsAtCancel(db_, run_id, at_cancel, count);
}

absl::Status SqliteTables::WriteRunItem(const RunItem& item) {
  QUIESCE_RETURN_IF_ERROR(WriteRunItemRow(db_, item));
  feed_.emplace_back(RunItemChanged{item});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> SqliteTables::FindRuns(std::string_view prefix,
                                                                int64_t count) {
  return FindByPrefix(db_, "SELECT id FROM runs WHERE id >= ? ORDER BY id LIMIT ?", prefix, count);
}

absl::StatusOr<int64_t> SqliteTables::PrunePlans(absl::Time plans_expired, absl::Time runs_ended,
                                                 int64_t count) {
  return DeleteOldPlans(db_, plans_expired, runs_ended, count);
}

// --- requests ------------------------------------------------------------------------------------

absl::StatusOr<std::optional<RememberedRequest>> SqliteTables::ReadRequest(
    std::string_view principal, std::string_view request_id) {
  return ReadRequestRow(db_, principal, request_id);
}

absl::Status SqliteTables::WriteRequest(std::string_view principal, std::string_view request_id,
                                        const RememberedRequest& request) {
  return WriteRequestRow(db_, principal, request_id, request);
}

absl::StatusOr<int64_t> SqliteTables::PruneRequests(SteadyTime before, int64_t keep,
                                                    int64_t count) {
  return DeleteOldRequests(db_, before, keep, count);
}

}  // namespace quiesce::store
