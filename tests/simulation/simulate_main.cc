// Runs seeds of the simulation, or one of them with everything that happens in it:
//   bazel run //tests/simulation:simulate -- --seeds=1-500
//   bazel run //tests/simulation:simulate -- --seed=17 --trace
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/simulation/seed_runner.h"

namespace {

using quiesce::simulation::AllMutations;
using quiesce::simulation::Mutation;
using quiesce::simulation::RunSeed;
using quiesce::simulation::Simulation;

struct Arguments {
  uint64_t first = 1;
  uint64_t last = 100;
  bool trace = false;
  bool keep_going = false;
  bool coverage = false;
  Mutation mutation = Mutation::kNone;
};

int Usage() {
  std::cerr
      << "usage: simulate [--seed=N | --seeds=FIRST-LAST] [--trace] [--keep-going] [--coverage]\n"
         "                [--mutation=NAME]\nmutations:\n";
  for (const Mutation mutation : AllMutations()) {
    std::cerr << "  " << ToString(mutation) << "\n";
  }
  return 64;
}

bool Parse(const std::string& argument, Arguments& arguments) {
  absl::string_view rest = argument;
  if (rest == "--trace") return arguments.trace = true;
  if (rest == "--keep-going") return arguments.keep_going = true;
  if (rest == "--coverage") return arguments.coverage = true;
  if (absl::ConsumePrefix(&rest, "--seed=")) {
    const bool ok = absl::SimpleAtoi(rest, &arguments.first);
    arguments.last = arguments.first;
    return ok;
  }
  if (absl::ConsumePrefix(&rest, "--seeds=")) {
    const std::vector<std::string> ends = absl::StrSplit(rest, '-');
    return ends.size() == 2 && absl::SimpleAtoi(ends[0], &arguments.first) &&
           absl::SimpleAtoi(ends[1], &arguments.last);
  }
  if (absl::ConsumePrefix(&rest, "--mutation=")) {
    for (const Mutation mutation : AllMutations()) {
      if (std::string(ToString(mutation)) != std::string(rest)) continue;
      arguments.mutation = mutation;
      return true;
    }
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int n = 1; n < argc; ++n) {
    if (!Parse(argv[n], arguments)) return Usage();
  }
  int failed = 0;
  std::map<std::string, int64_t> hits;
  for (uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    const Simulation::Result result =
        RunSeed(seed, arguments.mutation,
                arguments.trace ? [](const std::string& line) { std::cout << line << "\n"; }
                                : std::function<void(const std::string&)>());
    std::cout << Summary(seed, result) << std::endl;
    for (const auto& [what, count] : result.hits) hits[what] += count;
    if (!result.failure) continue;
    ++failed;
    if (!arguments.keep_going) break;
  }
  if (arguments.coverage) {
    for (const auto& [what, count] : hits) std::cout << what << ": " << count << "\n";
  }
  return failed == 0 ? 0 : 1;
}
