// How fast quiesced converges a fleet; see --help, or kHelp in flags.cc.

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/metric.h"
#include "tests/benchmark/round.h"
#include "tests/benchmark/scratch_folder.h"

namespace quiesce::benchmark {
namespace {

constexpr int kUsageError = 64;

int Run(const Flags& flags) {
  std::cerr << flags.instances << " running instances in " << flags.projects
            << " projects; max_in_flight " << flags.workers << "; timing " << flags.timing
            << "; the cloud takes " << flags.latency_ms << " ms for a call and "
            << flags.powering_off_ms << " ms to power off\n";
  for (int round = 1; round <= flags.rounds; ++round) {
    auto folder = ScratchFolder::Make(flags.folder);
    if (!folder.ok()) {
      std::cerr << "converge: " << folder.status().message() << "\n";
      return 1;
    }
    const auto metrics = RunRound(flags, folder->path());
    if (!metrics.ok()) {
      std::cerr << "converge: " << metrics.status().message() << "\nfiles are left in "
                << folder->path() << "\n";
      folder->Keep();
      return 1;
    }
    for (const Metric& metric : *metrics) Print(metric, std::cout);
  }
  return 0;
}

}  // namespace
}  // namespace quiesce::benchmark

int main(int argc, char** argv) {
  using quiesce::benchmark::Flags;
  Flags flags;
  const std::string problem =
      quiesce::benchmark::ParseFlags(std::vector<std::string>(argv + 1, argv + argc), flags);
  if (!problem.empty()) {
    std::cerr << "converge: " << problem << "\n";
    return quiesce::benchmark::kUsageError;
  }
  if (flags.help) {
    std::cout << quiesce::benchmark::kHelp;
    return 0;
  }
  return quiesce::benchmark::Run(flags);
}
