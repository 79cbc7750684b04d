#include "tests/simulation/mutation.h"

#include <cstdint>
#include <iostream>
#include <string>

#include "gtest/gtest.h"
#include "tests/simulation/seed_runner.h"

namespace quiesce::simulation {
namespace {

// In each of these tests the daemon has one deliberate mistake. A simulation that lets it pass
// would let the same mistake pass in earnest.
constexpr uint64_t kMostSeeds = 300;

class MutationTest : public testing::TestWithParam<Mutation> {};

TEST_P(MutationTest, IsCaught) {
  for (uint64_t seed = 1; seed <= kMostSeeds; ++seed) {
    const Simulation::Result result = RunSeed(seed, GetParam());
    if (!result.failure) continue;
    std::cout << "caught by seed " << seed << ": " << *result.failure << "\n";
    return;
  }
  FAIL() << "not caught by " << kMostSeeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(All, MutationTest, testing::ValuesIn(AllMutations()),
                         [](const testing::TestParamInfo<Mutation>& mutation) {
                           return std::string(ToString(mutation.param));
                         });

}  // namespace
}  // namespace quiesce::simulation
