#include "client/lib/backoff.h"

#include <algorithm>
#include <cmath>

namespace quiesce::client {

absl::Duration Backoff::Next(std::optional<absl::Duration> asked_for) {
  const absl::Duration longest =
      std::min(policy_.first_pause * std::ldexp(1.0, count_), policy_.max_pause);
  if (longest < policy_.max_pause) ++count_;
  // 53 bits: a number from 0 to just below 1.
  const double part = std::ldexp(static_cast<double>(random_.Next() >> 11), -53);
  const absl::Duration pause = longest * (0.5 + part / 2);
  return std::max(pause, asked_for.value_or(absl::ZeroDuration()));
}

}  // namespace quiesce::client
