#ifndef QUIESCE_DAEMON_STORE_REQUEST_MEMORY_H_
#define QUIESCE_DAEMON_STORE_REQUEST_MEMORY_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

namespace quiesce::store {

// Who asks, and what makes a repeat of a request the same request.
struct RequestIdentity {
  std::string principal;
  std::string request_id;  // empty: the request stands for itself, nothing is remembered
  std::string method;      // "SetDesiredState"
  std::string body_hash;   // of everything that the request says but request_id
};

// What was answered to this request before, within limits::kRequestIdHorizon; nothing if it is
// new. INVALID_ARGUMENT (REQUEST_ID_REUSED) if the id was used for another method or body.
absl::StatusOr<std::optional<std::string>> RecallRequest(Tables& tables, const OpContext& context,
                                                         const RequestIdentity& request);

// Remembers the answer, in the transaction of its effect.
absl::Status RememberRequest(Tables& tables, const OpContext& context,
                             const RequestIdentity& request, std::string result);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_REQUEST_MEMORY_H_
