#ifndef QUIESCE_TESTS_BENCHMARK_QUOTA_GATEWAY_H_
#define QUIESCE_TESTS_BENCHMARK_QUOTA_GATEWAY_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/quota.h"

namespace quiesce::benchmark {

// One limit of a gateway.
struct GatewayWindow {
  core::QuotaWindow limit;
  bool is_fixed = false;  // windows begin at multiples of the period, else any stretch of it counts
  absl::Duration phase = absl::ZeroDuration();  // when the first fixed one begins
};

// Counts arrivals against all windows at once, as the gateway does. On virtual time, which must not
// go back.
class QuotaGateway {
 public:
  QuotaGateway(const std::vector<GatewayWindow>& windows, bool counts_refused);

  // Counts a call. The limit that refuses it, or null.
  const core::QuotaWindow* Admit(SteadyTime at);
  // Of the same user at another address. Whether it is admitted.
  bool AdmitFromElsewhere(SteadyTime at);
  // The first time from `at` on when a call would be admitted.
  SteadyTime FreeAt(SteadyTime at) const;
  void SetCalls(size_t window, int64_t calls) { entries_[window].window.limit.calls = calls; }

 private:
  struct Entry {
    GatewayWindow window;
    std::deque<SteadyTime> times;  // of a sliding one: what it counts, oldest first
    int64_t number = 0;            // of a fixed one: which it is
    int64_t used = 0;              // and what was used of it
  };

  static int64_t NumberAt(const Entry& entry, SteadyTime at);
  static SteadyTime FreeIn(const Entry& entry, SteadyTime at);
  static void Count(Entry& entry, SteadyTime at);

  std::vector<Entry> entries_;
  const bool counts_refused_;
};

// When each of `calls` calls would arrive from `begin` on, by one who knows the windows and never
// waits for an answer.
std::vector<SteadyTime> ArithmeticMinimum(const std::vector<GatewayWindow>& windows, int64_t calls,
                                          SteadyTime begin);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_QUOTA_GATEWAY_H_
