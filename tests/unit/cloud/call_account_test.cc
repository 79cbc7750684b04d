#include "daemon/cloud/call_account.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using Counts = CallAccount::Counts;

constexpr SteadyTime kStart = SteadyTime::FromMicros(1'000'000);

SteadyTime At(double seconds) { return kStart + absl::Seconds(seconds); }

void Call(CallAccount& account, SteadyTime end) {
  account.Started(false);
  account.Ended(false, false, end);
}

TEST(CallAccount, CountsACallFromItsStartUntilThePeriodAfterItsEnd) {
  CallAccount account;
  account.Started(true);
  EXPECT_EQ(account.Within(absl::Seconds(1), At(100)).calls, 1);
  EXPECT_TRUE(account.WhenAtMost(0, &Counts::calls, absl::Seconds(1)).is_infinite());
  account.Ended(true, false, At(100));
  EXPECT_EQ(account.in_flight(), 0);
  EXPECT_EQ(account.Within(absl::Seconds(1), At(100.999)).needed_lists, 1);
  EXPECT_EQ(account.Within(absl::Seconds(1), At(101)).calls, 0);
  EXPECT_EQ(account.Within(absl::Seconds(2), At(101)).calls, 1);
  EXPECT_EQ(account.WhenAtMost(0, &Counts::calls, absl::Seconds(1)), At(101));
}

TEST(CallAccount, CountsNothingForWhatWasNotSent) {
  CallAccount account;
  account.Started(true);
  account.Dropped(true);
  EXPECT_EQ(account.in_flight(), 0);
  EXPECT_EQ(account.Within(absl::Hours(1), kStart).calls, 0);
  EXPECT_EQ(account.Within(absl::Hours(1), kStart).needed_lists, 0);
}

TEST(CallAccount, KnowsWhenThereIsRoomForOneMore) {
  CallAccount account;
  for (int i = 0; i < 5; ++i) Call(account, At(i));
  for (int64_t left = 0; left < 5; ++left) {
    EXPECT_EQ(account.WhenAtMost(left, &Counts::calls, absl::Seconds(10)), At(14.0 - left));
  }
  EXPECT_TRUE(account.WhenAtMost(5, &Counts::calls, absl::Seconds(10)).is_never());
}

TEST(CallAccount, IsBoundedAndNeverCountsLessThanThereWas) {
  CallAccount account;
  std::vector<SteadyTime> ends;
  SeededRandom random(1);
  SteadyTime now = kStart;
  for (int i = 0; i < 60000; ++i) {
    now = now + absl::Microseconds(random.Next() % 2'000'000);
    Call(account, now);
    ends.push_back(now);
    ASSERT_LE(account.entries(), limits::kMaxAccountEntries);
    if (i % 500 != 0) continue;
    for (const absl::Duration period :
         {absl::Seconds(1), absl::Minutes(5), absl::Hours(1), absl::Hours(5), absl::Hours(10)}) {
      const auto first = std::upper_bound(ends.begin(), ends.end(), now - period);
      const int64_t truth = ends.end() - first;
      const int64_t counted = account.Within(period, now).calls;
      ASSERT_GE(counted, truth);
      ASSERT_LE(static_cast<double>(counted), 1.01 * static_cast<double>(truth) + 1);
      // The newest half of the entries is exact.
      if (truth <= static_cast<int64_t>(limits::kMaxAccountEntries / 2)) {
        ASSERT_EQ(counted, truth);
      }
    }
  }
}

TEST(CallAccount, ForgetsWhatNoGatewayCounts) {
  CallAccount account;
  for (int i = 0; i < 100; ++i) Call(account, At(i));
  Call(account, At(100) + limits::kMaxQuotaPeriod);
  EXPECT_EQ(account.entries(), 1U);
  EXPECT_EQ(account.Within(limits::kMaxQuotaPeriod, At(100) + limits::kMaxQuotaPeriod).calls, 1);
}

}  // namespace
}  // namespace quiesce::cloud
