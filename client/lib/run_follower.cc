#include "client/lib/run_follower.h"

#include <algorithm>
#include <optional>

namespace quiesce::client {
namespace {

bool HasEnded(const v1::Run& run) {
  return run.state() == v1::RUN_STATE_DONE || run.state() == v1::RUN_STATE_CANCELLED;
}

}  // namespace

absl::StatusOr<v1::Run> FollowRun(Connection& connection, const std::string& name,
                                  const std::function<bool(const v1::Run&)>& progress,
                                  const FollowOptions& follow) {
  v1::GetRunRequest request;
  request.set_name(name);
  const Deadline deadline = Deadline::After(follow.timeout);
  Deadline patience = Deadline::After(connection.options().patience);
  Backoff backoff = connection.NewBackoff();
  std::optional<v1::Run> last;
  while (true) {
    v1::Run run;
    const Deadline call = Deadline::After(connection.options().timeout);
    const absl::Status status =
        connection.Once(&call, follow.cancel, [&](grpc::ClientContext& context) {
          return connection.plans().GetRun(&context, request, &run);
        });
    absl::Duration pause = follow.interval;
    if (status.ok()) {
      last = run;
      if ((progress && !progress(run)) || HasEnded(run)) return run;
      backoff.Reset();
      patience = Deadline::After(connection.options().patience);
    } else {
      const ApiError error = ToApiError(status);
      const bool passes = IsWorthRepeating(error) || error.trouble == Trouble::kTimeout;
      if (!passes || patience.IsOver()) return status;
      pause = backoff.Next(error.retry_after);
    }
    if (deadline.IsOver()) {
      if (last) return *last;
      return status;
    }
    pause = std::min(pause, deadline.Remaining());
    if (!connection.Sleep(pause, follow.cancel)) return CancelledByCaller();
  }
}

}  // namespace quiesce::client
