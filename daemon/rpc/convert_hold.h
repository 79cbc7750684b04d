#ifndef QUIESCE_DAEMON_RPC_CONVERT_HOLD_H_
#define QUIESCE_DAEMON_RPC_CONVERT_HOLD_H_

#include <string>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/store/hold_operations.h"
#include "daemon/store/records.h"
#include "quiesce/v1/hold.pb.h"

namespace quiesce::rpc {

// `fleet`, `workspaces/{name}`, `projects/{id}` or the name of an instance.
std::string ScopeOf(const core::Hold& hold);

v1::Hold ToProto(const store::HoldRecord& record, absl::Time now);
v1::OpenCall ToProto(const store::CreateHold::OpenCall& call, const Now& now);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_HOLD_H_
