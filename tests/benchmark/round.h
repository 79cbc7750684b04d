#ifndef QUIESCE_TESTS_BENCHMARK_ROUND_H_
#define QUIESCE_TESTS_BENCHMARK_ROUND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/metric.h"

namespace quiesce::benchmark {

// One measurement of everything, with processes of its own and its files in `folder`. An error if
// anything that must be true is not: an instance not stopped or asked twice, a declaration lost.
absl::StatusOr<std::vector<Metric>> RunRound(const Flags& flags, const std::string& folder);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_ROUND_H_
