#include "daemon/store/attempt_operations.h"

#include <optional>
#include <utility>

#include "daemon/base/random.h"
#include "daemon/base/status_macros.h"
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

absl::Status MakeAllStale(Tables& tables, SteadyTime now) {
  QUIESCE_ASSIGN_OR_RETURN(std::vector<Project> projects, tables.ReadProjects());
  for (Project& project : projects) {
    MakeStale(project, tables.last_list_seq(), now);
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
  Result result;
  QUIESCE_ASSIGN_OR_RETURN(result.moved, ConfigureProjects{projects}.Run(tables, context));
  QUIESCE_RETURN_IF_ERROR(MakeAllStale(tables, context.now.steady));
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::InstanceKey> open, tables.OpenAttempts());
  for (const core::InstanceKey& key : open) {
    QUIESCE_RETURN_IF_ERROR(GiveUp(tables, context, key));
  }
  result.attempts = static_cast<int64_t>(open.size());
  return result;
}

}  // namespace quiesce::store
