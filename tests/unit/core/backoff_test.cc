#include "daemon/core/backoff.h"

#include <algorithm>
#include <climits>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/core/facts.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

TEST(Backoff, GivesTheSameAnswerForTheSameArguments) {
  for (int failures = 1; failures < 20; ++failures) {
    EXPECT_EQ(Backoff(CallClass::kTransient, failures, "seed"),
              Backoff(CallClass::kTransient, failures, "seed"));
  }
}

// The same in every build and on every machine, so that a recorded run can be replayed.
TEST(Backoff, GivesTheSameAnswerInEveryVersion) {
  EXPECT_EQ(Backoff(CallClass::kTransient, 1, "seed"), absl::Microseconds(655245));
  EXPECT_EQ(Backoff(CallClass::kTransient, 5, "seed"), absl::Microseconds(11667687));
}

TEST(Backoff, DoublesFromTheBaseToTheMaximumAndIsJitteredInItsUpperHalf) {
  absl::Duration ceiling = limits::kBackoffBase;
  for (int failures = 1; failures < 40; ++failures) {
    for (int seed = 0; seed < 100; ++seed) {
      const absl::Duration wait =
          Backoff(CallClass::kTransient, failures, "instance-" + std::to_string(seed));
      ASSERT_GE(wait, ceiling / 2) << failures;
      ASSERT_LE(wait, ceiling) << failures;
    }
    ceiling = std::min(ceiling * 2, limits::kBackoffMax);
  }
  EXPECT_EQ(ceiling, limits::kBackoffMax);
}

TEST(Backoff, NeverComesSoonerAfterMoreFailures) {
  for (int failures = 1; failures < 8; ++failures) {
    for (int seed = 0; seed < 100; ++seed) {
      const std::string text = std::to_string(seed);
      ASSERT_GE(Backoff(CallClass::kUnknown, failures + 1, text),
                Backoff(CallClass::kUnknown, failures, text))
          << failures << " " << seed;
    }
  }
}

TEST(Backoff, SpreadsInstancesThatFailedTogether) {
  std::set<absl::Duration> waits;
  for (int seed = 0; seed < 1000; ++seed) {
    waits.insert(Backoff(CallClass::kTransient, 6, std::to_string(seed)));
  }
  EXPECT_GT(waits.size(), 990u);
  EXPECT_LT(*waits.begin(), absl::Seconds(17));
  EXPECT_GT(*waits.rbegin(), absl::Seconds(31));
}

TEST(Backoff, WaitsTheSlowRetryAtOnceForWhatAHumanMustMend) {
  for (const CallClass c : {CallClass::kForbidden, CallClass::kPermanent, CallClass::kNotFound}) {
    EXPECT_EQ(Backoff(c, 1, "a"), limits::kSlowRetry);
    EXPECT_EQ(Backoff(c, 50, "b"), limits::kSlowRetry);
  }
}

TEST(Backoff, TreatsEveryOtherClassAlike) {
  for (const CallClass c :
       {CallClass::kNone, CallClass::kAuth, CallClass::kAccepted, CallClass::kAlreadyInState,
        CallClass::kThrottled, CallClass::kUnknown, CallClass::kMalformed}) {
    EXPECT_EQ(Backoff(c, 3, "a"), Backoff(CallClass::kTransient, 3, "a"));
  }
}

TEST(Backoff, StaysWithinItsBoundsForAbsurdCounts) {
  for (const int failures : {INT_MIN, -1, 0}) {
    const absl::Duration wait = Backoff(CallClass::kTransient, failures, "a");
    EXPECT_GE(wait, limits::kBackoffBase / 2);
    EXPECT_LE(wait, limits::kBackoffBase);
  }
  const absl::Duration wait = Backoff(CallClass::kTransient, INT_MAX, "");
  EXPECT_GE(wait, limits::kBackoffMax / 2);
  EXPECT_LE(wait, limits::kBackoffMax);
}

}  // namespace
}  // namespace quiesce::core
