#include "tests/simulation/committed_state.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "daemon/core/power_state.h"

namespace quiesce::simulation {
namespace {

std::string Describe(const core::Policy& policy) {
  return absl::StrCat("enforcement=", static_cast<int>(policy.enforcement),
                      " grace=", absl::FormatDuration(policy.start_grace),
                      policy.is_protected ? " protected" : "", " name=", policy.asserted_name);
}

std::string Describe(const core::Desired& desired) {
  return absl::StrCat("{uid=", desired.uid, " gen=", desired.generation,
                      " floors=", desired.adopted_floor_seq, "/", desired.floor_seq,
                      " ws=", desired.workspace, " ", Describe(desired.policy),
                      " by=", desired.authority.principal, "/", desired.authority.reference, "@",
                      absl::ToUnixMicros(desired.authority.at), "}");
}

std::string Describe(const core::Attempt& attempt) {
  return absl::StrCat(
      "{id=", attempt.id, " fence=", attempt.fence, " gen=", attempt.generation,
      " based=", attempt.based_on_seq, " outcome=", static_cast<int>(attempt.outcome),
      " class=", static_cast<int>(attempt.call_class), attempt.resolved ? " resolved" : "",
      " floor=", attempt.floor_seq, " ", attempt.started.micros(), "..", attempt.ended.micros(),
      " http=", attempt.http_status, " ", attempt.error_code, " ", attempt.message, " ",
      attempt.cloud_request_id, "}");
}

std::string Describe(const core::Observation& seen) {
  std::string text = absl::StrCat(
      "{", std::string(core::ToString(seen.state)), " presence=", static_cast<int>(seen.presence),
      " missing=", seen.missing_lists, " since=", seen.since.micros(),
      " start=", seen.start_seen.micros(), " seq=", seen.list_seq, " shown=", seen.shown_seq, "@",
      seen.shown_at.micros(), " name=", seen.cloud_name);
  for (const core::Node& node : seen.nodes) {
    absl::StrAppend(&text, " [", node.name, " ", node.status, "/", node.task_status, " ",
                    node.scene, "]");
  }
  return text + "}";
}

std::string Describe(const core::History& history) {
  std::string text =
      absl::StrCat("{stopped=", history.stopped_generation, " failures=", history.failures,
                   " next=", history.next_attempt.micros(), " intents=");
  for (SteadyTime intent : history.intents) absl::StrAppend(&text, intent.micros(), ",");
  return text + "}";
}

std::string Describe(const store::HoldRecord& record) {
  const core::Hold& hold = record.hold;
  return absl::StrCat("hold ", hold.id, " scope=", static_cast<int>(hold.scope), " ",
                      hold.instance.instance_id, " ", hold.workspace, " ", hold.project_id, " ",
                      hold.reason, " ", hold.owner, " ", hold.created_by, " ",
                      absl::ToUnixMicros(hold.created), " ", absl::ToUnixMicros(hold.expires), " ",
                      absl::ToUnixMicros(hold.ended), " ", record.ended_by, " r", record.revision);
}

std::string Describe(const store::Workspace& workspace) {
  std::string text = absl::StrCat(
      "workspace ", workspace.name, " kind=", static_cast<int>(workspace.kind), " ",
      workspace.header.owner, " ", workspace.header.contact, " gen=", workspace.generation,
      " run=", workspace.changing_run, " r", workspace.revision);
  for (const auto& [key, value] : workspace.header.labels) {
    absl::StrAppend(&text, " ", key, "=", value);
  }
  return text;
}

std::string Describe(const store::Project& project) {
  const core::ProjectFreshness& fresh = project.freshness;
  return absl::StrCat(
      "project ", project.id, " ", project.alias, " ", project.endpoint, " seq=", fresh.last_seq,
      " at=", fresh.list_started.micros(), " took=", absl::FormatDuration(fresh.list_took),
      " interval=", absl::FormatDuration(fresh.interval), " floor=", fresh.process_floor_seq, "@",
      fresh.process_started.micros(), " observed=", project.observed_seq, " ",
      absl::ToUnixMicros(project.listed_at));
}

std::string Describe(const store::Run& run) {
  std::string text = absl::StrCat(
      "run ", run.id, " plan=", run.plan_id, " ws=", run.workspace,
      " state=", static_cast<int>(run.state), " items=", run.item_count, " cursors=", run.cursor,
      "/", run.cancel_cursor, " by=", run.created_by, "/", run.cancelled_by, " r", run.revision,
      " ", absl::ToUnixMicros(run.created), " ", absl::ToUnixMicros(run.ended));
  for (const auto& [state, count] : run.counts) {
    if (count != 0) absl::StrAppend(&text, " ", static_cast<int>(state), ":", count);
  }
  for (const auto& [state, count] : run.cancel_counts) {
    if (count != 0) absl::StrAppend(&text, " c", static_cast<int>(state), ":", count);
  }
  return text;
}

std::string Describe(const store::RunItem& item) {
  return absl::StrCat(
      "item ", item.run_id, "/", item.index, " ", item.key.instance_id,
      " change=", static_cast<int>(item.change), " effect=", static_cast<int>(item.effect),
      " state=", static_cast<int>(item.state), " at_cancel=", static_cast<int>(item.at_cancel),
      " reason=", item.reason ? std::string(core::ToString(*item.reason)) : "-", " uid=", item.uid,
      " gen=", item.generation);
}

std::string DescribeChange(const store::InstanceChanged& change) {
  return simulation::Describe(change.record);
}
std::string DescribeChange(const store::InstanceForgotten& change) {
  return absl::StrCat("forgotten ", change.key.instance_id, " r", change.revision);
}
std::string DescribeChange(const store::HoldChanged& change) { return Describe(change.hold); }
std::string DescribeChange(const store::HoldForgotten& change) {
  return absl::StrCat("forgotten hold ", change.id);
}
std::string DescribeChange(const store::WorkspaceChanged& change) {
  return Describe(change.workspace);
}
std::string DescribeChange(const store::ProjectChanged& change) { return Describe(change.project); }
std::string DescribeChange(const store::RunChanged& change) { return Describe(change.run); }
std::string DescribeChange(const store::RunItemChanged& change) { return Describe(change.item); }

using simulation::Describe;

template <typename Key, typename Row>
std::optional<std::string> Difference(const std::map<Key, Row>& a, const std::map<Key, Row>& b) {
  auto x = a.begin();
  auto y = b.begin();
  for (; x != a.end() && y != b.end(); ++x, ++y) {
    const std::string left = Describe(x->second);
    const std::string right = Describe(y->second);
    if (left != right) return absl::StrCat("\n  ", left, "\n  ", right);
  }
  if (x != a.end()) return absl::StrCat("\n  ", Describe(x->second), "\n  (nothing)");
  if (y != b.end()) return absl::StrCat("\n  (nothing)\n  ", Describe(y->second));
  return std::nullopt;
}

}  // namespace

std::string Describe(const core::InstanceRecord& record) {
  return absl::StrCat("instance ", record.key.instance_id, " r", record.revision,
                      " desired=", record.desired ? Describe(*record.desired) : "-",
                      " attempt=", Describe(record.attempt), " seen=", Describe(record.observation),
                      " history=", Describe(record.history));
}

std::string Describe(const store::Change& change) {
  return std::visit([](const auto& typed) { return DescribeChange(typed); }, change);
}

void CommittedState::Apply(const store::Change& change) {
  std::visit([this](const auto& typed) { Take(typed); }, change);
}

const core::InstanceRecord* CommittedState::Find(const core::InstanceKey& key) const {
  auto it = instances_.find(key);
  return it == instances_.end() ? nullptr : &it->second;
}

const store::Project* CommittedState::FindProject(const std::string& id) const {
  auto it = projects_.find(id);
  return it == projects_.end() ? nullptr : &it->second;
}

std::optional<std::string> CommittedState::DifferenceFrom(const CommittedState& other) const {
  if (auto found = Difference(projects_, other.projects_)) return found;
  if (auto found = Difference(workspaces_, other.workspaces_)) return found;
  if (auto found = Difference(holds_, other.holds_)) return found;
  if (auto found = Difference(instances_, other.instances_)) return found;
  if (auto found = Difference(runs_, other.runs_)) return found;
  return Difference(pending_, other.pending_);
}

void CommittedState::Take(const store::InstanceChanged& change) {
  instances_[change.record.key] = change.record;
  last_revision_ = std::max(last_revision_, change.record.revision);
}

void CommittedState::Take(const store::InstanceForgotten& change) {
  instances_.erase(change.key);
  last_revision_ = std::max(last_revision_, change.revision);
}

void CommittedState::Take(const store::HoldChanged& change) {
  holds_[change.hold.hold.id] = change.hold;
  last_revision_ = std::max(last_revision_, change.hold.revision);
}

void CommittedState::Take(const store::HoldForgotten& change) { holds_.erase(change.id); }

void CommittedState::Take(const store::WorkspaceChanged& change) {
  workspaces_[change.workspace.name] = change.workspace;
  last_revision_ = std::max(last_revision_, change.workspace.revision);
}

void CommittedState::Take(const store::ProjectChanged& change) {
  projects_[change.project.id] = change.project;
}

void CommittedState::Take(const store::RunChanged& change) {
  // One that is over is nobody's business any more, and is not loaded.
  const bool over =
      change.run.state == store::RunState::kDone || change.run.state == store::RunState::kCancelled;
  if (over) {
    runs_.erase(change.run.id);
  } else {
    runs_[change.run.id] = change.run;
  }
  last_revision_ = std::max(last_revision_, change.run.revision);
}

void CommittedState::Take(const store::RunItemChanged& change) {
  const auto key = std::make_pair(change.item.run_id, change.item.index);
  if (change.item.state == store::ItemState::kPending) {
    pending_[key] = change.item;
  } else {
    pending_.erase(key);
  }
}

}  // namespace quiesce::simulation
