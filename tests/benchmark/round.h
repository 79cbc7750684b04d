#ifndef QUIESCE_TESTS_BENCHMARK_ROUND_H_
#define QUIESCE_TESTS_BENCHMARK_ROUND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/metric.h"

namespace quiesce::benchmark {

// One measurement, with processes of its own and its files in `folder`, against a cloud that takes
// `latency` for each call. `suffix` ends the names of its figures. An error if anything that must
// be true is not: an instance not stopped or asked twice, a declaration lost.
absl::StatusOr<std::vector<Metric>> RunRound(const Flags& flags, absl::Duration latency,
                                             const std::string& suffix, const std::string& folder);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_ROUND_H_
