#ifndef QUIESCE_DAEMON_RPC_HOLD_REQUESTS_H_
#define QUIESCE_DAEMON_RPC_HOLD_REQUESTS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/rpc/project_directory.h"
#include "daemon/store/hold_operations.h"
#include "quiesce/v1/hold.pb.h"

// The requests of HoldService as what the store is asked for. Pure. INVALID_ARGUMENT with every
// violation, or NOT_FOUND for a project that is not configured.
namespace quiesce::rpc {

absl::StatusOr<store::CreateHold> ReadRequest(const v1::CreateHoldRequest& request,
                                              std::string_view principal, absl::Time now,
                                              const ProjectDirectory& projects);
absl::StatusOr<store::ExtendHold> ReadRequest(const v1::ExtendHoldRequest& request,
                                              std::string_view principal, absl::Time now,
                                              const ProjectDirectory& projects);
absl::StatusOr<store::EndHold> ReadRequest(const v1::EndHoldRequest& request,
                                           std::string_view principal,
                                           const ProjectDirectory& projects);

// The filter of ListHolds: the scope as Hold.scope has it; empty: any.
absl::StatusOr<std::string> ReadHoldFilter(std::string_view filter,
                                           const ProjectDirectory& projects);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_HOLD_REQUESTS_H_
