#include "tests/simulation/seed_runner.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"

namespace quiesce::simulation {
namespace {

std::string MakeDirectory() {
  const char* const test = std::getenv("TEST_TMPDIR");
  std::string path = absl::StrCat(test != nullptr ? test : "/tmp", "/simulation.XXXXXX");
  if (mkdtemp(path.data()) == nullptr) std::abort();
  return path;
}

}  // namespace

Simulation::Result RunSeed(uint64_t seed, Mutation mutation,
                           std::function<void(const std::string&)> trace) {
  const std::string directory = MakeDirectory();
  Simulation::Options options;
  options.seed = seed;
  options.mutation = mutation;
  options.directory = directory;
  options.trace = std::move(trace);
  Simulation::Result result = Simulation(std::move(options)).Run();
  std::filesystem::remove_all(directory);
  return result;
}

std::string Summary(uint64_t seed, const Simulation::Result& result) {
  std::string line = absl::StrCat("seed ", seed, ": ", absl::FormatDuration(result.simulated), ", ",
                                  result.steps, " steps, ", result.calls, " calls, ", result.lists,
                                  " lists, ", result.crashes, " crashes");
  if (!result.failure) return line;
  return absl::StrCat(line, "\n  FAILED ", *result.failure,
                      "\n  bazel run //tests/simulation:simulate -- --seed=", seed, " --trace");
}

}  // namespace quiesce::simulation
