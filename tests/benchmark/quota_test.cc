#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "gtest/gtest.h"
#include "tests/benchmark/quota_model.h"

namespace quiesce::benchmark {
namespace {

std::string Describe(const QuotaResult& result) {
  return absl::StrCat(result.stops, " stops and ", result.lists, " lists served, ", result.refused,
                      " refused (", result.refused_late, " late), others ", result.others_served,
                      ", ", result.wakes, " wakes, took ", absl::FormatDuration(result.took),
                      ", the second half ", absl::FormatDuration(result.took_second_half),
                      ", told to take ", absl::FormatDuration(result.told_eta));
}

QuotaScenario Scenario(double reserve, bool is_fixed, int latency_ms, uint64_t seed) {
  QuotaScenario scenario;
  scenario.options.reserve = reserve;
  scenario.windows = SeenInTheWild(is_fixed, seed);
  scenario.latency = absl::Milliseconds(latency_ms);
  scenario.seed = seed;
  return scenario;
}

template <typename Check>
void ForEachScenario(const Check& check) {
  uint64_t seed = 0;
  for (const double reserve : {0.0, limits::kDefaultQuotaReserve}) {
    for (const bool is_fixed : {false, true}) {
      for (const int latency_ms : {20, 200, 2000}) {
        SCOPED_TRACE(testing::Message()
                     << "reserve " << reserve << (is_fixed ? ", fixed" : ", sliding")
                     << " windows, " << latency_ms << " ms, seed " << ++seed);
        check(Scenario(reserve, is_fixed, latency_ms, seed));
      }
    }
  }
}

TEST(Quota, IsUsedToTheFullWithHardlyARefusal) {
  ForEachScenario([](const QuotaScenario& scenario) {
    const QuotaResult result = RunQuota(scenario);
    SCOPED_TRACE(Describe(result));
    const QuotaMinimum minimum = MinimumOf(scenario, result);
    EXPECT_GE(result.stops + result.lists, kMinUtilisation * minimum.calls_meanwhile);
    EXPECT_LE(result.refused_share(), kMaxRefusedShare);
    EXPECT_LE(result.took, kMaxOverMinimum * minimum.took);
    EXPECT_TRUE(result.is_consistent);
    EXPECT_LE(result.wakes, 2 * result.calls());
    EXPECT_NEAR(absl::FDivDuration(result.told_eta, result.true_eta), 1, 0.1);
  });
}

TEST(Quota, IsNeverPassedByOurOwnCallsOnceItIsKnown) {
  ForEachScenario([](QuotaScenario scenario) {
    scenario.stops = 1500;
    for (const bool counts_refused : {false, true}) {
      scenario.counts_refused = counts_refused;
      const QuotaResult result = RunQuota(scenario);
      const double kept = 1 - scenario.options.reserve;
      for (size_t i = 0; i < scenario.windows.size(); ++i) {
        EXPECT_LE(result.most_in_window[i], kept * scenario.windows[i].limit.calls);
        EXPECT_GT(result.most_in_window[i], 0);
      }
    }
  });
}

TEST(Quota, IsSharedWithAnotherToolThatUsesHalfOfIt) {
  for (const int at_once : {1, 100}) {
    for (const uint64_t seed : {1, 2, 3}) {
      QuotaScenario scenario = Scenario(limits::kDefaultQuotaReserve, false, 200, seed);
      scenario.stops = 3000;
      scenario.others_at_once = at_once;
      scenario.others_every = absl::Seconds(3) * at_once;
      const QuotaResult result = RunQuota(scenario);
      SCOPED_TRACE(Describe(result));
      EXPECT_LE(result.refused_share(), 0.02);
      // 100 in five minutes are left.
      const double left = absl::FDivDuration(result.took, absl::Seconds(3));
      EXPECT_GE(static_cast<double>(result.stops + result.lists), 0.9 * left);
      EXPECT_GE(static_cast<double>(result.others_served), 0.9 * left);
    }
  }
}

TEST(Quota, IsUsedAgainWhenTheOtherToolHasGone) {
  QuotaScenario scenario = Scenario(limits::kDefaultQuotaReserve, false, 200, 1);
  scenario.stops = 3000;
  scenario.others_at_once = 150;
  scenario.others_every = absl::Hours(100);  // once
  scenario.others_before = absl::Minutes(1);
  const QuotaResult result = RunQuota(scenario);
  SCOPED_TRACE(Describe(result));
  EXPECT_LE(result.took, MinimumOf(scenario, result).took + absl::Minutes(10));
  EXPECT_LE(result.refused, 10);
}

TEST(Quota, ThatWasRaisedIsUsedADayLater) {
  QuotaScenario scenario = Scenario(limits::kDefaultQuotaReserve, false, 200, 1);
  scenario.stops = 60000;
  scenario.changes_after = absl::Hours(1);
  scenario.changes_to = 1000;
  const QuotaResult result = RunQuota(scenario);
  SCOPED_TRACE(Describe(result));
  EXPECT_LE(result.refused, 10);
  // Without the change it takes 28 hours.
  EXPECT_LE(result.took, absl::Hours(25.5));
}

TEST(Quota, ThatWasLoweredIsKeptAfterTheFirstRefusal) {
  QuotaScenario scenario = Scenario(0, false, 200, 1);
  scenario.stops = 3000;
  scenario.changes_after = absl::Minutes(20);
  scenario.changes_to = 100;
  const QuotaResult result = RunQuota(scenario);
  SCOPED_TRACE(Describe(result));
  EXPECT_LE(result.refused, 12);
  EXPECT_LE(result.took_second_half, absl::Seconds(1530 * 3 * 1.1));
}

TEST(Quota, ThatNobodyNamesIsNotRunAgainstAndIsUsed) {
  for (const bool tells_retry_after : {false, true}) {
    for (const int latency_ms : {20, 200, 2000}) {
      for (size_t only = 0; only < 3; ++only) {
        QuotaScenario scenario = Scenario(limits::kDefaultQuotaReserve, false, latency_ms, 1);
        scenario.stops = 2000;
        scenario.names_windows = false;
        scenario.tells_retry_after = tells_retry_after;
        if (only < 2) scenario.windows = {scenario.windows[only]};
        const QuotaResult result = RunQuota(scenario);
        SCOPED_TRACE(Describe(result));
        const double share = absl::FDivDuration(MinimumOf(scenario, result).took, result.took);
        EXPECT_LE(result.refused_share(), 0.08);
        EXPECT_LE(result.wakes, 2 * result.calls());
        EXPECT_GE(share, 0.2);
      }
    }
  }
}

TEST(Quota, NeedsNoThousandsOfCallsToFindThatThereIsNone) {
  QuotaScenario scenario;
  scenario.latency = absl::Milliseconds(20);
  scenario.stops_per_list = 1000;
  const QuotaResult result = RunQuota(scenario);
  SCOPED_TRACE(Describe(result));
  EXPECT_LE(result.took, 1.2 * scenario.latency * (10000 / scenario.options.max_in_flight));
}

}  // namespace
}  // namespace quiesce::benchmark
