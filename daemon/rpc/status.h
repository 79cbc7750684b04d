#ifndef QUIESCE_DAEMON_RPC_STATUS_H_
#define QUIESCE_DAEMON_RPC_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace quiesce::rpc {

// ErrorInfo.domain of every error that quiesced itself gives.
inline constexpr char kErrorDomain[] = "quiesce.v1";

// Gives every error what the API promises: a reason of the closed list. Those of the core have one;
// others are known by their code, and what is left is a fault of ours: INTERNAL, whose message the
// client does not see, only `incident`, under which the log has it.
absl::Status WithReason(const absl::Status& status, std::string_view incident);

// The one place where a status becomes what a client gets: code, a message that fits into the
// headers (limits::kMaxErrorMessageBytes), and google.rpc.Status with ErrorInfo, BadRequest and
// RetryInfo for `grpc-status-details-bin`. `status` comes from WithReason().
grpc::Status ToGrpcStatus(const absl::Status& status);

// The daemon is about to stop, or has stopped taking requests.
absl::Status ShuttingDown();
absl::Status Overloaded(std::string_view what, int64_t limit);
absl::Status DeadlineExceeded();
absl::Status Cancelled();

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_STATUS_H_
