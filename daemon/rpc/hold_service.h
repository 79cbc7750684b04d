#ifndef QUIESCE_DAEMON_RPC_HOLD_SERVICE_H_
#define QUIESCE_DAEMON_RPC_HOLD_SERVICE_H_

#include "daemon/rpc/backend.h"
#include "quiesce/v1/hold.grpc.pb.h"

namespace quiesce::rpc {

// What the methods mean is in proto/quiesce/v1/hold.proto.
class HoldService final : public v1::HoldService::CallbackService {
 public:
  explicit HoldService(Backend& backend) : backend_(backend) {}

  // The synchronous forms, which the generated base refuses, are not to be hidden.
  using v1::HoldService::CallbackService::CreateHold;
  using v1::HoldService::CallbackService::EndHold;
  using v1::HoldService::CallbackService::ExtendHold;
  using v1::HoldService::CallbackService::ListHolds;

  grpc::ServerUnaryReactor* CreateHold(grpc::CallbackServerContext* context,
                                       const v1::CreateHoldRequest* request,
                                       v1::CreateHoldResponse* response) override;
  grpc::ServerUnaryReactor* ExtendHold(grpc::CallbackServerContext* context,
                                       const v1::ExtendHoldRequest* request,
                                       v1::Hold* response) override;
  grpc::ServerUnaryReactor* EndHold(grpc::CallbackServerContext* context,
                                    const v1::EndHoldRequest* request, v1::Hold* response) override;
  grpc::ServerUnaryReactor* ListHolds(grpc::CallbackServerContext* context,
                                      const v1::ListHoldsRequest* request,
                                      v1::ListHoldsResponse* response) override;

 private:
  Backend& backend_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_HOLD_SERVICE_H_
