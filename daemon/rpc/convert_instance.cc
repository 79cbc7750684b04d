#include "daemon/rpc/convert_instance.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_time.h"
#include "daemon/rpc/summary.h"

namespace quiesce::rpc {
namespace {

// Nothing was looked at and the instance is taken for stopped nonetheless.
bool IsAssumed(const core::Decision& decision) { return decision.reason == core::Reason::kAssumed; }

void ConvertDesired(const InstanceView& view, v1::Desired& out) {
  const core::Desired& desired = *view.record.desired;
  out.set_generation(desired.generation);
  out.set_workspace(desired.workspace);
  if (view.workspace != nullptr) {
    out.set_writer_kind(ToProto(view.workspace->kind));
    out.set_owner(view.workspace->header.owner);
    out.set_contact(view.workspace->header.contact);
  }
  out.mutable_policy()->set_enforcement(ToProto(desired.policy.enforcement));
  *out.mutable_policy()->mutable_start_grace() = ToProtoDuration(desired.policy.start_grace);
  out.mutable_policy()->set_protected_(desired.policy.is_protected);
  out.set_asserted_name(desired.policy.asserted_name);
  if (!view.whole) return;
  v1::Authority& authority = *out.mutable_authority();
  authority.set_kind(ToProto(desired.authority.kind));
  if (desired.authority.kind == core::Authority::Kind::kPlan) {
    authority.set_plan(absl::StrCat("plans/", desired.authority.reference));
  } else {
    authority.set_request_id(desired.authority.reference);
  }
  authority.set_principal(desired.authority.principal);
  SetTime(desired.authority.at, &authority, &v1::Authority::mutable_time);
}

void ConvertAttempt(const InstanceView& view, v1::Attempt& out) {
  const core::Attempt& attempt = view.record.attempt;
  out.set_attempt_id(attempt.id);
  out.set_generation(attempt.generation);
  out.set_in_flight(attempt.outcome == core::Outcome::kOpen);
  out.set_outcome(ToProto(attempt.outcome));
  out.set_error_class(ToProto(attempt.call_class));
  if (!out.in_flight()) {
    SetTime(view.now.ToWall(attempt.ended), &out, &v1::Attempt::mutable_end_time);
  }
  if (!view.whole) return;
  out.set_http_status(attempt.http_status);
  out.set_error_code(attempt.error_code);
  out.set_message(attempt.message);
  out.set_cloud_request_id(attempt.cloud_request_id);
  SetTime(view.now.ToWall(attempt.started), &out, &v1::Attempt::mutable_start_time);
}

// What no list showed, but is taken for so.
void ConvertAssumed(const InstanceView& view, v1::Observation& out) {
  out.set_power_state(v1::POWER_STATE_STOPPED);
  out.set_assumed(true);
  SetTime(view.now.ToWall(view.record.attempt.ended), &out, &v1::Observation::mutable_since_time);
}

void ConvertObservation(const InstanceView& view, v1::Observation& out) {
  const core::Observation& seen = view.record.observation;
  const core::ProjectFreshness& freshness = view.around.freshness;
  const bool absent =
      seen.presence == core::Presence::kMissing && seen.missing_lists >= limits::kListsUntilAbsent;
  const bool by_last_list = seen.presence == core::Presence::kPresent || absent;
  out.set_power_state(ToProto(seen));
  if (!absent) SetTime(view.now.ToWall(seen.since), &out, &v1::Observation::mutable_since_time);
  if (by_last_list) {
    SetTime(view.listed_at, &out, &v1::Observation::mutable_list_time);
  } else {
    SetTime(view.now.ToWall(seen.shown_at), &out, &v1::Observation::mutable_list_time);
  }
  const SteadyTime shown_at = by_last_list ? freshness.list_started : seen.shown_at;
  if (!shown_at.is_never()) *out.mutable_age() = ToProtoDuration(view.now.steady - shown_at);
  out.set_fresh(by_last_list && core::IsFresh(view.around.settings, freshness, view.now));
  *out.mutable_freshness_bound() =
      ToProtoDuration(core::FreshnessBound(view.around.settings, freshness));
  out.set_missing_lists(seen.missing_lists);
  if (!view.whole) return;
  for (const core::Node& node : seen.nodes) {
    v1::Node& to = *out.add_nodes();
    to.set_name(node.name);
    to.set_status(node.status);
    to.set_task_status(node.task_status);
    to.set_scene(node.scene);
  }
}

void ConvertHistory(const InstanceView& view, v1::History& out) {
  const core::Setbacks setbacks = core::SetbacksOf(view.record, view.around);
  out.set_stopped_generation(view.record.history.stopped_generation);
  out.set_failures(setbacks.failures);
  if (setbacks.next_attempt > view.now.steady) {
    SetTime(view.now.ToWall(setbacks.next_attempt), &out, &v1::History::mutable_next_attempt_time);
  }
}

void ConvertVerdict(const InstanceView& view, const core::Decision& decision, v1::Verdict& out) {
  out.set_phase(ToProto(decision.phase));
  out.set_reason(ToProto(decision.reason));
  out.set_needs(ToProto(decision.needs));
  out.set_action(ToProto(decision.action));
  SetTime(view.now.ToWall(decision.valid_until), &out, &v1::Verdict::mutable_valid_until);
  if (view.record.observation.presence != core::Presence::kNever) {
    SetTime(view.now.ToWall(view.record.observation.since), &out, &v1::Verdict::mutable_since_time);
  }
  out.set_summary(SummaryOf(view, decision));
}

}  // namespace

bool Exists(const core::InstanceRecord& record) {
  return record.desired.has_value() || record.observation.presence == core::Presence::kPresent;
}

v1::Instance ToProto(const InstanceView& view, const core::Decision& decision) {
  const core::InstanceRecord& record = view.record;
  v1::Instance out;
  out.set_name(core::FormatInstanceName(record.key));
  out.set_project_alias(std::string(view.project_alias));
  out.set_cloud_name(record.observation.cloud_name);
  out.set_revision(record.revision);
  if (record.desired) {
    out.set_uid(record.desired->uid);
    out.set_etag(core::EtagOf(record));
    ConvertDesired(view, *out.mutable_desired());
    ConvertHistory(view, *out.mutable_history());
  }
  if (record.attempt.outcome != core::Outcome::kNone) {
    ConvertAttempt(view, *out.mutable_attempt());
  }
  if (IsAssumed(decision)) {
    ConvertAssumed(view, *out.mutable_observation());
  } else if (record.observation.presence != core::Presence::kNever) {
    ConvertObservation(view, *out.mutable_observation());
  }
  ConvertVerdict(view, decision, *out.mutable_verdict());
  return out;
}

}  // namespace quiesce::rpc
