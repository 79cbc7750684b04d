#ifndef QUIESCE_DAEMON_RPC_LIST_REFUSAL_H_
#define QUIESCE_DAEMON_RPC_LIST_REFUSAL_H_

#include <string>

#include "daemon/engine/projects.h"

namespace quiesce::rpc {

// Why a project is not listed for its credential's sake, for people. Neither text contains a
// secret, a command or a time.
struct ListRefusal {
  std::string cause;    // `the cloud does not accept the credential "main" (HTTP 401)`
  std::string way_out;  // `write a valid token to /path; no restart is needed`
};

// `project`: null where it is not known; then only that much can be said.
ListRefusal ListRefusalOf(const engine::ProjectState* project);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_LIST_REFUSAL_H_
