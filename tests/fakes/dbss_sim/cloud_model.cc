#include "tests/fakes/dbss_sim/cloud_model.h"

#include <algorithm>
#include <utility>

#include "tests/fakes/dbss_sim/list_body.h"

namespace quiesce::dbss_sim {
namespace {

constexpr char kNoTask[] = "NO_TASK";

// Of one instance. A list lags by seconds, in which not even a test changes it more often.
constexpr std::size_t kMaxPast = 16;

// Whether a server without a task has the status of `wanted`. A task that is null or empty is none:
// a forced state may leave it out.
bool Rests(const RawState& state, const RawState& wanted) {
  const bool no_task =
      !state.task_status || state.task_status->empty() || *state.task_status == kNoTask;
  return no_task && state.status == wanted.status;
}

}  // namespace

bool operator==(const RawState& a, const RawState& b) {
  return a.status == b.status && a.task_status == b.task_status;
}

RawState RunningState() { return {"ACTIVE", kNoTask}; }

RawState StoppedState() { return {"SHUTOFF", kNoTask}; }

RawState Node::RawStateAt(SimTime now) const {
  if (!change_) return settled_;
  const PowerTimeline& timeline = change_->timeline;
  const auto since_visible = now - change_->began - timeline.visible_lag;
  if (since_visible < SimTime::zero()) return settled_;
  const char* task = change_->target == StoppedState() ? "powering-off" : "powering-on";
  if (since_visible < timeline.powering) return {settled_.status, task};
  if (since_visible < timeline.powering + timeline.finishing) {
    return {change_->target.status, task};
  }
  return change_->target;
}

bool Node::ChangingAt(SimTime now) const {
  if (!change_) return false;
  const PowerTimeline& timeline = change_->timeline;
  return now - change_->began < timeline.visible_lag + timeline.powering + timeline.finishing;
}

void Node::BeginChange(const RawState& target, const PowerTimeline& timeline, SimTime now) {
  settled_ = RawStateAt(now);
  change_ = Change{target, now, timeline};
}

void Node::Force(RawState state) {
  settled_ = std::move(state);
  change_.reset();
}

Instance::Instance(const InstanceSpec& spec)
    : id_(spec.id),
      name_(spec.name),
      nodes_(spec.high_availability ? kMaxNodes : 1, Node(spec.state)) {}

PowerOutcome Instance::Stop(const PowerTimelines& defaults, SimTime now) {
  return Change(RunningState(), StoppedState(), defaults, now);
}

PowerOutcome Instance::Start(const PowerTimelines& defaults, SimTime now) {
  return Change(StoppedState(), RunningState(), defaults, now);
}

PowerOutcome Instance::Change(const RawState& from, const RawState& to,
                              const PowerTimelines& defaults, SimTime now) {
  if (freeze) return PowerOutcome::kWrongState;
  bool any = false;
  for (const Node& node : nodes_) {
    if (node.ChangingAt(now)) return PowerOutcome::kWrongState;
    const RawState state = node.RawStateAt(now);
    if (Rests(state, from)) {
      any = true;
    } else if (!Rests(state, to)) {
      return PowerOutcome::kWrongState;
    }
  }
  if (!any) return PowerOutcome::kWrongState;
  Remember(now);
  const PowerTimelines& lengths = timelines ? *timelines : defaults;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (Rests(nodes_[i].RawStateAt(now), from)) nodes_[i].BeginChange(to, lengths[i], now);
  }
  return PowerOutcome::kStarted;
}

void Instance::Remember(SimTime now) {
  past_.push_back({now, nodes_, freeze, shape, listed});
  if (past_.size() > kMaxPast) past_.pop_front();
}

Instance Instance::AsOf(SimTime then) const {
  Instance view({id_, name_, nodes_.size() > 1, RawState()});
  const auto past = std::find_if(past_.begin(), past_.end(),
                                 [then](const Past& each) { return then < each.until; });
  const bool is_past = past != past_.end();
  view.nodes_ = is_past ? past->nodes : nodes_;
  view.freeze = is_past ? past->freeze : freeze;
  view.shape = is_past ? past->shape : shape;
  view.listed = is_past ? past->listed : listed;
  return view;
}

RawState Instance::ShownStateAt(std::size_t node, SimTime now) const {
  if (freeze) return {"FROZEN", kNoTask};
  return nodes_[node].RawStateAt(now);
}

bool ProjectModel::Add(const InstanceSpec& spec) {
  if (by_id_.count(spec.id) != 0) return false;
  instances_.push_back(std::make_unique<Instance>(spec));
  Instance* added = instances_.back().get();
  by_id_.emplace(added->id(), added);
  return true;
}

Instance* ProjectModel::Find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

const Instance* ProjectModel::Find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

Instance* ProjectModel::FindListed(std::string_view id) {
  Instance* found = Find(id);
  return found != nullptr && found->listed ? found : nullptr;
}

PowerOutcome ProjectModel::Stop(std::string_view id, const PowerTimelines& defaults, SimTime now) {
  Instance* instance = FindListed(id);
  return instance == nullptr ? PowerOutcome::kNoSuchInstance : instance->Stop(defaults, now);
}

PowerOutcome ProjectModel::Start(std::string_view id, const PowerTimelines& defaults, SimTime now) {
  Instance* instance = FindListed(id);
  return instance == nullptr ? PowerOutcome::kNoSuchInstance : instance->Start(defaults, now);
}

PowerCounts ProjectModel::CountAt(SimTime now) const {
  PowerCounts counts;
  for (const auto& instance : instances_) {
    if (!instance->listed) continue;
    std::size_t running = 0;
    std::size_t stopped = 0;
    for (std::size_t i = 0; i < instance->nodes().size(); ++i) {
      const RawState state = instance->ShownStateAt(i, now);
      if (Rests(state, RunningState())) ++running;
      if (Rests(state, StoppedState())) ++stopped;
    }
    ++counts.instances;
    if (running == instance->nodes().size()) ++counts.running;
    if (stopped == instance->nodes().size()) ++counts.stopped;
  }
  return counts;
}

std::string ProjectModel::ListBody(SimTime now, SimTime lag) const {
  ListBodyWriter writer(facts_.id, instances_.size());
  for (const auto& instance : instances_) {
    if (lag > SimTime::zero()) {
      const Instance before = instance->AsOf(now - lag);
      if (before.listed) writer.Append(before, now - lag);
    } else if (instance->listed) {
      writer.Append(*instance, now);
    }
  }
  return std::move(writer).Finish();
}

}  // namespace quiesce::dbss_sim
