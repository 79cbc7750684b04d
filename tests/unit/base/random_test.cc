#include "daemon/base/random.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace quiesce {
namespace {

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(uint64_t value) : value_(value) {}
  uint64_t Next() override { return value_++; }

 private:
  uint64_t value_;
};

TEST(NewId, Is32LowerCaseHexadecimalDigits) {
  SystemRandom random;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewId(random);
    ASSERT_EQ(id.size(), 32u) << id;
    ASSERT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
  }
}

TEST(NewId, KeepsLeadingZeros) {
  FixedRandom random(0);
  EXPECT_EQ(NewId(random), "00000000000000000000000000000001");
}

TEST(NewId, TakesAll128Bits) {
  FixedRandom random(0xFEDCBA9876543210ULL);
  EXPECT_EQ(NewId(random), "fedcba9876543210fedcba9876543211");
}

TEST(NewId, DoesNotRepeat) {
  SystemRandom random;
  std::set<std::string> ids;
  for (int i = 0; i < 10000; ++i) ASSERT_TRUE(ids.insert(NewId(random)).second);
}

TEST(SystemRandom, IsOneForManyThreads) {
  constexpr size_t kThreads = 4;
  constexpr size_t kNumbers = 100000;
  SystemRandom random;
  std::vector<uint64_t> drawn(kThreads * kNumbers);
  std::promise<void> start;
  const std::shared_future<void> started = start.get_future().share();
  std::vector<std::thread> threads;
  for (size_t first = 0; first < drawn.size(); first += kNumbers) {
    threads.emplace_back([&, first] {
      started.wait();
      for (size_t i = 0; i < kNumbers; ++i) drawn[first + i] = random.Next();
    });
  }
  start.set_value();
  for (std::thread& thread : threads) thread.join();
  std::sort(drawn.begin(), drawn.end());
  EXPECT_EQ(std::adjacent_find(drawn.begin(), drawn.end()), drawn.end()) << "one came twice";
}

TEST(SeededRandom, RepeatsItsSequenceForTheSameSeed) {
  SeededRandom a(42);
  SeededRandom b(42);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(a.Next(), b.Next());
}

TEST(SeededRandom, GivesAnotherSequenceForAnotherSeed) {
  std::set<uint64_t> firsts;
  for (uint64_t seed = 0; seed < 1000; ++seed) firsts.insert(SeededRandom(seed).Next());
  EXPECT_EQ(firsts.size(), 1000u);
}

// A recorded seed of the simulation must mean the same run in a later version.
TEST(SeededRandom, IsSplitmix64) {
  SeededRandom random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
  EXPECT_EQ(random.Next(), 9817491932198370423u);
}

}  // namespace
}  // namespace quiesce
