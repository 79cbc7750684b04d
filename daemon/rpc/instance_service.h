#ifndef QUIESCE_DAEMON_RPC_INSTANCE_SERVICE_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_SERVICE_H_

#include "daemon/rpc/backend.h"
#include "quiesce/v1/instance.grpc.pb.h"

namespace quiesce::rpc {

// Thin: each method reads its request, submits or posts, and converts what comes back. What the
// methods mean is in proto/quiesce/v1/instance.proto.
class InstanceService final : public v1::InstanceService::CallbackService {
 public:
  explicit InstanceService(Backend& backend) : backend_(backend) {}

  // The synchronous forms, which the generated base refuses, are not to be hidden.
  using v1::InstanceService::CallbackService::BatchSetDesiredState;
  using v1::InstanceService::CallbackService::ExplainInstance;
  using v1::InstanceService::CallbackService::GetInstance;
  using v1::InstanceService::CallbackService::ListInstances;
  using v1::InstanceService::CallbackService::ReleaseInstance;
  using v1::InstanceService::CallbackService::RequestReconcile;
  using v1::InstanceService::CallbackService::SetDesiredState;
  using v1::InstanceService::CallbackService::SummarizeInstances;
  using v1::InstanceService::CallbackService::WaitInstance;
  using v1::InstanceService::CallbackService::WatchInstances;

  grpc::ServerUnaryReactor* SetDesiredState(grpc::CallbackServerContext* context,
                                            const v1::SetDesiredStateRequest* request,
                                            v1::SetDesiredStateResponse* response) override;
  grpc::ServerUnaryReactor* BatchSetDesiredState(
      grpc::CallbackServerContext* context, const v1::BatchSetDesiredStateRequest* request,
      v1::BatchSetDesiredStateResponse* response) override;
  grpc::ServerUnaryReactor* ReleaseInstance(grpc::CallbackServerContext* context,
                                            const v1::ReleaseInstanceRequest* request,
                                            v1::Instance* response) override;
  grpc::ServerUnaryReactor* GetInstance(grpc::CallbackServerContext* context,
                                        const v1::GetInstanceRequest* request,
                                        v1::Instance* response) override;
  grpc::ServerUnaryReactor* ListInstances(grpc::CallbackServerContext* context,
                                          const v1::ListInstancesRequest* request,
                                          v1::ListInstancesResponse* response) override;
  grpc::ServerUnaryReactor* SummarizeInstances(grpc::CallbackServerContext* context,
                                               const v1::SummarizeInstancesRequest* request,
                                               v1::SummarizeInstancesResponse* response) override;
  grpc::ServerUnaryReactor* ExplainInstance(grpc::CallbackServerContext* context,
                                            const v1::ExplainInstanceRequest* request,
                                            v1::Explanation* response) override;
  grpc::ServerWriteReactor<v1::WatchInstancesResponse>* WatchInstances(
      grpc::CallbackServerContext* context, const v1::WatchInstancesRequest* request) override;
  grpc::ServerUnaryReactor* WaitInstance(grpc::CallbackServerContext* context,
                                         const v1::WaitInstanceRequest* request,
                                         v1::WaitInstanceResponse* response) override;
  grpc::ServerUnaryReactor* RequestReconcile(grpc::CallbackServerContext* context,
                                             const v1::RequestReconcileRequest* request,
                                             v1::RequestReconcileResponse* response) override;

 private:
  Backend& backend_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_SERVICE_H_
