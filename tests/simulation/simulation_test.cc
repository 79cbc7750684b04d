#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/simulation/seed_runner.h"

namespace quiesce::simulation {
namespace {

constexpr uint64_t kSeedsPerTest = 25;

class SeedsTest : public testing::TestWithParam<uint64_t> {};

// Whatever goes wrong, and in whatever order, what must never happen does not, and once nothing
// goes wrong any more everything comes to rest as it should.
TEST_P(SeedsTest, HoldEveryInvariantAndComeToRest) {
  for (uint64_t seed = GetParam(); seed < GetParam() + kSeedsPerTest; ++seed) {
    const Simulation::Result result = RunSeed(seed, Mutation::kNone);
    ASSERT_FALSE(result.failure.has_value()) << Summary(seed, result);
    EXPECT_GT(result.steps, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SeedsTest,
                         testing::Range<uint64_t>(1, 1 + 12 * kSeedsPerTest, kSeedsPerTest));

// A seed is a whole story: without this no failure could be looked at again.
TEST(SimulationTest, IsTheSameEveryTime) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    std::string first;
    std::string second;
    RunSeed(seed, Mutation::kNone, [&first](const std::string& line) { first += line + "\n"; });
    RunSeed(seed, Mutation::kNone, [&second](const std::string& line) { second += line + "\n"; });
    EXPECT_EQ(first, second) << "seed " << seed;
    EXPECT_FALSE(first.empty());
  }
}

// What never happens is not tested, so each of these has to.
TEST(SimulationTest, MakesEveryKindOfFaultHappen) {
  const std::vector<std::string> faults = {
      "fault: a project is not configured",
      "fault: answer to a killed process",
      "fault: connection refused",
      "fault: deletion",
      "fault: list answered 403",
      "fault: list answered 429",
      "fault: list empty",
      "fault: list lost",
      "fault: list omits",
      "fault: list shows the past",
      "fault: manual start",
      "fault: odd state",
      "fault: slow commit",
      "fault: somebody else uses the quota",
      "fault: stop accepted without effect",
      "fault: stop answered 400",
      "fault: stop answered 401",
      "fault: stop answered 403",
      "fault: stop answered 429",
      "fault: stop answered 503",
      "fault: stop answered by garbage",
      "fault: stop arrives after its caller gave up",
      "fault: stop arrives after its process was killed",
      "fault: stop late",
      "fault: stop lost after effect",
      "fault: stop lost before effect",
      "fault: stop not sent",
      "fault: stop of half a pair",
      "fault: store refuses",
      "fault: the configuration is reloaded",
      "fault: the endpoint is silent",
      "fault: the process is paused",
      "fault: the quota is used up",
      "fault: the wall clock jumps",
      "gateway: found dead",
      "hold: with calls open",
      "killed: at any step",
      "killed: drained",
      "killed: failed COMMIT",
      "killed: killed after COMMIT",
      "killed: killed before COMMIT",
      "meddle: hold",
      "meddle: protect",
      "run: cancelled",
  };
  constexpr uint64_t kFirst = 1001;
  std::map<std::string, int64_t> hits;
  for (uint64_t seed = kFirst; seed < kFirst + 100; ++seed) {
    const Simulation::Result result = RunSeed(seed, Mutation::kNone);
    ASSERT_FALSE(result.failure.has_value()) << Summary(seed, result);
    for (const auto& [what, count] : result.hits) hits[what] += count;
  }
  for (const std::string& fault : faults) EXPECT_GT(hits[fault], 0) << fault;
}

}  // namespace
}  // namespace quiesce::simulation
