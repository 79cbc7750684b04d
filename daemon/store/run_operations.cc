#include "daemon/store/run_operations.h"

#include <set>
#include <utility>

#include "daemon/base/random.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/decide.h"
#include "daemon/core/error.h"
#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/core/transition.h"
#include "daemon/store/instance_writes.h"
#include "daemon/store/run_tally.h"
#include "daemon/store/surroundings.h"

namespace quiesce::store {
namespace {

// Commits what the item declares; the item remembers the generation that came of it.
absl::Status CommitDeclaration(Tables& tables, const OpContext& context, const Run& run,
                               const core::PlanItem& planned, core::InstanceRecord& record,
                               RunItem& item) {
  QUIESCE_ASSIGN_OR_RETURN(
      const ProjectSurroundings around,
      ProjectSurroundings::Read(tables, context, planned.key.project_id, SteadyTime::Never()));
  const core::Foreseen foreseen = core::ForeseeEffect(&record, planned.key, *planned.policy,
                                                      run.workspace, around.view(), context.now);
  const core::Declaration declaration{
      run.workspace, *planned.policy,
      core::Authority{core::Authority::Kind::kPlan, run.plan_id, run.created_by, context.now.wall}};
  if (core::Declare(record, declaration, NewId(context.random),
                    foreseen.effect == core::Effect::kStop, tables.last_list_seq())) {
    QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(record));
  }
  item.uid = record.desired->uid;
  item.generation = record.desired->generation;
  return absl::OkStatus();
}

absl::Status ApplyItem(Tables& tables, const OpContext& context, Run& run,
                       const core::PlanItem& planned) {
  RunItem item = NewRunItem(run, planned);
  QUIESCE_ASSIGN_OR_RETURN(core::InstanceRecord record, ReadOrEmpty(tables, planned.key));
  if (core::EtagOf(record) != planned.expected_etag) {
    EndItem(run, item, ItemState::kSkipped, std::nullopt, context.now.wall);
  } else if (planned.change == core::Change::kRelease) {
    QUIESCE_RETURN_IF_ERROR(ReleaseInstance(tables, context, record));
    EndItem(run, item, ItemState::kConverged, std::nullopt, context.now.wall);
  } else {
    QUIESCE_RETURN_IF_ERROR(CommitDeclaration(tables, context, run, planned, record, item));
  }
  return tables.WriteRunItem(item);
}

// The set of a workspace has changed; plans made before are stale. Where `done`, another run of it
// may begin.
absl::Status WorkspaceChangedBy(Tables& tables, const std::string& name, const Run& run,
                                bool done) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Workspace> workspace, tables.ReadWorkspace(name));
  if (!workspace) return absl::OkStatus();
  workspace->generation += 1;
  if (done && workspace->changing_run == run.id) workspace->changing_run.clear();
  return tables.WriteWorkspace(*workspace);
}

// The other workspaces that lose an instance by these items, or get it back.
std::set<std::string> OtherWorkspaces(const std::vector<core::PlanItem>& items) {
  std::set<std::string> names;
  for (const core::PlanItem& item : items) {
    if (item.change == core::Change::kMove) names.insert(item.prior_workspace);
  }
  return names;
}

// True if this run is what the workspace waits for.
absl::StatusOr<bool> IsChanging(Tables& tables, const Run& run) {
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<Workspace> workspace,
                           tables.ReadWorkspace(run.workspace));
  return workspace && workspace->changing_run == run.id;
}

}  // namespace

absl::StatusOr<ApplyRunSlice::Result> ApplyRunSlice::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(store::Run run, ReadRun(tables, run_id));
  if (run.state != RunState::kApplying) return run;
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::PlanItem> items,
                           tables.ReadPlanItems(run.plan_id, run.cursor, max_items));
  for (const core::PlanItem& planned : items) {
    QUIESCE_RETURN_IF_ERROR(ApplyItem(tables, context, run, planned));
    run.cursor = planned.index + 1;
  }
  for (const std::string& name : OtherWorkspaces(items)) {
    QUIESCE_RETURN_IF_ERROR(WorkspaceChangedBy(tables, name, run, /*done=*/false));
  }
  if (run.cursor == run.item_count) {
    QUIESCE_ASSIGN_OR_RETURN(const bool changing, IsChanging(tables, run));
    if (changing)
      QUIESCE_RETURN_IF_ERROR(WorkspaceChangedBy(tables, run.workspace, run, /*done=*/true));
  }
  AdvanceRun(run, context.now.wall);
  QUIESCE_RETURN_IF_ERROR(tables.WriteRun(run));
  return run;
}

absl::StatusOr<EndRunItems::Result> EndRunItems::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(store::Run run, ReadRun(tables, run_id));
  bool changed = false;
  for (const End& end : ends) {
    QUIESCE_ASSIGN_OR_RETURN(std::optional<RunItem> item, tables.ReadRunItem(run_id, end.index));
    if (!item || item->state != ItemState::kPending || end.state == ItemState::kPending) continue;
    if (item->at_cancel == CallAtCancel::kOpen) continue;
    EndItem(run, *item, end.state, end.reason, context.now.wall);
    QUIESCE_RETURN_IF_ERROR(tables.WriteRunItem(*item));
    changed = true;
  }
  if (!changed) return run;
  AdvanceRun(run, context.now.wall);
  QUIESCE_RETURN_IF_ERROR(tables.WriteRun(run));
  return run;
}

absl::StatusOr<GetRun::Result> GetRun::Run(Tables& tables, const OpContext&) {
  return ResolveRun(tables, run_id);
}

absl::StatusOr<ListRunItems::Result> ListRunItems::Run(Tables& tables, const OpContext&) {
  QUIESCE_ASSIGN_OR_RETURN(const store::Run run, ResolveRun(tables, run_id));
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::PlanItem> planned,
                           tables.ReadPlanItems(run.plan_id, from, count));
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<RunItem> applied,
                           tables.ReadRunItems(run.id, from, count));
  Result result;
  for (const core::PlanItem& item : planned) {
    result.push_back(Item{NewRunItem(run, item), item.cloud_name});
  }
  for (const RunItem& item : applied) {
    const auto at = static_cast<size_t>(item.index - from);
    if (at < result.size()) result[at].item = item;
  }
  return result;
}

// --- cancelling ----------------------------------------------------------------------------------

namespace {

// What came of the call that was made for the item, if there was one.
CallAtCancel CallOf(const core::InstanceRecord& record, const RunItem& item) {
  const core::Attempt& attempt = record.attempt;
  if (attempt.generation != item.generation) return CallAtCancel::kNotCalled;
  if (attempt.outcome == core::Outcome::kOpen) return CallAtCancel::kOpen;
  if (attempt.outcome == core::Outcome::kAccepted) return CallAtCancel::kAccepted;
  return attempt.resolved ? CallAtCancel::kNotCalled : CallAtCancel::kUnknown;
}

bool IsStillDeclaredBy(const core::InstanceRecord& record, const RunItem& item) {
  return record.desired && record.desired->uid == item.uid &&
         record.desired->generation == item.generation;
}

// Back to the declaration before the plan. An item that changed none has nothing to go back to.
absl::Status TakeBack(Tables& tables, const OpContext& context, const Run& run,
                      const core::PlanItem& planned, core::InstanceRecord& record) {
  if (planned.change == core::Change::kNone) return absl::OkStatus();
  if (!planned.prior_policy) return ReleaseInstance(tables, context, record);
  QUIESCE_ASSIGN_OR_RETURN(
      const ProjectSurroundings around,
      ProjectSurroundings::Read(tables, context, planned.key.project_id, SteadyTime::Never()));
  const core::Foreseen foreseen =
      core::ForeseeEffect(&record, planned.key, *planned.prior_policy, planned.prior_workspace,
                          around.view(), context.now);
  const core::Declaration declaration{planned.prior_workspace, *planned.prior_policy,
                                      core::Authority{core::Authority::Kind::kPlan, run.plan_id,
                                                      run.cancelled_by, context.now.wall}};
  if (!core::Declare(record, declaration, "", foreseen.effect == core::Effect::kStop,
                     tables.last_list_seq())) {
    return absl::OkStatus();
  }
  return tables.WriteInstance(record);
}

// Decides about one item; `item` may already have been found with an open call.
absl::Status CancelItem(Tables& tables, const OpContext& context, Run& run,
                        const core::PlanItem& planned, RunItem& item) {
  const absl::Time now = context.now.wall;
  const bool applied = !item.uid.empty();
  if (!applied) {
    NoteAtCancel(run, item, CallAtCancel::kNotCalled);
    EndItem(run, item, ItemState::kCancelled, std::nullopt, now);
    return tables.WriteRunItem(item);
  }
  QUIESCE_ASSIGN_OR_RETURN(core::InstanceRecord record, ReadOrEmpty(tables, item.key));
  const CallAtCancel call = CallOf(record, item);
  NoteAtCancel(run, item, call);
  if (!IsStillDeclaredBy(record, item)) {
    EndItem(run, item, ItemState::kSuperseded, std::nullopt, now);
  } else if (call == CallAtCancel::kNotCalled || call == CallAtCancel::kUnknown) {
    QUIESCE_RETURN_IF_ERROR(TakeBack(tables, context, run, planned, record));
    EndItem(run, item, ItemState::kCancelled, std::nullopt, now);
  }
  return tables.WriteRunItem(item);
}

// The next items that no slice has looked at.
absl::Status CancelNext(Tables& tables, const OpContext& context, Run& run, int64_t max_items) {
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::PlanItem> items,
                           tables.ReadPlanItems(run.plan_id, run.cancel_cursor, max_items));
  for (const core::PlanItem& planned : items) {
    QUIESCE_ASSIGN_OR_RETURN(std::optional<RunItem> item,
                             tables.ReadRunItem(run.id, planned.index));
    if (!item) item = NewRunItem(run, planned);
    if (item->state == ItemState::kPending) {
      QUIESCE_RETURN_IF_ERROR(CancelItem(tables, context, run, planned, *item));
    }
    run.cancel_cursor = planned.index + 1;
  }
  for (const std::string& name : OtherWorkspaces(items)) {
    QUIESCE_RETURN_IF_ERROR(WorkspaceChangedBy(tables, name, run, /*done=*/false));
  }
  return absl::OkStatus();
}

// Those that waited for a call in flight.
absl::Status CancelOpen(Tables& tables, const OpContext& context, Run& run, int64_t max_items) {
  QUIESCE_ASSIGN_OR_RETURN(std::vector<RunItem> items,
                           tables.ReadRunItemsAtCancel(run.id, CallAtCancel::kOpen, max_items));
  for (RunItem& item : items) {
    QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::PlanItem> planned,
                             tables.ReadPlanItems(run.plan_id, item.index, 1));
    if (planned.empty()) return absl::InternalError("a run has an item that its plan lacks");
    QUIESCE_RETURN_IF_ERROR(CancelItem(tables, context, run, planned[0], item));
  }
  return absl::OkStatus();
}

int64_t OpenCalls(const Run& run) {
  const auto it = run.cancel_counts.find(CallAtCancel::kOpen);
  return it == run.cancel_counts.end() ? 0 : it->second;
}

}  // namespace

absl::StatusOr<CancelRun::Result> CancelRun::Run(Tables& tables, const OpContext&) {
  QUIESCE_ASSIGN_OR_RETURN(store::Run run, ResolveRun(tables, run_id));
  if (run.state == RunState::kDone) return core::error::RunEnded(run.id);
  if (run.state == RunState::kCancelling || run.state == RunState::kCancelled) return run;
  run.state = RunState::kCancelling;
  run.cancelled_by = principal;
  QUIESCE_RETURN_IF_ERROR(tables.WriteRun(run));
  return run;
}

absl::StatusOr<CancelRunSlice::Result> CancelRunSlice::Run(Tables& tables,
                                                           const OpContext& context) {
  Result result;
  QUIESCE_ASSIGN_OR_RETURN(store::Run run, ReadRun(tables, run_id));
  if (run.state != RunState::kCancelling && run.state != RunState::kCancelled) {
    return absl::InternalError("CancelRunSlice of a run that is not cancelled");
  }
  const bool first_pass = run.cancel_cursor < run.item_count;
  if (first_pass || OpenCalls(run) > 0) {
    QUIESCE_RETURN_IF_ERROR(first_pass ? CancelNext(tables, context, run, max_items)
                                       : CancelOpen(tables, context, run, max_items));
    const bool done = run.cancel_cursor == run.item_count && OpenCalls(run) == 0;
    QUIESCE_RETURN_IF_ERROR(WorkspaceChangedBy(tables, run.workspace, run, done));
    AdvanceRun(run, context.now.wall);
    QUIESCE_RETURN_IF_ERROR(tables.WriteRun(run));
  }
  result.looked_at_all = run.cancel_cursor == run.item_count;
  result.open_calls = OpenCalls(run);
  result.run = std::move(run);
  return result;
}

absl::StatusOr<ListCancelledItems::Result> ListCancelledItems::Run(Tables& tables,
                                                                   const OpContext&) {
  Result result;
  QUIESCE_ASSIGN_OR_RETURN(result.run, ResolveRun(tables, run_id));
  const std::string& id = result.run.id;
  QUIESCE_ASSIGN_OR_RETURN(result.not_called,
                           tables.ReadRunItemsAtCancel(id, CallAtCancel::kNotCalled, count));
  QUIESCE_ASSIGN_OR_RETURN(result.accepted,
                           tables.ReadRunItemsAtCancel(id, CallAtCancel::kAccepted, count));
  QUIESCE_ASSIGN_OR_RETURN(result.unknown,
                           tables.ReadRunItemsAtCancel(id, CallAtCancel::kUnknown, count));
  return result;
}

}  // namespace quiesce::store
