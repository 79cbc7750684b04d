#include "daemon/rpc/instance_tally.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_time.h"

namespace quiesce::rpc {
namespace {

// Reasons that say nothing but "as it should be".
bool IsRest(core::Reason reason) {
  return reason == core::Reason::kConverged || reason == core::Reason::kAssumed ||
         reason == core::Reason::kUnmanaged;
}

template <typename Message>
void AddPhases(const std::map<core::Phase, int64_t>& phases, Message& out) {
  // In the order of the API's enum, which is not the core's.
  std::map<v1::Phase, int64_t> ordered;
  for (const auto& [phase, count] : phases) ordered[ToProto(phase)] += count;
  for (const auto& [phase, count] : ordered) {
    v1::PhaseCount& to = *out.add_phases();
    to.set_phase(phase);
    to.set_count(count);
  }
}

}  // namespace

void InstanceTally::Count(const core::InstanceRecord& record, const core::Decision& decision) {
  ProjectTally& project = projects_[record.key.project_id];
  const bool declared = record.desired.has_value();
  ++(declared ? declared_ : unmanaged_);
  ++(declared ? project.declared : project.unmanaged);
  ++phases_[decision.phase];
  ++project.phases[decision.phase];
  if (!IsRest(decision.reason)) CountReason(record, decision);
}

void InstanceTally::CountReason(const core::InstanceRecord& record,
                                const core::Decision& decision) {
  ReasonTally& tally = reasons_[{decision.reason, decision.needs}];
  ++tally.count;
  const bool seen = record.observation.presence != core::Presence::kNever;
  const SteadyTime since = seen ? record.observation.since : SteadyTime::Infinite();
  tally.oldest = std::min(tally.oldest, since);
  if (decision.valid_until < tally.next) {
    tally.next = decision.valid_until;
    tally.next_action = decision.action;
  }
  if (tally.examples.size() == limits::kMaxReasonExamples && since >= tally.examples.back().since)
    return;
  Example example{since, record.key, record.observation.cloud_name,
                  record.desired ? record.desired->workspace : ""};
  auto place =
      std::upper_bound(tally.examples.begin(), tally.examples.end(), since,
                       [](SteadyTime value, const Example& other) { return value < other.since; });
  tally.examples.insert(place, std::move(example));
  if (tally.examples.size() > limits::kMaxReasonExamples) tally.examples.pop_back();
}

v1::ReasonCount InstanceTally::ToProto(const ReasonKey& key, const ReasonTally& tally,
                                       Backend& backend, const Now& now) const {
  v1::ReasonCount out;
  out.set_reason(rpc::ToProto(key.first));
  out.set_needs(rpc::ToProto(key.second));
  out.set_count(tally.count);
  SetTime(now.ToWall(tally.oldest), &out, &v1::ReasonCount::mutable_oldest_time);
  SetTime(now.ToWall(tally.next), &out, &v1::ReasonCount::mutable_next_time);
  out.set_next_action(rpc::ToProto(tally.next_action));
  for (const Example& example : tally.examples) {
    v1::ReasonExample& to = *out.add_examples();
    to.set_instance(core::FormatInstanceName(example.key));
    to.set_cloud_name(example.cloud_name);
    to.set_project_alias(backend.projects.AliasOf(example.key.project_id));
    to.set_workspace(example.workspace);
    const store::Workspace* workspace = backend.engine.planner().FindWorkspace(example.workspace);
    if (workspace != nullptr) to.set_owner(workspace->header.owner);
  }
  return out;
}

v1::SummarizeInstancesResponse InstanceTally::ToProto(Backend& backend) const {
  const Now now = backend.clock.Read();
  v1::SummarizeInstancesResponse out;
  out.set_declared_count(declared_);
  out.set_unmanaged_count(unmanaged_);
  AddPhases(phases_, out);

  std::vector<const std::pair<const ReasonKey, ReasonTally>*> reasons;
  for (const auto& entry : reasons_) reasons.push_back(&entry);
  std::stable_sort(reasons.begin(), reasons.end(), [](const auto* a, const auto* b) {
    const auto rank = [](const auto* entry) {
      const bool settles_itself = entry->first.second == core::Needs::kNobody;
      return std::make_tuple(settles_itself, -entry->second.count);
    };
    return rank(a) < rank(b);
  });
  for (const auto* entry : reasons) {
    *out.add_reasons() = ToProto(entry->first, entry->second, backend, now);
  }

  // By alias; those that are not configured any more come first, by id.
  std::map<std::pair<std::string, std::string>, const ProjectTally*> projects;
  for (const auto& [id, tally] : projects_) {
    projects[{backend.projects.AliasOf(id), id}] = &tally;
  }
  for (const auto& [name, tally] : projects) {
    v1::ProjectCount& to = *out.add_projects();
    to.set_project(absl::StrCat("projects/", name.second));
    to.set_project_alias(name.first);
    to.set_declared_count(tally->declared);
    to.set_unmanaged_count(tally->unmanaged);
    AddPhases(tally->phases, to);
  }
  return out;
}

}  // namespace quiesce::rpc
