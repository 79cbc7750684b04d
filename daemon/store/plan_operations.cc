#include "daemon/store/plan_operations.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/random.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/store/row_ids.h"

namespace quiesce::store {
namespace {

absl::StatusOr<Plan> ReadPlan(Tables& tables, const std::string& id) {
  QUIESCE_ASSIGN_OR_RETURN(const std::string whole, ResolvePlanId(tables, id));
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Plan> plan, tables.ReadPlan(whole));
  if (!plan) return core::error::PlanNotFound(id);
  return *std::move(plan);
}

int64_t KeptItems(const Plan& plan) {
  int64_t kept = 0;
  for (const auto& [kind, count] : plan.counts.kept) kept += count;
  return kept;
}

// Whether the header of the workspace, or the set of its instances and their policies, changes.
bool ChangesWorkspace(const Plan& plan) {
  if (plan.header_change != core::Change::kNone) return true;
  for (const auto& [kind, count] : plan.counts.kept) {
    if (kind.first != core::Change::kNone && count > 0) return true;
  }
  return false;
}

// An item that is lost on the way would be a release or a stop that nobody sees.
absl::Status CheckComplete(Tables& tables, const Plan& plan) {
  QUIESCE_ASSIGN_OR_RETURN(const int64_t stored, tables.CountPlanItems(plan.id));
  if (stored == KeptItems(plan)) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("plan ", plan.id, " has ", stored, " items and counts ", KeptItems(plan)));
}

absl::Status RunInProgress(const Workspace& workspace) {
  return core::MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("run ", workspace.changing_run, " of workspace ", workspace.name,
                   " is still being applied or taken back, which changes what this plan was made "
                   "from; make a new one when that is done"),
      core::ErrorDetail{
          "PLAN_STALE", {{"workspace", workspace.name}, {"run", workspace.changing_run}}, {}});
}

// The workspace of the plan, as it was when the plan was made, or a new one.
absl::StatusOr<Workspace> ReadWorkspace(Tables& tables, const Plan& plan) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Workspace> workspace,
                           tables.ReadWorkspace(plan.workspace));
  if (!workspace) {
    if (plan.workspace_generation != 0) return core::error::PlanStale(plan.workspace);
    workspace.emplace();
    workspace->name = plan.workspace;
    workspace->kind = WriterKind::kDeclared;
    return *std::move(workspace);
  }
  if (workspace->kind != WriterKind::kDeclared) {
    return core::error::WrongWriterKind(plan.workspace, /*workspace_is_declared=*/false);
  }
  if (workspace->generation != plan.workspace_generation) {
    return core::error::PlanStale(plan.workspace);
  }
  if (!workspace->changing_run.empty()) return RunInProgress(*workspace);
  return *std::move(workspace);
}

store::Run NewRun(const Plan& plan, const std::string& principal, const OpContext& context) {
  store::Run run;
  run.id = NewId(context.random);
  run.plan_id = plan.id;
  run.workspace = plan.workspace;
  run.item_count = KeptItems(plan);
  if (run.item_count > 0) run.counts[ItemState::kPending] = run.item_count;
  run.created_by = principal;
  run.created = context.now.wall;
  if (run.item_count == 0) {
    run.state = RunState::kDone;
    run.ended = run.created;
  }
  return run;
}

absl::StatusOr<store::Run> ReadRunOf(Tables& tables, const Plan& plan) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<store::Run> run, tables.ReadRun(plan.run_id));
  if (!run) return core::error::RunNotFound(plan.run_id);
  return *std::move(run);
}

}  // namespace

absl::StatusOr<CreatePlan::Result> CreatePlan::Run(Tables& tables, const OpContext&) {
  QUIESCE_RETURN_IF_ERROR(tables.WritePlan(plan));
  QUIESCE_RETURN_IF_ERROR(tables.InsertPlanItems(plan.id, items));
  if (plan.complete) QUIESCE_RETURN_IF_ERROR(CheckComplete(tables, plan));
  return plan;
}

absl::StatusOr<AddPlanItems::Result> AddPlanItems::Run(Tables& tables, const OpContext&) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Plan> plan, tables.ReadPlan(plan_id));
  if (!plan) return core::error::PlanNotFound(plan_id);
  if (plan->complete) return absl::InternalError(absl::StrCat("plan ", plan_id, " is complete"));
  QUIESCE_RETURN_IF_ERROR(tables.InsertPlanItems(plan_id, items));
  if (!last) return *std::move(plan);
  QUIESCE_RETURN_IF_ERROR(CheckComplete(tables, *plan));
  plan->complete = true;
  QUIESCE_RETURN_IF_ERROR(tables.WritePlan(*plan));
  return *std::move(plan);
}

absl::StatusOr<ApplyPlan::Result> ApplyPlan::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(Plan plan, ReadPlan(tables, plan_id));
  if (!plan.run_id.empty()) return ReadRunOf(tables, plan);
  if (plan.expires <= context.now.wall) return core::error::PlanExpired(plan.id);
  QUIESCE_ASSIGN_OR_RETURN(Workspace workspace, ReadWorkspace(tables, plan));
  store::Run run = NewRun(plan, principal, context);
  plan.run_id = run.id;
  QUIESCE_RETURN_IF_ERROR(tables.WritePlan(plan));
  if (ChangesWorkspace(plan)) {
    workspace.header = plan.header;
    workspace.generation += 1;
    if (run.state == RunState::kApplying) workspace.changing_run = run.id;
    QUIESCE_RETURN_IF_ERROR(tables.WriteWorkspace(workspace));
  }
  QUIESCE_RETURN_IF_ERROR(tables.WriteRun(run));
  return run;
}

absl::StatusOr<GetPlan::Result> GetPlan::Run(Tables& tables, const OpContext&) {
  return ReadPlan(tables, plan_id);
}

absl::StatusOr<ListPlanItems::Result> ListPlanItems::Run(Tables& tables, const OpContext&) {
  QUIESCE_ASSIGN_OR_RETURN(const std::string whole, ResolvePlanId(tables, plan_id));
  return tables.ReadPlanItems(whole, from, count);
}

}  // namespace quiesce::store
