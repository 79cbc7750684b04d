#include "tests/simulation/cloud_truth.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace quiesce::simulation {
namespace {

constexpr char kNoTask[] = "NO_TASK";

bool IsFree(const core::Node& node) { return node.task_status == kNoTask; }

// The odd states: what the vendor's siblings document, a task that is not about power, a word that
// nobody has heard of, and no nodes at all.
std::vector<core::Node> OddNodes(std::vector<core::Node> nodes, int64_t which) {
  for (core::Node& node : nodes) {
    switch (which) {
      case 0:
        node.status = "FROZEN";
        node.scene = "ARREAR";
        break;
      case 1:
        node.task_status = "updating";
        break;
      case 2:
        node.status = "DREAMING";
        break;
      case 3:
        node.status = "ERROR";
        break;
      default:
        node.task_status = "rebooting";
        break;
    }
  }
  if (which == 4) nodes.clear();
  return nodes;
}

}  // namespace

Power JudgePower(const CloudView& view) {
  if (!view.exists) return Power::kAbsent;
  if (view.nodes.empty()) return Power::kOther;
  size_t on = 0;
  size_t off = 0;
  bool powering_off = false;
  for (const core::Node& node : view.nodes) {
    const bool known = node.status == "ACTIVE" || node.status == "SHUTOFF";
    if (!known) return Power::kOther;
    powering_off |= node.task_status == "powering-off";
    if (!IsFree(node)) continue;
    if (node.status == "ACTIVE") ++on;
    if (node.status == "SHUTOFF") ++off;
  }
  if (powering_off) return Power::kPoweringOff;
  if (on == view.nodes.size()) return Power::kOn;
  if (off == view.nodes.size()) return Power::kOff;
  return on + off == view.nodes.size() ? Power::kHalf : Power::kOther;
}

std::string_view ToString(Power power) {
  switch (power) {
    case Power::kAbsent:
      return "absent";
    case Power::kOn:
      return "on";
    case Power::kHalf:
      return "half";
    case Power::kPoweringOff:
      return "powering-off";
    case Power::kOff:
      return "off";
    case Power::kOther:
      return "other";
  }
  return "other";
}

void CloudTruth::Create(const core::InstanceKey& key, bool running) {
  const bool pair = world_.dice().Chance(0.4);
  CloudView view;
  view.exists = true;
  view.name = absl::StrCat("om-", ++names_);
  for (int n = 0; n < (pair ? 2 : 1); ++n) {
    view.nodes.push_back(
        core::Node{absl::StrCat(view.name, "-", n), running ? "ACTIVE" : "SHUTOFF", kNoTask, ""});
  }
  Cut(key)[world_.now()] = std::move(view);
}

std::vector<core::InstanceKey> CloudTruth::Keys() const {
  std::vector<core::InstanceKey> keys;
  for (const auto& [key, timeline] : timelines_) keys.push_back(key);
  return keys;
}

std::vector<core::InstanceKey> CloudTruth::KeysOf(const std::string& project_id) const {
  std::vector<core::InstanceKey> keys;
  for (const auto& [key, timeline] : timelines_) {
    if (key.project_id == project_id) keys.push_back(key);
  }
  return keys;
}

CloudView CloudTruth::ViewAt(const core::InstanceKey& key, SteadyTime when) const {
  const auto timeline = timelines_.find(key);
  if (timeline == timelines_.end()) return {};
  auto it = timeline->second.upper_bound(when);
  if (it == timeline->second.begin()) return {};
  return std::prev(it)->second;
}

CloudTruth::Timeline& CloudTruth::Cut(const core::InstanceKey& key) {
  Timeline& timeline = timelines_[key];
  timeline.erase(timeline.upper_bound(world_.now()), timeline.end());
  const SteadyTime oldest = world_.now() - absl::Minutes(5);
  while (timeline.size() > 1 && std::next(timeline.begin())->first < oldest) {
    timeline.erase(timeline.begin());
  }
  return timeline;
}

CloudTruth::StopAnswer CloudTruth::Stop(const core::InstanceKey& key, const StopFate& fate) {
  const Power power = JudgePower(ViewNow(key));
  if (power == Power::kAbsent) return StopAnswer::kNotFound;
  if (power != Power::kOn && power != Power::kHalf) return StopAnswer::kRefused;
  if (!fate.no_effect) PowerOff(Cut(key), fate);
  return StopAnswer::kAccepted;
}

// daemon/cloud/API.md 7: nothing shows at first, then powering-off node by node, then SHUTOFF with
// the task still there, then SHUTOFF.
void CloudTruth::PowerOff(Timeline& timeline, const StopFate& fate) {
  Dice& dice = world_.dice();
  const CloudView before = std::prev(timeline.end())->second;
  struct Steps {
    SteadyTime shows, off, done;
  };
  std::vector<Steps> steps(before.nodes.size());
  std::set<SteadyTime> times;
  const size_t spared = fate.half ? before.nodes.size() - 1 : before.nodes.size();
  for (size_t n = 0; n < before.nodes.size(); ++n) {
    steps[n].shows = world_.now() + dice.Between(absl::Milliseconds(1), scenario_.stop_lag);
    steps[n].off = steps[n].shows + dice.Between(absl::Seconds(1), scenario_.power_off_time);
    steps[n].done = steps[n].off + dice.Between(absl::Milliseconds(1), absl::Seconds(3));
    const bool goes_off = before.nodes[n].status == "ACTIVE" && (n < spared || spared == 0);
    if (!goes_off)
      steps[n] = {SteadyTime::Infinite(), SteadyTime::Infinite(), SteadyTime::Infinite()};
    for (SteadyTime t : {steps[n].shows, steps[n].off, steps[n].done}) {
      if (!t.is_infinite()) times.insert(t);
    }
  }
  for (SteadyTime t : times) {
    CloudView& view = timeline[t] = before;
    for (size_t n = 0; n < view.nodes.size(); ++n) {
      if (t >= steps[n].off) view.nodes[n].status = "SHUTOFF";
      const bool busy = t >= steps[n].shows && t < steps[n].done;
      if (busy) view.nodes[n].task_status = "powering-off";
    }
  }
}

bool CloudTruth::Start(const core::InstanceKey& key) {
  const CloudView before = ViewNow(key);
  const Power power = JudgePower(before);
  if (power != Power::kOff && power != Power::kHalf) return false;
  Timeline& timeline = Cut(key);
  CloudView view = before;
  for (core::Node& node : view.nodes) {
    if (node.status == "SHUTOFF") node.task_status = "powering-on";
  }
  timeline[world_.now()] = view;
  for (core::Node& node : view.nodes) {
    node.status = "ACTIVE";
    node.task_status = kNoTask;
  }
  timeline[world_.now() + world_.dice().Between(absl::Milliseconds(1), absl::Seconds(20))] = view;
  return true;
}

bool CloudTruth::MakeOdd(const core::InstanceKey& key, absl::Duration how_long) {
  const CloudView before = ViewNow(key);
  const Power power = JudgePower(before);
  if (power != Power::kOff && power != Power::kOn && power != Power::kHalf) return false;
  Timeline& timeline = Cut(key);
  CloudView odd = before;
  odd.nodes = OddNodes(before.nodes, world_.dice().Between(0, 5));
  timeline[world_.now()] = std::move(odd);
  timeline[world_.now() + how_long] = before;
  return true;
}

bool CloudTruth::Delete(const core::InstanceKey& key) {
  if (!ViewNow(key).exists) return false;
  Cut(key)[world_.now()] = CloudView{};
  return true;
}

bool CloudTruth::Rename(const core::InstanceKey& key) {
  CloudView view = ViewNow(key);
  if (!view.exists) return false;
  const std::string name = absl::StrCat("om-", ++names_);
  // Whatever is decided about its power goes on.
  Timeline& timeline = timelines_[key];
  view.name = name;
  timeline[world_.now()] = view;
  for (auto it = timeline.upper_bound(world_.now()); it != timeline.end(); ++it) {
    it->second.name = name;
  }
  return true;
}

}  // namespace quiesce::simulation
