#include "tests/benchmark/metric.h"

#include "absl/strings/str_format.h"

namespace quiesce::benchmark {
namespace {

// Names and units are ours: nothing in them needs escaping.
std::string Number(std::optional<double> value) {
  return value ? absl::StrFormat("%.6g", *value) : "null";
}

}  // namespace

void Print(const Metric& metric, std::ostream& out) {
  std::optional<double> ratio;
  if (metric.limit && *metric.limit > 0) ratio = metric.value / *metric.limit;
  out << absl::StrFormat(R"({"name":"%s","value":%s,"unit":"%s","limit":%s,"ratio":%s})",
                         metric.name, Number(metric.value), metric.unit, Number(metric.limit),
                         Number(ratio))
      << std::endl;
}

}  // namespace quiesce::benchmark
