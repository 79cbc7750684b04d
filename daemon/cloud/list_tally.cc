#include "daemon/cloud/list_tally.h"

#include <algorithm>

#include "daemon/base/limits.h"

namespace quiesce::cloud {

void ListTally::Add(const core::ListedInstance& instance, const core::StatusMap& extra) {
  ++instances[instance.state];
  nodes += static_cast<int64_t>(instance.nodes.size());
  pairs += instance.nodes.size() > 1;
  for (const core::Node& node : instance.nodes) {
    // Few different ones: a search is as fast as any index.
    auto known = std::find_if(raw_states.begin(), raw_states.end(), [&](const RawState& raw) {
      return raw.status == node.status && raw.task_status == node.task_status;
    });
    if (known == raw_states.end()) {
      if (raw_states.size() == limits::kMaxRawStates) {
        raw_states_cut = true;
        continue;
      }
      core::Node without_task;
      without_task.status = node.status;
      const bool unknown = core::FoldNodes({without_task}, extra) == core::PowerState::kUnknown;
      raw_states.push_back(
          {node.status, node.task_status, 0, core::FoldNodes({node}, extra), unknown});
      known = raw_states.end() - 1;
    }
    ++known->nodes;
  }
}

void ListTally::AddRegion(std::string_view name) {
  if (name.empty()) return;
  const auto known = std::find_if(regions.begin(), regions.end(),
                                  [&](const Region& region) { return region.name == name; });
  if (known != regions.end()) {
    ++known->nodes;
  } else if (regions.size() < limits::kMaxRegions) {
    regions.push_back({std::string(name), 1});
  }
}

}  // namespace quiesce::cloud
