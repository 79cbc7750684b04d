#ifndef QUIESCE_CLIENT_LIB_BACKOFF_H_
#define QUIESCE_CLIENT_LIB_BACKOFF_H_

#include <optional>

#include "absl/time/time.h"
#include "client/lib/options.h"
#include "daemon/base/random.h"

namespace quiesce::client {

// The pauses between repeats; see RetryPolicy.
class Backoff {
 public:
  Backoff(const RetryPolicy& policy, Random& random) : policy_(policy), random_(random) {}

  // The next pause; not shorter than what the daemon asked for.
  absl::Duration Next(std::optional<absl::Duration> asked_for = std::nullopt);
  // Begins again with the first pause: something has worked.
  void Reset() { count_ = 0; }

 private:
  const RetryPolicy policy_;
  Random& random_;
  int count_ = 0;
};

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_BACKOFF_H_
