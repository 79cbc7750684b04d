#ifndef QUIESCE_DAEMON_RPC_CONVERT_EXPLANATION_H_
#define QUIESCE_DAEMON_RPC_CONVERT_EXPLANATION_H_

#include <vector>

#include "daemon/core/decide.h"
#include "daemon/rpc/instance_view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// The answer to "why": facts, every gate, what can be done and what the verdict rests on.
v1::Explanation ToExplanation(const InstanceView& view, const core::Decision& decision);

// Every gate in the order of GateKind, open ones too; none for an undeclared instance.
std::vector<v1::Gate> GatesOf(const InstanceView& view);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_EXPLANATION_H_
