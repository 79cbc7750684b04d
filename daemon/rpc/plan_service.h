#ifndef QUIESCE_DAEMON_RPC_PLAN_SERVICE_H_
#define QUIESCE_DAEMON_RPC_PLAN_SERVICE_H_

#include <atomic>

#include "daemon/rpc/backend.h"
#include "quiesce/v1/plan.grpc.pb.h"

namespace quiesce::rpc {

// What the methods mean is in proto/quiesce/v1/plan.proto.
class PlanService final : public v1::PlanService::CallbackService {
 public:
  explicit PlanService(Backend& backend) : backend_(backend) {}

  // The synchronous forms, which the generated base refuses, are not to be hidden.
  using v1::PlanService::CallbackService::ApplyPlan;
  using v1::PlanService::CallbackService::CancelRun;
  using v1::PlanService::CallbackService::CreatePlan;
  using v1::PlanService::CallbackService::GetPlan;
  using v1::PlanService::CallbackService::GetRun;
  using v1::PlanService::CallbackService::ListPlanItems;
  using v1::PlanService::CallbackService::ListRunItems;
  using v1::PlanService::CallbackService::StreamCreatePlan;

  grpc::ServerUnaryReactor* CreatePlan(grpc::CallbackServerContext* context,
                                       const v1::CreatePlanRequest* request,
                                       v1::CreatePlanResponse* response) override;
  grpc::ServerReadReactor<v1::StreamCreatePlanRequest>* StreamCreatePlan(
      grpc::CallbackServerContext* context, v1::CreatePlanResponse* response) override;
  grpc::ServerUnaryReactor* ApplyPlan(grpc::CallbackServerContext* context,
                                      const v1::ApplyPlanRequest* request,
                                      v1::Run* response) override;
  grpc::ServerUnaryReactor* GetPlan(grpc::CallbackServerContext* context,
                                    const v1::GetPlanRequest* request, v1::Plan* response) override;
  grpc::ServerUnaryReactor* ListPlanItems(grpc::CallbackServerContext* context,
                                          const v1::ListPlanItemsRequest* request,
                                          v1::ListPlanItemsResponse* response) override;
  grpc::ServerUnaryReactor* GetRun(grpc::CallbackServerContext* context,
                                   const v1::GetRunRequest* request, v1::Run* response) override;
  grpc::ServerUnaryReactor* ListRunItems(grpc::CallbackServerContext* context,
                                         const v1::ListRunItemsRequest* request,
                                         v1::ListRunItemsResponse* response) override;
  grpc::ServerUnaryReactor* CancelRun(grpc::CallbackServerContext* context,
                                      const v1::CancelRunRequest* request,
                                      v1::CancelRunResponse* response) override;

 private:
  Backend& backend_;
  std::atomic<int> open_streams_{0};
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PLAN_SERVICE_H_
