#include "client/lib/waiter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "client/lib/duration.h"

namespace quiesce::client {
namespace {

// Of one long poll: well below the time after which proxies cut idle calls.
constexpr absl::Duration kPoll = absl::Seconds(30);

// A limit on waits is a reason to come back later, as much as a daemon that restarts.
bool Passes(const ApiError& error) {
  return IsWorthRepeating(error) || error.trouble == Trouble::kTimeout ||
         error.reason == v1::ERROR_REASON_OVERLOADED;
}

absl::Status Poll(Connection& connection, v1::WaitInstanceRequest& request, absl::Duration poll,
                  CancelToken* cancel, v1::WaitInstanceResponse& response) {
  *request.mutable_timeout() = ToProto(poll);
  const Deadline deadline = Deadline::After(poll + connection.options().timeout);
  return connection.Once(&deadline, cancel, [&](grpc::ClientContext& context) {
    return connection.instances().WaitInstance(&context, request, &response);
  });
}

}  // namespace

absl::StatusOr<v1::WaitInstanceResponse> WaitInstance(Connection& connection,
                                                      const std::string& name,
                                                      const std::string& etag,
                                                      absl::Duration timeout, CancelToken* cancel) {
  v1::WaitInstanceRequest request;
  request.set_name(name);
  request.set_etag(etag);
  const Deadline deadline = Deadline::After(timeout);
  Deadline patience = Deadline::After(connection.options().patience);
  Backoff backoff = connection.NewBackoff();
  std::optional<v1::WaitInstanceResponse> last;
  while (true) {
    const absl::Duration poll = std::min(kPoll, deadline.Remaining());
    const Deadline poll_end = Deadline::After(poll);
    v1::WaitInstanceResponse response;
    const absl::Status status = Poll(connection, request, poll, cancel, response);
    absl::Duration pause;
    if (status.ok()) {
      if (response.result() != v1::WAIT_RESULT_NOT_YET) return response;
      if (request.etag().empty()) request.set_etag(response.instance().etag());
      last = std::move(response);
      patience = Deadline::After(connection.options().patience);
      // A daemon that answers early is not asked again in a tight loop.
      if (poll_end.Remaining() > poll / 2) {
        pause = backoff.Next();
      } else {
        backoff.Reset();
      }
    } else {
      const ApiError error = ToApiError(status);
      if (!Passes(error) || patience.IsOver()) return status;
      pause = backoff.Next(error.retry_after);
    }
    if (deadline.Remaining() <= pause) {
      if (last) return *last;
      return status;
    }
    if (!connection.Sleep(pause, cancel)) return CancelledByCaller();
  }
}

}  // namespace quiesce::client
