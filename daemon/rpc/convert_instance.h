#ifndef QUIESCE_DAEMON_RPC_CONVERT_INSTANCE_H_
#define QUIESCE_DAEMON_RPC_CONVERT_INSTANCE_H_

#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/rpc/instance_view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// Whether there is an instance to speak of: declared, or in the project's last list.
bool Exists(const core::InstanceRecord& record);

v1::Instance ToProto(const InstanceView& view, const core::Decision& decision);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_INSTANCE_H_
