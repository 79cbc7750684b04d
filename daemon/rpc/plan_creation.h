#ifndef QUIESCE_DAEMON_RPC_PLAN_CREATION_H_
#define QUIESCE_DAEMON_RPC_PLAN_CREATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/core/plan.h"
#include "daemon/engine/planner.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/unary_call.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::rpc {

// What both forms of CreatePlan do once the set is complete. Any thread.
void CreatePlan(Backend& backend, engine::PlanRequest request, Reply<v1::CreatePlanResponse> reply);

// The unary form's request. Pure. INVALID_ARGUMENT: TOO_MANY_SPECS, or INVALID_FIELD with every
// violation.
absl::StatusOr<engine::PlanRequest> ReadRequest(const v1::CreatePlanRequest& request,
                                                const std::string& principal,
                                                const ProjectDirectory& projects);

absl::Status TooManySpecs(size_t count, size_t limit);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PLAN_CREATION_H_
