#ifndef QUIESCE_CLIENT_LIB_CONNECTION_H_
#define QUIESCE_CLIENT_LIB_CONNECTION_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/lib/api_error.h"
#include "client/lib/backoff.h"
#include "client/lib/cancel_token.h"
#include "client/lib/deadline.h"
#include "client/lib/options.h"
#include "client/lib/target.h"
#include "daemon/base/random.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "quiesce/v1/hold.grpc.pb.h"
#include "quiesce/v1/instance.grpc.pb.h"
#include "quiesce/v1/plan.grpc.pb.h"
#include "quiesce/v1/server.grpc.pb.h"

namespace quiesce::client {

// The channel to a daemon, and what all calls have in common: deadline, cancelling, repeats, and
// errors taken apart. Thread-safe.
class Connection {
 public:
  static absl::StatusOr<std::unique_ptr<Connection>> Create(ClientOptions options);

  const ClientOptions& options() const { return options_; }
  v1::PlanService::Stub& plans() { return *plans_; }
  v1::InstanceService::Stub& instances() { return *instances_; }
  v1::HoldService::Stub& holds() { return *holds_; }
  v1::ServerService::Stub& server() { return *server_; }

  // A unary call with repeats. `send(context, response)` makes the call once.
  template <typename Response>
  absl::StatusOr<Response> Call(
      absl::Duration timeout, CancelToken* cancel,
      const std::function<grpc::Status(grpc::ClientContext&, Response&)>& send) {
    Response response;
    const absl::Status status = Repeat(timeout, cancel, [&](grpc::ClientContext& context) {
      response.Clear();
      return send(context, response);
    });
    if (!status.ok()) return status;
    return response;
  }
  // The same for what has no answer of its own type.
  using Send = std::function<grpc::Status(grpc::ClientContext&)>;
  absl::Status Repeat(absl::Duration timeout, CancelToken* cancel, const Send& send);
  // One call. A null deadline: none.
  absl::Status Once(const Deadline* deadline, CancelToken* cancel, const Send& send);

  // Returns false when the token (may be null) was cancelled.
  bool Sleep(absl::Duration duration, CancelToken* cancel);
  Backoff NewBackoff() { return Backoff(options_.retry, random_); }
  // For request_id.
  std::string NewRequestId() { return NewId(random_); }

 private:
  Connection(ClientOptions options, Target target);
  absl::Status FromGrpc(const grpc::Status& status) const;
  absl::Status Unreachable(const grpc::Status& status) const;
  Trouble TroubleOf(const grpc::Status& status) const;

  const ClientOptions options_;
  const Target target_;
  SystemRandom random_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::PlanService::Stub> plans_;
  const std::unique_ptr<v1::InstanceService::Stub> instances_;
  const std::unique_ptr<v1::HoldService::Stub> holds_;
  const std::unique_ptr<v1::ServerService::Stub> server_;
};

// What a cancelled token makes of a call.
absl::Status CancelledByCaller();

// Whether the same call may be made again by itself: the daemon is not there, or says that it is
// stopping or starting.
bool IsWorthRepeating(const ApiError& error);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_CONNECTION_H_
