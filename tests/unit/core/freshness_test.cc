#include "absl/time/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "gtest/gtest.h"
#include "tests/unit/core/decide_scene.h"

namespace quiesce::core {
namespace {

TEST(FreshnessBound, IsThreeTimesTheLargerOfIntervalAndDuration) {
  const ProjectSettings settings;
  ProjectFreshness freshness;
  EXPECT_EQ(FreshnessBound(settings, freshness), absl::Minutes(3));  // list_idle
  freshness.interval = absl::Seconds(5);
  EXPECT_EQ(FreshnessBound(settings, freshness), absl::Seconds(15));
  freshness.list_took = absl::Seconds(12);
  EXPECT_EQ(FreshnessBound(settings, freshness), absl::Seconds(36));
}

TEST(IsFresh, EndsWithTheBoundAndWithTheProcess) {
  Scene s;
  EXPECT_TRUE(IsFresh(s.settings, s.freshness, s.now));
  s.ListedAgo(absl::Minutes(3));
  EXPECT_TRUE(IsFresh(s.settings, s.freshness, s.now));
  s.ListedAgo(absl::Minutes(3) + kTick);
  EXPECT_FALSE(IsFresh(s.settings, s.freshness, s.now));
  s.ListedAgo(absl::Seconds(1));
  s.RestartedAgo(absl::ZeroDuration());
  EXPECT_FALSE(IsFresh(s.settings, s.freshness, s.now));
  EXPECT_FALSE(IsFresh(s.settings, ProjectFreshness(), s.now));
}

TEST(LookMaxAge, IsNeverUnderTwiceTheListsDuration) {
  Scene s;
  EXPECT_EQ(LookMaxAge(s.settings, s.freshness), absl::Seconds(30));
  s.freshness.list_took = absl::Seconds(20);
  EXPECT_EQ(LookMaxAge(s.settings, s.freshness), absl::Seconds(40));
}

}  // namespace
}  // namespace quiesce::core
