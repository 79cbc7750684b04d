#include "daemon/rpc/convert_plan.h"

#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_time.h"

namespace quiesce::rpc {
namespace {

v1::PlanCount CountOf(core::Change change, core::Effect effect, int64_t count) {
  v1::PlanCount out;
  out.set_change(ToProto(change));
  out.set_effect(ToProto(effect));
  out.set_count(count);
  return out;
}

std::string DetailOf(const core::PlanItem& item, const core::Hold* hold) {
  if (!item.reason) return "";
  switch (*item.reason) {
    case core::Reason::kHeld:
    case core::Reason::kFrozen:
      return hold == nullptr ? "" : absl::StrCat(hold->reason, " (", hold->owner, ")");
    case core::Reason::kNameMismatch:
      return absl::StrCat("the cloud says ", core::Quoted(item.cloud_name));
    default:
      return "";
  }
}

// What a person calls it: as the cloud does, else as the declaration asserts.
std::string NameOf(const core::PlanItem& item) {
  if (!item.cloud_name.empty() || !item.policy) return item.cloud_name;
  return item.policy->asserted_name;
}

}  // namespace

v1::FieldChange ToProto(const core::FieldChange& change) {
  v1::FieldChange out;
  out.set_field(change.field);
  out.set_before(change.from);
  out.set_after(change.to);
  out.set_loosens_rail(change.loosens_rail);
  return out;
}

v1::Plan ToProto(const store::Plan& plan) {
  v1::Plan out;
  out.set_name(absl::StrCat("plans/", plan.id));
  out.set_digest(plan.digest);
  v1::WorkspaceHeader& header = *out.mutable_header();
  header.set_workspace(plan.workspace);
  header.set_owner(plan.header.owner);
  header.set_contact(plan.header.contact);
  for (const auto& [key, value] : plan.header.labels) (*header.mutable_labels())[key] = value;
  out.set_header_change(ToProto(plan.header_change));
  for (const core::FieldChange& change : plan.header_fields) {
    *out.add_header_field_changes() = ToProto(change);
  }
  out.set_spec_count(plan.spec_count);
  for (const auto& [key, count] : plan.counts.kept) {
    *out.add_counts() = CountOf(key.first, key.second, count);
  }
  if (plan.counts.unchanged > 0) {
    *out.add_counts() = CountOf(core::Change::kNone, core::Effect::kNone, plan.counts.unchanged);
  }
  SetTime(plan.created, &out, &v1::Plan::mutable_create_time);
  out.set_created_by(plan.created_by);
  SetTime(plan.expires, &out, &v1::Plan::mutable_expire_time);
  if (!plan.run_id.empty()) out.set_run(absl::StrCat("runs/", plan.run_id));
  return out;
}

v1::PlanItem ToProto(const core::PlanItem& item, std::string_view project_alias,
                     const core::Hold* hold, const Now& now) {
  v1::PlanItem out;
  out.set_instance(core::FormatInstanceName(item.key));
  out.set_project_alias(std::string(project_alias));
  out.set_cloud_name(NameOf(item));
  out.set_change(ToProto(item.change));
  out.set_effect(ToProto(item.effect));
  if (item.reason) out.set_reason(ToProto(*item.reason));
  out.set_detail(DetailOf(item, hold));
  const bool held = item.reason == core::Reason::kHeld || item.reason == core::Reason::kFrozen;
  if (held && hold != nullptr) SetTime(hold->expires, &out, &v1::PlanItem::mutable_until);
  for (const core::FieldChange& change : core::FieldChangesOf(item)) {
    *out.add_field_changes() = ToProto(change);
  }
  // `since` tells whether a list ever showed it.
  if (!item.since.is_never()) {
    core::Observation seen;
    seen.presence = core::Presence::kPresent;
    seen.state = item.state;
    out.set_power_state(ToProto(seen));
    SetTime(now.ToWall(item.since), &out, &v1::PlanItem::mutable_since_time);
  }
  out.set_etag(item.expected_etag);
  return out;
}

v1::Run ToProto(const store::Run& run) {
  v1::Run out;
  out.set_name(absl::StrCat("runs/", run.id));
  out.set_plan(absl::StrCat("plans/", run.plan_id));
  out.set_workspace(run.workspace);
  out.set_state(ToProto(run.state));
  out.set_item_count(run.item_count);
  for (const auto& [state, count] : run.counts) {
    if (count == 0) continue;
    v1::RunCount& to = *out.add_counts();
    to.set_state(ToProto(state));
    to.set_count(count);
  }
  SetTime(run.created, &out, &v1::Run::mutable_create_time);
  out.set_created_by(run.created_by);
  SetTime(run.ended, &out, &v1::Run::mutable_end_time);
  out.set_cancelled_by(run.cancelled_by);
  return out;
}

v1::RunItem ToProto(const store::ListRunItems::Item& item, std::string_view project_alias) {
  v1::RunItem out;
  out.set_instance(core::FormatInstanceName(item.item.key));
  out.set_project_alias(std::string(project_alias));
  out.set_cloud_name(item.cloud_name);
  out.set_change(ToProto(item.item.change));
  out.set_effect(ToProto(item.item.effect));
  out.set_state(ToProto(item.item.state));
  if (item.item.reason) out.set_reason(ToProto(*item.item.reason));
  SetTime(item.item.ended, &out, &v1::RunItem::mutable_end_time);
  return out;
}

}  // namespace quiesce::rpc
