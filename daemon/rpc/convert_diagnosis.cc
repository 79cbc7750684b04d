#include "daemon/rpc/convert_diagnosis.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_project.h"
#include "daemon/rpc/convert_time.h"
#include "daemon/rpc/list_refusal.h"

namespace quiesce::rpc {
namespace {

// The most nodes first; as many, by name, so that two diagnoses of one state are the same.
template <typename Counted, typename Name>
std::vector<Counted> MostFirst(std::vector<Counted> all, Name name) {
  std::sort(all.begin(), all.end(), [&](const Counted& a, const Counted& b) {
    return a.nodes != b.nodes ? a.nodes > b.nodes : name(a) < name(b);
  });
  return all;
}

void AddStates(const cloud::ListTally& tally, v1::ProjectDiagnosis& out) {
  int64_t instances = 0;
  for (const auto& [state, count] : tally.instances) {
    v1::PowerStateCount& told = *out.add_states();
    told.set_state(ToProto(state));
    told.set_instance_count(count);
    instances += count;
  }
  out.set_instance_count(instances);
  out.set_node_count(tally.nodes);
  out.set_high_availability_count(tally.pairs);
  out.set_raw_states_cut(tally.raw_states_cut);
  using RawState = cloud::ListTally::RawState;
  for (const RawState& raw : MostFirst(tally.raw_states, [](const RawState& one) {
         return std::pair(one.status, one.task_status);
       })) {
    v1::RawStateCount& told = *out.add_raw_states();
    told.set_status(raw.status);
    told.set_task_status(raw.task_status);
    told.set_node_count(raw.nodes);
    told.set_state(ToProto(raw.state));
    told.set_unknown_status(raw.unknown_status);
  }
}

void AddRegions(const cloud::ListTally& tally, v1::ProjectDiagnosis& out) {
  using Region = cloud::ListTally::Region;
  for (const Region& region :
       MostFirst(tally.regions, [](const Region& one) { return one.name; })) {
    v1::RegionCount& told = *out.add_regions();
    told.set_region(region.name);
    told.set_node_count(region.nodes);
  }
}

// The credential's own word, which knows most; else what the list was refused with.
std::string CredentialDetail(const engine::ProjectState& project,
                             const engine::Observer::Report& report) {
  if (!report.credential.detail.empty()) return report.credential.detail;
  if (!project.list_refused()) return "";
  const ListRefusal refusal = ListRefusalOf(&project);
  return absl::StrCat(refusal.cause, "; ", refusal.way_out);
}

}  // namespace

v1::ProjectDiagnosis DiagnosisOf(const engine::ProjectState& project,
                                 const engine::Observer::Report& report) {
  v1::ProjectDiagnosis out;
  out.set_listed(report.asked);
  if (report.asked) {
    if (!report.result.ok && project.last_error) {
      *out.mutable_list_error() = ListErrorOf(*project.last_error);
    }
    *out.mutable_list_duration() = ToProtoDuration(report.took);
    if (report.clock_skew) *out.mutable_clock_skew() = ToProtoDuration(*report.clock_skew);
    AddStates(report.result.tally, out);
    AddRegions(report.result.tally, out);
  }
  out.set_credential_detail(
      core::Truncated(CredentialDetail(project, report), limits::kMaxErrorMessageBytes));
  if (const auto& throttle = project.credential->last_throttle()) {
    SetTime(throttle->at, out.mutable_last_throttle(), &v1::ThrottleNotice::mutable_time);
    out.mutable_last_throttle()->set_message(
        core::Truncated(throttle->message, limits::kMaxCloudMessageBytes));
  }
  return out;
}

}  // namespace quiesce::rpc
