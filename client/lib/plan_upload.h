#ifndef QUIESCE_CLIENT_LIB_PLAN_UPLOAD_H_
#define QUIESCE_CLIENT_LIB_PLAN_UPLOAD_H_

#include <vector>

#include "absl/status/statusor.h"
#include "client/lib/connection.h"
#include "client/lib/options.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::client {

// See Client::CreatePlan.
absl::StatusOr<v1::CreatePlanResponse> UploadPlan(Connection& connection,
                                                  const v1::WorkspaceHeader& header,
                                                  const std::vector<v1::InstanceSpec>& specs,
                                                  const CallOptions& call);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_PLAN_UPLOAD_H_
