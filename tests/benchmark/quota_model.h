#ifndef QUIESCE_TESTS_BENCHMARK_QUOTA_MODEL_H_
#define QUIESCE_TESTS_BENCHMARK_QUOTA_MODEL_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/cloud/quota_limiter.h"
#include "tests/benchmark/quota_gateway.h"

namespace quiesce::benchmark {

// Stops, and the lists that they need, through a limiter and a gateway with quotas.
struct QuotaScenario {
  int64_t stops = 10000;
  int64_t stops_per_list = 50;  // each needs a list that is not older than so many stops
  bool has_idle_lists = true;
  cloud::QuotaLimiter::Options options;

  std::vector<GatewayWindow> windows;
  bool counts_refused = false;
  bool names_windows = true;  // in the text of a 429
  bool tells_retry_after = false;
  // About what a stop takes; a list takes five times as much. Calls overtake each other.
  absl::Duration latency = absl::Milliseconds(200);

  // The same user elsewhere: so many calls at once, so far apart, since some time before the first
  // stop. Refused ones are not repeated. Zero: nobody.
  int others_at_once = 1;
  absl::Duration others_every = absl::ZeroDuration();
  absl::Duration others_before = absl::Minutes(5);
  // The first window's limit becomes another one.
  absl::Duration changes_after = absl::InfiniteDuration();
  int64_t changes_to = 0;
  uint64_t seed = 1;
};

struct QuotaResult {
  int64_t stops = 0;          // that were served
  int64_t lists = 0;          // that were served
  int64_t refused = 0;        // calls answered 429
  int64_t refused_late = 0;   // in the second half of the stops
  int64_t others_served = 0;  // since the first stop was due
  int64_t wakes = 0;          // times that the limiter named for the next call
  absl::Duration took = absl::ZeroDuration();
  absl::Duration took_second_half = absl::ZeroDuration();  // of the stops
  // By the gateway's own account: the most calls of ours in one period of each window, among those
  // that end with a call that was started when the limiter knew the window.
  std::vector<int64_t> most_in_window;
  // What the limiter said in the middle about the last stop, and what came of it.
  absl::Duration told_eta = absl::ZeroDuration();
  absl::Duration true_eta = absl::ZeroDuration();
  bool is_consistent = true;  // ReadyAt was never wrong about Available

  int64_t calls() const { return stops + lists + refused; }
  double refused_share() const;
};

// Runs it to its end on virtual time.
QuotaResult RunQuota(const QuotaScenario& scenario);

// The same calls by one who knows everything, of what the reserve leaves.
struct QuotaMinimum {
  absl::Duration took = absl::ZeroDuration();
  int64_t calls_meanwhile = 0;  // that would have been served in the time that the run took
};
QuotaMinimum MinimumOf(const QuotaScenario& scenario, const QuotaResult& result);

// Under 200 calls in 5 minutes for the user and under 5 a second for the address.
std::vector<GatewayWindow> SeenInTheWild(bool is_fixed, uint64_t seed);

// What must come of a scenario in which nobody else calls.
inline constexpr double kMinUtilisation = 0.95;
inline constexpr double kMaxRefusedShare = 0.001;
inline constexpr double kMaxOverMinimum = 1.05;

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_QUOTA_MODEL_H_
