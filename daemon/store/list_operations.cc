#include "daemon/store/list_operations.h"

#include <algorithm>
#include <utility>

#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"

namespace quiesce::store {
namespace {

absl::Status TakePresent(Tables& tables, const Observe& observe, Observe::Result& result) {
  for (const core::ListedInstance& listed : observe.present) {
    const core::InstanceKey key{observe.project_id, listed.instance_id};
    QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
    if (!record) record.emplace().key = key;
    if (!core::ObservePresent(*record, listed, observe.list)) continue;
    QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(*record));
    result.changed += 1;
  }
  return absl::OkStatus();
}

absl::Status TakeMissing(Tables& tables, const OpContext& context, const Observe& observe,
                         const core::ProjectFreshness& before, Observe::Result& result) {
  for (const std::string& instance_id : observe.missing) {
    const core::InstanceKey key{observe.project_id, instance_id};
    QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
    if (!record) continue;
    const bool changed = core::ObserveMissing(*record, observe.suspect, observe.list, before);
    if (core::IsForgettable(*record, context.now.steady)) {
      QUIESCE_RETURN_IF_ERROR(tables.ForgetInstance(key, context.now.steady));
      result.forgotten += 1;
    } else if (changed) {
      QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(*record));
      result.changed += 1;
    }
  }
  return absl::OkStatus();
}

void Complete(Project& project, const Observe& observe) {
  core::ProjectFreshness& freshness = project.freshness;
  freshness.last_seq = observe.list.seq;
  freshness.list_started = observe.list.started;
  freshness.list_took = observe.completion->took;
  freshness.interval = observe.completion->interval;
  project.listed_at = observe.completion->listed_at;
}

}  // namespace

absl::StatusOr<BeginList::Result> BeginList::Run(Tables& tables, const OpContext&) {
  return tables.AllocateListSeq();
}

absl::StatusOr<Observe::Result> Observe::Run(Tables& tables, const OpContext& context) {
  Result result;
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Project> project, tables.ReadProject(project_id));
  if (!project) project.emplace().id = project_id;
  const core::ProjectFreshness before = project->freshness;
  result.ignored = list.seq < project->observed_seq || list.seq <= before.last_seq;
  if (result.ignored) return result;
  QUIESCE_RETURN_IF_ERROR(TakePresent(tables, *this, result));
  QUIESCE_RETURN_IF_ERROR(TakeMissing(tables, context, *this, before, result));
  if (project->observed_seq == list.seq && !completion) return result;
  project->observed_seq = list.seq;
  if (completion) Complete(*project, *this);
  QUIESCE_RETURN_IF_ERROR(tables.WriteProject(*project));
  return result;
}

absl::StatusOr<ForgetInstances::Result> ForgetInstances::Run(Tables& tables,
                                                             const OpContext& context) {
  Result forgotten = 0;
  for (const core::InstanceKey& key : keys) {
    QUIESCE_ASSIGN_OR_RETURN(const std::optional<core::InstanceRecord> record,
                             tables.ReadInstance(key));
    if (!record || !core::IsForgettable(*record, context.now.steady)) continue;
    QUIESCE_RETURN_IF_ERROR(tables.ForgetInstance(key, context.now.steady));
    forgotten += 1;
  }
  return forgotten;
}

absl::StatusOr<Prune::Result> Prune::Run(Tables& tables, const OpContext& context) {
  const SteadyTime steady = context.now.steady;
  const absl::Time wall = context.now.wall;
  QUIESCE_RETURN_IF_ERROR(tables.PruneHolds(wall - limits::kEndedHoldLifetime));
  QUIESCE_ASSIGN_OR_RETURN(const int64_t tombstones,
                           tables.PruneTombstones(steady - limits::kTombstoneLifetime, rows));
  QUIESCE_ASSIGN_OR_RETURN(const int64_t requests,
                           tables.PruneRequests(steady - limits::kRequestIdHorizon,
                                                limits::kMaxRememberedRequests, rows));
  QUIESCE_ASSIGN_OR_RETURN(const int64_t plans,
                           tables.PrunePlans(wall - limits::kExpiredPlanLifetime,
                                             wall - limits::kEndedRunLifetime, rows));
  const int64_t most = std::max({tombstones, requests, plans});
  return Result{most >= rows, tables.oldest_resumable_revision()};
}

}  // namespace quiesce::store
