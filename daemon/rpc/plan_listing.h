#ifndef QUIESCE_DAEMON_RPC_PLAN_LISTING_H_
#define QUIESCE_DAEMON_RPC_PLAN_LISTING_H_

#include "daemon/rpc/backend.h"
#include "daemon/rpc/unary_call.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::rpc {

// ListPlanItems and ListRunItems: pages of what the store has, in the order of the plan. Any
// thread.
void ListPlanItems(Backend& backend, const v1::ListPlanItemsRequest& request,
                   Reply<v1::ListPlanItemsResponse> reply);
void ListRunItems(Backend& backend, const v1::ListRunItemsRequest& request,
                  Reply<v1::ListRunItemsResponse> reply);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PLAN_LISTING_H_
