#ifndef QUIESCE_DAEMON_CLOUD_LIST_TALLY_H_
#define QUIESCE_DAEMON_CLOUD_LIST_TALLY_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/power_state.h"
#include "daemon/core/transition.h"

namespace quiesce::cloud {

// What a list holds, counted: for whoever wants to know how well the cloud is understood. Bounded,
// however large the list.
struct ListTally {
  // Nodes with the same raw strings.
  struct RawState {
    std::string status;
    std::string task_status;
    int64_t nodes = 0;
    // What an instance is taken for of which all nodes are so.
    core::PowerState state = core::PowerState::kUnknown;
    bool unknown_status = false;  // no table has the status
  };
  struct Region {
    std::string name;
    int64_t nodes = 0;
  };

  int64_t nodes = 0;
  int64_t pairs = 0;  // instances of two nodes or more
  std::map<core::PowerState, int64_t> instances;
  std::vector<RawState> raw_states;
  bool raw_states_cut = false;  // there were more than limits::kMaxRawStates
  // By the word of those nodes that say one; at most limits::kMaxRegions.
  std::vector<Region> regions;

  void Add(const core::ListedInstance& instance, const core::StatusMap& extra);
  void AddRegion(std::string_view name);
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_LIST_TALLY_H_
