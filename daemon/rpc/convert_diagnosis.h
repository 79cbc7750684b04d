#ifndef QUIESCE_DAEMON_RPC_CONVERT_DIAGNOSIS_H_
#define QUIESCE_DAEMON_RPC_CONVERT_DIAGNOSIS_H_

#include "daemon/engine/observer.h"
#include "daemon/engine/projects.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::rpc {

// What a list and the answer to it show, without the project itself.
v1::ProjectDiagnosis DiagnosisOf(const engine::ProjectState& project,
                                 const engine::Observer::Report& report);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_DIAGNOSIS_H_
