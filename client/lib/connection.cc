#include "client/lib/connection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/lib/reachability.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace quiesce::client {
namespace {

// The largest page: 1000 instances of the largest legal size, and room.
constexpr int kMaxReceiveBytes = 32 * 1024 * 1024;
// A daemon that hangs is noticed by pings that it does not answer. Rarer than the bookmarks of a
// watch (30 s), so that a server with gRPC's default policy does not take them for a flood.
constexpr int kKeepaliveMs = 60 * 1000;
constexpr int kKeepaliveTimeoutMs = 20 * 1000;
// gRPC waits up to two minutes before it connects again; a daemon restarts in a second.
constexpr int kMinReconnectMs = 100;
constexpr int kMaxReconnectMs = 2000;
// A daemon that is there but does not speak, such as a stopped process, is given up after this.
constexpr int kConnectTimeoutMs = 5000;
// How late a cancelled pause may notice it while there is no connection.
constexpr absl::Duration kNap = absl::Milliseconds(20);

std::shared_ptr<grpc::Channel> NewChannel(const ClientOptions& options, const Target& target) {
  grpc::ChannelArguments args;
  args.SetUserAgentPrefix(options.user_agent);
  args.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinReconnectMs);
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMs);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  // Repeats are ours: gRPC's would not be counted or bounded by the policy.
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A proxy from the environment must not see what is meant for this machine.
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Each client has its own connection, and its own failures.
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!target.socket_path.empty()) args.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  return grpc::CreateCustomChannel(target.grpc, grpc::InsecureChannelCredentials(), args);
}

}  // namespace

absl::Status CancelledByCaller() {
  return ToStatus(absl::StatusCode::kCancelled, "cancelled", Trouble::kCancelled);
}

bool IsWorthRepeating(const ApiError& error) {
  if (error.code != absl::StatusCode::kUnavailable) return false;
  if (error.trouble == Trouble::kUnreachable) return true;
  // LIST_FAILED is an answer about the cloud, which repeats would only burden.
  return error.trouble == Trouble::kServer && error.reason != v1::ERROR_REASON_LIST_FAILED;
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Create(ClientOptions options) {
  absl::StatusOr<Target> target = ParseTarget(options.target);
  if (!target.ok()) return target.status();
  return std::unique_ptr<Connection>(new Connection(std::move(options), *std::move(target)));
}

Connection::Connection(ClientOptions options, Target target)
    : options_(std::move(options)),
      target_(std::move(target)),
      channel_(NewChannel(options_, target_)),
      plans_(v1::PlanService::NewStub(channel_)),
      instances_(v1::InstanceService::NewStub(channel_)),
      holds_(v1::HoldService::NewStub(channel_)),
      server_(v1::ServerService::NewStub(channel_)) {}

// gRPC has no thread of its own that reads sockets: a connection in the making stands still while
// nothing is called, until it times out. So a pause before the next attempt is spent in gRPC.
bool Connection::Sleep(absl::Duration duration, CancelToken* cancel) {
  if (options_.sleep) return options_.sleep(duration, cancel);
  const Deadline end = Deadline::After(duration);
  while (!end.IsOver()) {
    if (cancel != nullptr && cancel->cancelled()) return false;
    const grpc_connectivity_state state = channel_->GetState(/*try_to_connect=*/false);
    if (state == GRPC_CHANNEL_READY || state == GRPC_CHANNEL_IDLE) break;
    channel_->WaitForStateChange(state, Deadline::After(std::min(kNap, end.Remaining())).ForGrpc());
  }
  if (cancel != nullptr) return cancel->SleepFor(end.Remaining());
  absl::SleepFor(end.Remaining());
  return true;
}

absl::Status Connection::Repeat(absl::Duration timeout, CancelToken* cancel, const Send& send) {
  const Deadline deadline = Deadline::After(timeout);
  Backoff backoff = NewBackoff();
  for (int attempt = 1;; ++attempt) {
    const absl::Status status = Once(&deadline, cancel, send);
    if (status.ok() || attempt >= options_.retry.max_attempts) return status;
    const ApiError error = ToApiError(status);
    if (!IsWorthRepeating(error)) return status;
    const absl::Duration pause = backoff.Next(error.retry_after);
    if (pause >= deadline.Remaining()) return status;
    if (!Sleep(pause, cancel)) return CancelledByCaller();
  }
}

absl::Status Connection::Once(const Deadline* deadline, CancelToken* cancel, const Send& send) {
  grpc::ClientContext context;
  if (deadline != nullptr) context.set_deadline(deadline->ForGrpc());
  const CancelToken::Callback on_cancel(cancel, [&context] { context.TryCancel(); });
  const grpc::Status status = send(context);
  if (status.ok()) return absl::OkStatus();
  if (status.error_code() == grpc::StatusCode::CANCELLED && cancel != nullptr &&
      cancel->cancelled()) {
    return CancelledByCaller();
  }
  return FromGrpc(status);
}

Trouble Connection::TroubleOf(const grpc::Status& status) const {
  switch (status.error_code()) {
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return Trouble::kPermission;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      // Without a connection nobody was slow: nobody was there.
      return status.error_details().empty() && channel_->GetState(false) != GRPC_CHANNEL_READY
                 ? Trouble::kUnreachable
                 : Trouble::kTimeout;
    case grpc::StatusCode::UNAVAILABLE:
      // The daemon's own answers have details.
      return status.error_details().empty() ? Trouble::kUnreachable : Trouble::kServer;
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::DATA_LOSS:
      return status.error_details().empty() ? Trouble::kProtocol : Trouble::kServer;
    default:
      return Trouble::kServer;
  }
}

absl::Status Connection::Unreachable(const grpc::Status& status) const {
  const Obstacle obstacle = FindObstacle(target_);
  const std::string message =
      absl::StrCat("cannot reach quiesced at ", target_.text, ": ", obstacle.words);
  if (obstacle.kind == Obstacle::Kind::kPermission) {
    return ToStatus(absl::StatusCode::kPermissionDenied, message, Trouble::kPermission, "");
  }
  return ToStatus(static_cast<absl::StatusCode>(status.error_code()), message,
                  Trouble::kUnreachable, "");
}

absl::Status Connection::FromGrpc(const grpc::Status& status) const {
  const Trouble trouble = TroubleOf(status);
  if (trouble == Trouble::kUnreachable) return Unreachable(status);
  std::string message = status.error_message();
  if (trouble == Trouble::kPermission && status.error_details().empty()) {
    message = absl::StrCat("no permission to use quiesced at ", target_.text, ": ", message);
  } else if (trouble == Trouble::kProtocol) {
    message = absl::StrCat("what answers at ", target_.text,
                           " is no quiesced, or one of another version: ", message);
  } else if (trouble == Trouble::kTimeout) {
    message = absl::StrCat("quiesced at ", target_.text, " did not answer in time",
                           status.error_details().empty() ? "" : ": " + message);
  }
  const auto code = trouble == Trouble::kPermission && status.error_details().empty()
                        ? absl::StatusCode::kPermissionDenied
                        : static_cast<absl::StatusCode>(status.error_code());
  return ToStatus(code, message, trouble, status.error_details());
}

}  // namespace quiesce::client
