#ifndef QUIESCE_DAEMON_RPC_INSTANCE_WAIT_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_WAIT_H_

#include "daemon/base/time.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/instance_requests.h"
#include "daemon/rpc/unary_call.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// WaitInstance, until the request's timeout or shortly before `deadline`, the call's own. Any
// thread.
void WaitForInstance(Backend& backend, WaitRequest request, SteadyTime deadline,
                     Reply<v1::WaitInstanceResponse> reply);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_WAIT_H_
