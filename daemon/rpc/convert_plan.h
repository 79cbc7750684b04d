#ifndef QUIESCE_DAEMON_RPC_CONVERT_PLAN_H_
#define QUIESCE_DAEMON_RPC_CONVERT_PLAN_H_

#include <string>
#include <string_view>

#include "daemon/base/time.h"
#include "daemon/core/hold.h"
#include "daemon/core/plan.h"
#include "daemon/store/records.h"
#include "daemon/store/run_operations.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::rpc {

v1::Plan ToProto(const store::Plan& plan);

// `hold`: what holds the instance now, if anything does; for the detail of a HELD or FROZEN item.
v1::PlanItem ToProto(const core::PlanItem& item, std::string_view project_alias,
                     const core::Hold* hold, const Now& now);

v1::Run ToProto(const store::Run& run);
// `reason` is that of the item, or of the instance's verdict now while it has not ended.
v1::RunItem ToProto(const store::ListRunItems::Item& item, std::string_view project_alias);

v1::FieldChange ToProto(const core::FieldChange& change);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_PLAN_H_
