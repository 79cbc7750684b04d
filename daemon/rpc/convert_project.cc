#include "daemon/rpc/convert_project.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/decide.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_time.h"

namespace quiesce::rpc {
namespace {

v1::SuspectList ToProto(const engine::SuspectList& suspect) {
  v1::SuspectList out;
  SetTime(suspect.at, &out, &v1::SuspectList::mutable_list_time);
  out.set_tracked_count(suspect.tracked);
  out.set_missing_count(suspect.missing);
  return out;
}

v1::QuotaPolicy ToProto(core::QuotaWindow::Policy policy) {
  switch (policy) {
    case core::QuotaWindow::Policy::kUser:
      return v1::QUOTA_POLICY_USER;
    case core::QuotaWindow::Policy::kIp:
      return v1::QUOTA_POLICY_IP;
    case core::QuotaWindow::Policy::kUnsaid:
      break;
  }
  return v1::QUOTA_POLICY_UNSPECIFIED;
}

v1::CredentialDetail DetailOf(const cloud::CredentialStatus& status) {
  using Detail = v1::CredentialDetail;
  Detail out;
  const auto set = [&out](const std::optional<absl::Time>& time,
                          google::protobuf::Timestamp* (Detail::*field)()) {
    if (time) SetTime(*time, &out, field);
  };
  out.set_problem(core::Truncated(status.detail, limits::kMaxErrorMessageBytes));
  set(status.changed_at, &Detail::mutable_secret_time);
  set(status.expires_at, &Detail::mutable_expire_time);
  set(status.last_success_at, &Detail::mutable_last_success_time);
  set(status.next_probe_at, &Detail::mutable_next_probe_time);
  return out;
}

bool IsForbidden(const engine::ProjectState& project) {
  return project.last_error && project.last_error->result.call_class == core::CallClass::kForbidden;
}

// What keeps calls back with this credential at this endpoint, and what is odd about the answers.
void TellOfCalls(const engine::CredentialState& calls, const Now& now, v1::Project& out) {
  if (calls.paused_until() > now.steady) {
    SetTime(now.ToWall(calls.paused_until()), &out, &v1::Project::mutable_throttled_until);
  }
  for (const core::QuotaWindow& window : calls.quota().windows()) {
    v1::QuotaWindow& told = *out.add_quotas();
    told.set_policy(ToProto(window.policy));
    told.set_calls(window.calls);
    *told.mutable_period() = ToProtoDuration(window.period);
  }
  out.set_quota_used_count(calls.quota().used(now.steady));
  out.set_waiting_stop_count(static_cast<int64_t>(calls.ready.size()));
  const SteadyTime waits_until = calls.QuotaUntil(now.steady);
  if (!calls.ready.empty() && waits_until > now.steady) {
    SetTime(now.ToWall(waits_until), &out, &v1::Project::mutable_waiting_until);
  }
  if (calls.endpoint_down()) {
    SetTime(now.ToWall(calls.circuit().opened_at()), &out,
            &v1::Project::mutable_endpoint_down_time);
  }
  out.set_unknown_answer_count(calls.unmapped_answers());
  out.set_last_unknown_answer(
      core::Truncated(calls.last_unmapped(), limits::kMaxCloudMessageBytes));
}

}  // namespace

v1::ListError ListErrorOf(const engine::ListError& error) {
  v1::ListError out;
  SetTime(error.at, &out, &v1::ListError::mutable_time);
  out.set_error_class(ToProto(error.result.call_class));
  out.set_http_status(error.result.http_status);
  out.set_error_code(error.result.error_code);
  out.set_message(core::Truncated(error.result.message, limits::kMaxCloudMessageBytes));
  return out;
}

v1::CredentialState CredentialStateOf(const engine::ProjectState& project,
                                      const cloud::CredentialStatus& credential) {
  using State = cloud::CredentialStatus::State;
  switch (credential.state) {
    case State::kUnused:
      return v1::CREDENTIAL_STATE_UNSPECIFIED;
    case State::kOk:
      return IsForbidden(project) ? v1::CREDENTIAL_STATE_FORBIDDEN : v1::CREDENTIAL_STATE_OK;
    case State::kTrying:
      return v1::CREDENTIAL_STATE_TRYING;
    case State::kMissing:
      return v1::CREDENTIAL_STATE_MISSING;
    case State::kRejected:
      return v1::CREDENTIAL_STATE_REJECTED;
    case State::kLocked:
      return v1::CREDENTIAL_STATE_LOCKED;
    case State::kRenewing:
      return v1::CREDENTIAL_STATE_RENEWING;
  }
  return v1::CREDENTIAL_STATE_UNSPECIFIED;
}

v1::ProjectFreshness FreshnessOf(const engine::ProjectState& project, const Now& now) {
  const core::ProjectSettings& settings = project.config.settings;
  const core::ProjectFreshness& freshness = project.rows->freshness;
  v1::ProjectFreshness out;
  out.set_project(absl::StrCat("projects/", settings.id));
  out.set_project_alias(settings.alias);
  SetTime(project.rows->listed_at, &out, &v1::ProjectFreshness::mutable_list_time);
  *out.mutable_freshness_bound() = ToProtoDuration(core::FreshnessBound(settings, freshness));
  if (freshness.last_seq == 0) return out;
  *out.mutable_list_duration() = ToProtoDuration(freshness.list_took);
  *out.mutable_age() = ToProtoDuration(now.steady - freshness.list_started);
  out.set_fresh(core::IsFresh(settings, freshness, now));
  return out;
}

v1::Project ToProto(const engine::ProjectState& project, const cloud::CredentialStatus& credential,
                    const ProjectCounts& counts, const Now& now) {
  const core::ProjectSettings& settings = project.config.settings;
  v1::Project out;
  out.set_name(absl::StrCat("projects/", settings.id));
  out.set_alias(settings.alias);
  out.set_endpoint(project.config.endpoint);
  out.set_region(project.config.region);
  out.set_observation_mode(ToProto(settings.mode));
  out.set_credential(project.config.credential);
  out.set_credential_source(project.config.credential_source);
  out.set_credential_state(CredentialStateOf(project, credential));
  *out.mutable_credential_detail() = DetailOf(credential);
  if (project.rows->freshness.last_seq > 0) *out.mutable_freshness() = FreshnessOf(project, now);
  if (project.last_error) *out.mutable_last_error() = ListErrorOf(*project.last_error);
  out.set_cloud_count(counts.cloud);
  out.set_declared_count(counts.declared);
  out.set_unmanaged_count(counts.unmanaged);
  out.set_in_flight_count(project.calls_in_flight);
  TellOfCalls(*project.credential, now, out);
  if (project.suspect) *out.mutable_suspect_list() = ToProto(*project.suspect);
  return out;
}

}  // namespace quiesce::rpc
