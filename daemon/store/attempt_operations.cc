#include "daemon/store/attempt_operations.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/random.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/store/surroundings.h"

namespace quiesce::store {
namespace {

absl::StatusOr<std::variant<ClaimedCall, NotClaimed>> ClaimOne(Tables& tables,
                                                               const OpContext& context,
                                                               const Claim::Candidate& candidate) {
  using Claimed = std::variant<ClaimedCall, NotClaimed>;
  QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record,
                           tables.ReadInstance(candidate.key));
  if (!record) record.emplace().key = candidate.key;
  QUIESCE_ASSIGN_OR_RETURN(const ProjectSurroundings around,
                           ProjectSurroundings::Read(tables, context, candidate.key.project_id,
                                                     candidate.throttled_until));
  const core::Decision decision = core::Decide(*record, around.view(), context.now);
  if (decision.action != core::Action::kCall) return Claimed(NotClaimed{candidate.key, decision});
  core::BeginAttempt(*record, NewId(context.random), context.fence,
                     around.view().freshness.last_seq, context.now.steady);
  QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(*record));
  return Claimed(ClaimedCall{candidate.key, record->attempt.id, context.fence,
                             record->desired->generation, record->desired->workspace,
                             context.now.steady});
}

bool IsDefinite(core::Outcome outcome) {
  return outcome != core::Outcome::kUnknown && outcome != core::Outcome::kOpen &&
         outcome != core::Outcome::kNone;
}

absl::Status EndpointChanged(const Project& stored, const Recover::ConfiguredProject& configured) {
  return core::MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("project ", configured.alias, " (", configured.id, ") has endpoint ",
                   configured.endpoint, " in the configuration, and had ", stored.endpoint,
                   " when this store was last used; put it back, use a new store, or accept the "
                   "new endpoint if it leads to the same instances"),
      core::ErrorDetail{"ENDPOINT_CHANGED",
                        {{"project", configured.id},
                         {"endpoint", configured.endpoint},
                         {"stored_endpoint", stored.endpoint}},
                        {}});
}

// What an earlier process saw is shown with its age, and decides nothing.
void MakeStale(Project& project, int64_t last_list_seq, SteadyTime now) {
  project.freshness.process_floor_seq = last_list_seq;
  project.freshness.process_started = now;
}

absl::Status RecoverProjects(Tables& tables, const OpContext& context, const Recover& recover) {
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<Project> stored, tables.ReadProjects());
  std::map<std::string, Project> projects;
  for (const Project& project : stored) projects.emplace(project.id, project);
  for (const Recover::ConfiguredProject& configured : recover.projects) {
    Project& project = projects[configured.id];
    const bool changed = !project.endpoint.empty() && project.endpoint != configured.endpoint;
    if (changed && recover.accepted_endpoint_changes.count(configured.id) == 0) {
      return EndpointChanged(project, configured);
    }
    project.id = configured.id;
    project.alias = configured.alias;
    project.endpoint = configured.endpoint;
  }
  for (auto& [id, project] : projects) {
    MakeStale(project, tables.last_list_seq(), context.now.steady);
    QUIESCE_RETURN_IF_ERROR(tables.WriteProject(project));
  }
  return absl::OkStatus();
}

absl::Status GiveUp(Tables& tables, const OpContext& context, const core::InstanceKey& key) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
  core::CallResult unknown;
  unknown.message = "the daemon ended while the call was in flight";
  core::FinishAttempt(*record, unknown, SettingsOf(context, key.project_id), tables.last_list_seq(),
                      context.now.steady);
  return tables.WriteInstance(*record);
}

}  // namespace

absl::StatusOr<Claim::Result> Claim::Run(Tables& tables, const OpContext& context) {
  Result result;
  for (const Candidate& candidate : candidates) {
    QUIESCE_ASSIGN_OR_RETURN(result.emplace_back(), ClaimOne(tables, context, candidate));
  }
  return result;
}

absl::StatusOr<Finish::Result> Finish::Run(Tables& tables, const OpContext& context) {
  if (fence != context.fence) return Finished::kIgnored;
  QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
  if (!record || record->attempt.id != attempt_id || record->attempt.fence != fence) {
    return Finished::kIgnored;
  }
  const bool open = record->attempt.outcome == core::Outcome::kOpen;
  const bool late =
      record->attempt.outcome == core::Outcome::kUnknown && IsDefinite(result.outcome);
  if (!open && !late) return Finished::kIgnored;
  core::FinishAttempt(*record, result, SettingsOf(context, key.project_id), tables.last_list_seq(),
                      context.now.steady);
  QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(*record));
  return open ? Finished::kRecorded : Finished::kReplacedUnknown;
}

absl::StatusOr<Latch::Result> Latch::Run(Tables& tables, const OpContext& context) {
  Result latched;
  for (const core::InstanceKey& key : keys) {
    QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
    if (!record) continue;
    QUIESCE_ASSIGN_OR_RETURN(
        const ProjectSurroundings around,
        ProjectSurroundings::Read(tables, context, key.project_id, SteadyTime::Never()));
    const core::Decision decision = core::Decide(*record, around.view(), context.now);
    if (decision.action != core::Action::kLatch) continue;
    core::Latch(*record);
    QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(*record));
    latched.push_back(key);
  }
  return latched;
}

absl::StatusOr<Recover::Result> Recover::Run(Tables& tables, const OpContext& context) {
  QUIESCE_RETURN_IF_ERROR(RecoverProjects(tables, context, *this));
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::InstanceKey> open, tables.OpenAttempts());
  for (const core::InstanceKey& key : open) {
    QUIESCE_RETURN_IF_ERROR(GiveUp(tables, context, key));
  }
  return Result{static_cast<int64_t>(open.size())};
}

}  // namespace quiesce::store
