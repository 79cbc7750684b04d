#ifndef QUIESCE_DAEMON_RPC_METHODS_H_
#define QUIESCE_DAEMON_RPC_METHODS_H_

#include <cstdint>
#include <iterator>
#include <string_view>

#include "absl/time/time.h"

namespace quiesce::rpc {

// What a method needs of its caller. Roles, once there are some, are given these.
enum class Access : uint8_t {
  kRead,     // tells
  kWrite,    // changes what is declared or held
  kOperate,  // has the daemon act on the cloud, or believe it
};

struct Method {
  std::string_view name;  // "InstanceService/GetInstance"
  Access access = Access::kRead;
  // Whether an answer may wait for the cloud. Then the call is ended by a timer too, for a client
  // that set no deadline.
  bool slow = false;
};

// Every method of the API; a test holds the list together with the services' descriptors.
namespace method {

inline constexpr Method kCreatePlan{"PlanService/CreatePlan", Access::kWrite, true};
inline constexpr Method kStreamCreatePlan{"PlanService/StreamCreatePlan", Access::kWrite, true};
inline constexpr Method kApplyPlan{"PlanService/ApplyPlan", Access::kWrite};
inline constexpr Method kGetPlan{"PlanService/GetPlan"};
inline constexpr Method kListPlanItems{"PlanService/ListPlanItems"};
inline constexpr Method kGetRun{"PlanService/GetRun"};
inline constexpr Method kListRunItems{"PlanService/ListRunItems"};
inline constexpr Method kCancelRun{"PlanService/CancelRun", Access::kWrite, true};

inline constexpr Method kSetDesiredState{"InstanceService/SetDesiredState", Access::kWrite};
inline constexpr Method kBatchSetDesiredState{"InstanceService/BatchSetDesiredState",
                                              Access::kWrite};
inline constexpr Method kReleaseInstance{"InstanceService/ReleaseInstance", Access::kWrite};
inline constexpr Method kGetInstance{"InstanceService/GetInstance"};
inline constexpr Method kListInstances{"InstanceService/ListInstances"};
inline constexpr Method kSummarizeInstances{"InstanceService/SummarizeInstances"};
inline constexpr Method kExplainInstance{"InstanceService/ExplainInstance"};
inline constexpr Method kWatchInstances{"InstanceService/WatchInstances"};
inline constexpr Method kWaitInstance{"InstanceService/WaitInstance"};
inline constexpr Method kRequestReconcile{"InstanceService/RequestReconcile", Access::kOperate};

inline constexpr Method kCreateHold{"HoldService/CreateHold", Access::kWrite};
inline constexpr Method kExtendHold{"HoldService/ExtendHold", Access::kWrite};
inline constexpr Method kEndHold{"HoldService/EndHold", Access::kWrite};
inline constexpr Method kListHolds{"HoldService/ListHolds"};

inline constexpr Method kGetServerInfo{"ServerService/GetServerInfo"};
inline constexpr Method kListProjects{"ServerService/ListProjects"};
inline constexpr Method kRefreshProject{"ServerService/RefreshProject", Access::kOperate, true};
inline constexpr Method kDiagnoseProject{"ServerService/DiagnoseProject", Access::kOperate, true};

inline constexpr Method kAll[] = {
    kCreatePlan,      kStreamCreatePlan,
    kApplyPlan,       kGetPlan,
    kListPlanItems,   kGetRun,
    kListRunItems,    kCancelRun,
    kSetDesiredState, kBatchSetDesiredState,
    kReleaseInstance, kGetInstance,
    kListInstances,   kSummarizeInstances,
    kExplainInstance, kWatchInstances,
    kWaitInstance,    kRequestReconcile,
    kCreateHold,      kExtendHold,
    kEndHold,         kListHolds,
    kGetServerInfo,   kListProjects,
    kRefreshProject,  kDiagnoseProject,
};

}  // namespace method
}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_METHODS_H_
