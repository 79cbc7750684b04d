#include "daemon/rpc/convert_project.h"

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

// The last list was refused by nobody: there was no token to send.
bool WasNotSent(const engine::ProjectState& project) {
  return project.last_error && project.last_error->result.call_class == core::CallClass::kAuth &&
         project.last_error->result.http_status == 0;
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

v1::CredentialState CredentialStateOf(const engine::ProjectState& project) {
  switch (project.credential->last_answer) {
    case core::CallClass::kNone:
      return v1::CREDENTIAL_STATE_UNSPECIFIED;
    case core::CallClass::kAuth:
      return WasNotSent(project) ? v1::CREDENTIAL_STATE_UNREADABLE : v1::CREDENTIAL_STATE_REJECTED;
    case core::CallClass::kForbidden:
      return v1::CREDENTIAL_STATE_FORBIDDEN;
    default:
      return v1::CREDENTIAL_STATE_OK;
  }
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

v1::Project ToProto(const engine::ProjectState& project, const ProjectCounts& counts,
                    const Now& now) {
  const core::ProjectSettings& settings = project.config.settings;
  v1::Project out;
  out.set_name(absl::StrCat("projects/", settings.id));
  out.set_alias(settings.alias);
  out.set_endpoint(project.config.endpoint);
  out.set_region(project.config.region);
  out.set_observation_mode(ToProto(settings.mode));
  out.set_credential(project.config.credential);
  out.set_credential_source(project.config.credential_source);
  out.set_credential_state(CredentialStateOf(project));
  if (project.rows->freshness.last_seq > 0) *out.mutable_freshness() = FreshnessOf(project, now);
  if (project.last_error) *out.mutable_last_error() = ListErrorOf(*project.last_error);
  out.set_cloud_count(counts.cloud);
  out.set_declared_count(counts.declared);
  out.set_unmanaged_count(counts.unmanaged);
  out.set_in_flight_count(project.calls_in_flight);
  if (project.credential->paused_until() > now.steady) {
    SetTime(now.ToWall(project.credential->paused_until()), &out,
            &v1::Project::mutable_throttled_until);
  }
  if (project.suspect) *out.mutable_suspect_list() = ToProto(*project.suspect);
  return out;
}

}  // namespace quiesce::rpc
