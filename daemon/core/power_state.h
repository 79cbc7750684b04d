#ifndef QUIESCE_DAEMON_CORE_POWER_STATE_H_
#define QUIESCE_DAEMON_CORE_POWER_STATE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/facts.h"

namespace quiesce::core {

std::string_view ToString(PowerState state);

// Raw `status` strings of the cloud that the built-in table lacks, and what they mean, from the
// configuration (`status_map`). Only RUNNING, STOPPED, BUSY and UNAVAILABLE can be mapped to.
using StatusMap = std::map<std::string, PowerState>;

// Folds the nodes of one instance into one state (daemon/cloud/API.md 2.2, 2.3). Raw strings are
// compared without regard to case, '_' and '-'. In this order:
//   no nodes                                            UNKNOWN
//   any status that forbids a stop (FROZEN, ERROR, ...)   UNAVAILABLE
//   any status that is in no table                      UNKNOWN, never stopped
//   any task powering-off                               STOPPING
//   any other task (NO_TASK, null, "" are none)         BUSY
//   all SHUTOFF                                         STOPPED
//   all ACTIVE                                          RUNNING
//   some of each                                        PARTIAL
PowerState FoldNodes(const std::vector<Node>& nodes, const StatusMap& extra);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_POWER_STATE_H_
