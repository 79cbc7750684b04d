#ifndef QUIESCE_DAEMON_RPC_INSTANCE_EXPLANATION_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_EXPLANATION_H_

#include "daemon/rpc/backend.h"
#include "daemon/rpc/unary_call.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// Answers ExplainInstance: the store's row with all that is said about it. Looks through the names
// of all instances, in turns, so that the commands it gives name this one and no other.
void ExplainInstance(Backend& backend, const v1::ExplainInstanceRequest& request,
                     Reply<v1::Explanation> reply);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_EXPLANATION_H_
