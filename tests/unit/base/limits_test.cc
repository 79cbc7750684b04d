#include "daemon/base/limits.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace quiesce::limits {
namespace {

// Relations between limits that other code takes for granted.

TEST(Limits, AFullBatchOfLargestSpecsFitsIntoOneMessage) {
  constexpr size_t kLargestSpec = 2 * kMaxIdLength + 4 * kMaxCloudNameLength + 512;
  EXPECT_LT(kMaxBatchSpecs * kLargestSpec, static_cast<size_t>(kMaxMessageBytes));
}

TEST(Limits, TheDaemonExitsAfterItStoppedWaitingForCalls) {
  EXPECT_LT(kDrainTimeout, kExitTimeout);
}

TEST(Limits, BackoffAndDefaultsLieWithinTheirBounds) {
  EXPECT_LT(kBackoffBase, kBackoffMax);
  EXPECT_LE(kBackoffMax, kSlowRetry);
  EXPECT_LE(kDefaultStartGrace, kMaxStartGrace);
  EXPECT_LE(kDefaultThrottlePause, kMaxThrottlePause);
  EXPECT_LE(kDefaultMaxInFlight, kMaxMaxInFlight);
  EXPECT_LE(kDefaultPageSize, kMaxPageSize);
}

TEST(Limits, ABudgetOfCallsDoesNotRunOutBeforeAnInstanceIsStalled) {
  EXPECT_GT(kMaxCallsPerInstanceHour, static_cast<size_t>(kFailuresUntilStalled));
  EXPECT_GT(kMaxCallsPerInstanceHour, static_cast<size_t>(kUnobservedCallsUntilStalled));
  EXPECT_GT(kMaxCallsPerInstanceHour, static_cast<size_t>(kPartialCallsUntilStalled));
}

}  // namespace
}  // namespace quiesce::limits
