#ifndef QUIESCE_DAEMON_RPC_INSTANCE_READS_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_READS_H_

#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/engine/registry.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/instance_view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// Instances as messages, with what the engine knows around them. On the executor only.

// As the engine remembers it: without nodes, messages and authority.
v1::Instance InstanceOfRow(Backend& backend, const engine::Row& row, const Now& now);

// The store's row, whole.
v1::Instance InstanceOfRecord(Backend& backend, const core::InstanceRecord& record, const Now& now);
v1::Explanation ExplanationOf(Backend& backend, const core::InstanceRecord& record,
                              NameUse name_use, const Now& now);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_READS_H_
