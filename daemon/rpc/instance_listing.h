#ifndef QUIESCE_DAEMON_RPC_INSTANCE_LISTING_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_LISTING_H_

#include "daemon/rpc/backend.h"
#include "daemon/rpc/unary_call.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// ListInstances and SummarizeInstances: what reads all rows. Any thread.
void ListInstances(Backend& backend, const v1::ListInstancesRequest& request,
                   Reply<v1::ListInstancesResponse> reply);
void SummarizeInstances(Backend& backend, const v1::SummarizeInstancesRequest& request,
                        Reply<v1::SummarizeInstancesResponse> reply);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_LISTING_H_
