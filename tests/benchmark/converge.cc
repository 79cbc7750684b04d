// How fast quiesced converges a fleet; see --help, or kHelp in flags.cc.

#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/benchmark/bare_commits.h"
#include "tests/benchmark/flags.h"
#include "tests/benchmark/metric.h"
#include "tests/benchmark/round.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::benchmark {
namespace {

constexpr int kUsageError = 64;

int Fail(const std::string& message) {
  std::cerr << "converge: " << message << "\n";
  return 1;
}

void Announce(const Flags& flags, int latency_ms) {
  std::cerr << flags.instances << " running instances in " << flags.projects
            << " projects; the cloud takes " << latency_ms << " ms for a call and "
            << flags.powering_off_ms << " ms to power off; max_in_flight " << flags.workers
            << "; timing " << flags.timing << "\n";
}

absl::StatusOr<support::ScratchFolder> MakeFolder(const Flags& flags) {
  if (!flags.folder.empty()) return support::ScratchFolder::Make(flags.folder);
  std::error_code error;  // a $TMPDIR that is no folder
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return absl::InternalError(absl::StrCat("no folder to work in: ", error.message()));
  return support::ScratchFolder::Make(folder.string());
}

int MeasureCommits(const Flags& flags) {
  const auto folder = MakeFolder(flags);
  if (!folder.ok()) return Fail(std::string(folder.status().message()));
  const auto commits = CommitBare(folder->path());
  if (!commits.ok()) return Fail(std::string(commits.status().message()));
  const double rate = commits->commits / absl::ToDoubleSeconds(commits->took);
  Print({absl::StrCat("bare_commits_of_", kRowsPerCommit, "_rows"), rate, "commits/s", {}},
        std::cout);
  return 0;
}

int Measure(const Flags& flags, int latency_ms, const std::string& suffix) {
  Announce(flags, latency_ms);
  auto folder = MakeFolder(flags);
  if (!folder.ok()) return Fail(std::string(folder.status().message()));
  const auto metrics = RunRound(flags, absl::Milliseconds(latency_ms), suffix, folder->path());
  if (!metrics.ok()) {
    folder->Keep();
    return Fail(absl::StrCat(metrics.status().message(), "; its files are in ", folder->path()));
  }
  for (const Metric& metric : *metrics) Print(metric, std::cout);
  return 0;
}

int Run(const Flags& flags) {
  for (int round = 1; round <= flags.rounds; ++round) {
    if (const int status = MeasureCommits(flags); status != 0) return status;
    if (const int status = Measure(flags, flags.latency_ms, ""); status != 0) return status;
    if (flags.latency_ms == 0) continue;
    if (const int status = Measure(flags, 0, "_without_latency"); status != 0) return status;
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
