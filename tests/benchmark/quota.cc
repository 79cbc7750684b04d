// How well the limiter uses a quota: bazel run -c opt //tests/benchmark:quota
// On virtual time. Prints one line of JSON a figure; exits with 1 if a target is missed.

#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "tests/benchmark/metric.h"
#include "tests/benchmark/quota_model.h"

namespace quiesce::benchmark {
namespace {

// Whether all targets are met.
bool Measure(const QuotaScenario& scenario, const std::string& name) {
  const QuotaResult result = RunQuota(scenario);
  const QuotaMinimum minimum = MinimumOf(scenario, result);
  const auto served = static_cast<double>(result.stops + result.lists);
  const auto allowed = static_cast<double>(minimum.calls_meanwhile);
  const double took = absl::ToDoubleSeconds(result.took);
  const double least = absl::ToDoubleSeconds(minimum.took);
  Print({absl::StrCat("quota_served_", name), served, "calls", allowed}, std::cout);
  Print({absl::StrCat("quota_refused_", name), result.refused_share(), "share", kMaxRefusedShare},
        std::cout);
  Print({absl::StrCat("quota_time_", name), took, "s", least}, std::cout);
  const bool is_met = served >= kMinUtilisation * allowed &&
                      result.refused_share() <= kMaxRefusedShare && took <= kMaxOverMinimum * least;
  if (!is_met) std::cerr << "quota: " << name << " misses a target\n";
  return is_met;
}

bool MeasureAll() {
  bool all_met = true;
  for (const double reserve : {0.0, limits::kDefaultQuotaReserve}) {
    for (const bool is_fixed : {false, true}) {
      for (const int latency_ms : {20, 200, 2000}) {
        QuotaScenario scenario;
        scenario.options.reserve = reserve;
        scenario.windows = SeenInTheWild(is_fixed, static_cast<uint64_t>(latency_ms));
        scenario.latency = absl::Milliseconds(latency_ms);
        const std::string name =
            absl::StrCat(is_fixed ? "fixed" : "sliding", "_", latency_ms, "_ms_reserve_",
                         static_cast<int>(reserve * 100), "_percent");
        all_met = Measure(scenario, name) && all_met;
      }
    }
  }
  return all_met;
}

}  // namespace
}  // namespace quiesce::benchmark

int main() { return quiesce::benchmark::MeasureAll() ? 0 : 1; }
