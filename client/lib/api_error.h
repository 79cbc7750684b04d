#ifndef QUIESCE_CLIENT_LIB_API_ERROR_H_
#define QUIESCE_CLIENT_LIB_API_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "quiesce/v1/common.pb.h"

namespace quiesce::client {

// Where an error comes from, which a status code alone does not tell: UNAVAILABLE may be a daemon
// that does not run, or one that answers that the cloud gave no list.
enum class Trouble {
  kServer,       // the daemon answered with this error
  kUnreachable,  // no daemon answered: none there, or the connection broke
  kPermission,   // not let in: by the socket's permissions, or by the daemon
  kTimeout,      // the deadline passed before the daemon answered
  kCancelled,    // by the caller's CancelToken
  kArgument,     // found by the client itself: nothing was sent
  kNotFound,     // found by the client itself: a reference that nothing matches
  kProtocol,     // the peer is no quiesced, or of another API, or broke its contract
};

// Why a call failed, for programs. Branch on trouble, code and reason, never on the message.
struct ApiError {
  struct FieldViolation {
    std::string field;
    std::string description;
  };

  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  Trouble trouble = Trouble::kServer;
  // google.rpc.ErrorInfo. UNSPECIFIED and empty if the error has none, such as those that gRPC
  // itself makes; UNSPECIFIED with a reason_text that this version does not know.
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  std::string reason_text;
  std::map<std::string, std::string> metadata;
  // google.rpc.BadRequest.
  std::vector<FieldViolation> violations;
  // google.rpc.RetryInfo.
  std::optional<absl::Duration> retry_after;
};

// What a status from this library says. For an OK or foreign status: its code and message.
ApiError ToApiError(const absl::Status& status);

// A status that ToApiError() reads back.
absl::Status ToStatus(const ApiError& error);
// The same from the parts as gRPC gives them; `details` is a serialized google.rpc.Status or empty.
absl::Status ToStatus(absl::StatusCode code, const std::string& message, Trouble trouble,
                      const std::string& details = {});

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_API_ERROR_H_
