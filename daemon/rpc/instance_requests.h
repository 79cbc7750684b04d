#ifndef QUIESCE_DAEMON_RPC_INSTANCE_REQUESTS_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_REQUESTS_H_

#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/rpc/project_directory.h"
#include "daemon/store/declare_operations.h"
#include "quiesce/v1/instance.pb.h"

// The requests of InstanceService as what the store and the engine are asked for. Pure.
// INVALID_ARGUMENT with every violation, or NOT_FOUND for a name that no project stands behind.
namespace quiesce::rpc {

absl::StatusOr<store::SetDesired> ReadRequest(const v1::SetDesiredStateRequest& request,
                                              std::string_view principal,
                                              const ProjectDirectory& projects);
absl::StatusOr<store::SetDesired> ReadRequest(const v1::BatchSetDesiredStateRequest& request,
                                              std::string_view principal,
                                              const ProjectDirectory& projects);
absl::StatusOr<store::Release> ReadRequest(const v1::ReleaseInstanceRequest& request,
                                           std::string_view principal,
                                           const ProjectDirectory& projects);
// All but throttled_until.
absl::StatusOr<store::RequestReconcile> ReadRequest(const v1::RequestReconcileRequest& request,
                                                    std::string_view principal,
                                                    const ProjectDirectory& projects);

struct WaitRequest {
  core::InstanceKey key;
  std::string etag;  // empty: the present declaration
  absl::Duration timeout;
};
absl::StatusOr<WaitRequest> ReadRequest(const v1::WaitInstanceRequest& request,
                                        const ProjectDirectory& projects);

// The field `name` of a request that has nothing else.
absl::StatusOr<core::InstanceKey> ReadInstanceName(std::string_view name,
                                                   const ProjectDirectory& projects);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_REQUESTS_H_
