#ifndef QUIESCE_TESTS_BENCHMARK_METRIC_H_
#define QUIESCE_TESTS_BENCHMARK_METRIC_H_

#include <optional>
#include <ostream>
#include <string>

namespace quiesce::benchmark {

// One figure of a benchmark.
struct Metric {
  std::string name;
  double value = 0;
  std::string unit;
  // What the machine does when nothing of quiesced is in the way, in the same unit.
  std::optional<double> limit;
};

// One line of JSON: {"name","value","unit","limit","ratio"}, the last two null without a limit.
void Print(const Metric& metric, std::ostream& out);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_METRIC_H_
