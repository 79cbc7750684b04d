#ifndef QUIESCE_DAEMON_RPC_REQUEST_HASH_H_
#define QUIESCE_DAEMON_RPC_REQUEST_HASH_H_

#include <string>
#include <string_view>

#include "daemon/store/request_memory.h"
#include "google/protobuf/message.h"

namespace quiesce::rpc {

// What makes a repeat of `request` the same request: SHA-256 over its deterministic serialization
// without the field `request_id`. Unknown fields are left out, so that a newer client's repeat
// through an older one's eyes stays the same.
std::string HashOfRequest(const google::protobuf::Message& request);

// `request_id` as the request has it; empty: nothing is to be remembered.
store::RequestIdentity IdentityOf(std::string_view principal, std::string_view method,
                                  const std::string& request_id,
                                  const google::protobuf::Message& request);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_REQUEST_HASH_H_
