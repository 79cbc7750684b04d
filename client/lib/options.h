#ifndef QUIESCE_CLIENT_LIB_OPTIONS_H_
#define QUIESCE_CLIENT_LIB_OPTIONS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/lib/cancel_token.h"

namespace quiesce::client {

// Repeats of a call that got UNAVAILABLE, with a random part so that many clients do not come back
// together: the n-th pause is between half and all of min(first_pause * 2^n, max_pause).
struct RetryPolicy {
  // Calls in all; 1 means no repeat. Does not limit what lasts: watches, waits, the following of a
  // run.
  int max_attempts = 4;
  absl::Duration first_pause = absl::Milliseconds(100);
  absl::Duration max_pause = absl::Seconds(5);
};

struct ClientOptions {
  // `unix:///absolute/path`, or `host:port` with a loopback host (127.x.y.z, [::1], localhost):
  // this version has no TLS, and says so for any other host.
  std::string target = "unix:///run/quiesced/api.sock";
  // The deadline of a unary call, repeats included, unless the call's options give another one.
  absl::Duration timeout = absl::Seconds(10);
  // The same for CreatePlan, RefreshProject and DiagnoseProject, which wait for lists of the cloud,
  // and CancelRun, which waits for the calls in flight. A streamed plan gets 1 ms per spec on top.
  absl::Duration slow_timeout = absl::Seconds(60);
  RetryPolicy retry;
  // How long a watch, a wait or the following of a run goes on without a daemon, to outlast its
  // restart.
  absl::Duration patience = absl::Minutes(2);
  // Sent as user agent, before gRPC's own: `quiesce/0.1.0`.
  std::string user_agent = "quiesce-cpp";
  // Pauses; for tests. Returns false when the token (may be null) was cancelled.
  std::function<bool(absl::Duration, CancelToken*)> sleep;
};

// For one call.
struct CallOptions {
  std::optional<absl::Duration> timeout;  // instead of the default
  CancelToken* cancel = nullptr;
};

// For following a run.
struct FollowOptions {
  // Time between two reads of the run.
  absl::Duration interval = absl::Seconds(1);
  // How long to follow at most.
  absl::Duration timeout = absl::InfiniteDuration();
  CancelToken* cancel = nullptr;
};

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_OPTIONS_H_
