#include "daemon/store/request_memory.h"

#include <utility>

#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"

namespace quiesce::store {

absl::StatusOr<std::optional<std::string>> RecallRequest(Tables& tables, const OpContext& context,
                                                         const RequestIdentity& request) {
  if (request.request_id.empty()) return std::optional<std::string>();
  QUIESCE_ASSIGN_OR_RETURN(std::optional<RememberedRequest> remembered,
                           tables.ReadRequest(request.principal, request.request_id));
  if (!remembered || remembered->at + limits::kRequestIdHorizon <= context.now.steady) {
    return std::optional<std::string>();
  }
  if (remembered->method != request.method || remembered->body_hash != request.body_hash) {
    return core::error::RequestIdReused(request.request_id, remembered->method);
  }
  return std::optional<std::string>(std::move(remembered->result));
}

absl::Status RememberRequest(Tables& tables, const OpContext& context,
                             const RequestIdentity& request, std::string result) {
  if (request.request_id.empty()) return absl::OkStatus();
  return tables.WriteRequest(
      request.principal, request.request_id,
      RememberedRequest{request.method, request.body_hash, std::move(result), context.now.steady});
}

}  // namespace quiesce::store
