#ifndef QUIESCE_DAEMON_CORE_BACKOFF_H_
#define QUIESCE_DAEMON_CORE_BACKOFF_H_

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "daemon/core/facts.h"

namespace quiesce::core {

// `first`, doubled so many times, up to `most`.
absl::Duration Doubled(absl::Duration first, int times, absl::Duration most);

// How long to wait after the `failures`-th failure in a row (1 or more): doubling from
// kBackoffBase to kBackoffMax, of which the upper half is jitter taken from `seed`, so that
// instances that failed together do not come back together. The same arguments give the same
// answer. What a human must mend (forbidden, permanent, not found) waits kSlowRetry at
// once.
absl::Duration Backoff(CallClass call_class, int failures, std::string_view seed);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_BACKOFF_H_
