#include "daemon/base/time.h"

#include <limits>
#include <type_traits>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace quiesce {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

SteadyTime At(int64_t us) { return SteadyTime::FromMicros(us); }

TEST(SteadyTime, AddsAndSubtractsDurations) {
  EXPECT_EQ(At(5) + absl::Microseconds(7), At(12));
  EXPECT_EQ(At(5) - absl::Microseconds(7), At(-2));
  EXPECT_EQ(At(12) - At(5), absl::Microseconds(7));
  EXPECT_EQ(At(5) - At(12), -absl::Microseconds(7));
}

TEST(SteadyTime, DropsWhatIsFinerThanAMicrosecond) {
  EXPECT_EQ(At(5) + absl::Nanoseconds(1999), At(6));
}

TEST(SteadyTime, NeverAndInfiniteAbsorbEveryDuration) {
  for (const absl::Duration d : {absl::Hours(1), -absl::Hours(1), absl::ZeroDuration(),
                                 absl::InfiniteDuration(), -absl::InfiniteDuration()}) {
    EXPECT_TRUE((SteadyTime::Never() + d).is_never()) << d;
    EXPECT_TRUE((SteadyTime::Infinite() + d).is_infinite()) << d;
    EXPECT_TRUE((SteadyTime::Never() - d).is_never()) << d;
    EXPECT_TRUE((SteadyTime::Infinite() - d).is_infinite()) << d;
  }
}

TEST(SteadyTime, AnInfiniteDurationLeadsToTheEndOfTime) {
  for (const int64_t us : {int64_t{0}, int64_t{1}, int64_t{-1}, kMax - 1, -kMax}) {
    EXPECT_TRUE((At(us) + absl::InfiniteDuration()).is_infinite()) << us;
    EXPECT_TRUE((At(us) - absl::InfiniteDuration()).is_never()) << us;
  }
}

TEST(SteadyTime, ArithmeticSaturatesInsteadOfWrapping) {
  EXPECT_TRUE((At(kMax - 1) + absl::Hours(1)).is_infinite());
  EXPECT_TRUE((At(-kMax) - absl::Hours(1)).is_never());
  // Durations beyond the range of microseconds.
  EXPECT_TRUE((At(1) + absl::Seconds(kMax)).is_infinite());
  EXPECT_TRUE((At(-2) - absl::Seconds(kMax)).is_never());
  EXPECT_EQ(At(kMax - 1) - At(-kMax), absl::Microseconds(kMax - 1) + absl::Microseconds(kMax));
  EXPECT_EQ(At(-kMax) - At(kMax - 1), -absl::Microseconds(kMax - 1) - absl::Microseconds(kMax));
}

TEST(SteadyTime, ADifferenceWithATimeThatIsNotFiniteIsInfinite) {
  EXPECT_EQ(SteadyTime::Infinite() - At(5), absl::InfiniteDuration());
  EXPECT_EQ(At(5) - SteadyTime::Never(), absl::InfiniteDuration());
  EXPECT_EQ(SteadyTime::Never() - At(5), -absl::InfiniteDuration());
  EXPECT_EQ(At(5) - SteadyTime::Infinite(), -absl::InfiniteDuration());
  // "How long ago was that?" of what never happened must not look recent.
  EXPECT_EQ(SteadyTime::Never() - SteadyTime::Never(), absl::InfiniteDuration());
}

TEST(SteadyTime, IsOrderedFromNeverToInfinite) {
  EXPECT_LT(SteadyTime::Never(), At(-kMax));
  EXPECT_LT(At(-1), At(0));
  EXPECT_LE(At(0), At(0));
  EXPECT_GT(SteadyTime::Infinite(), At(kMax - 1));
  EXPECT_GE(At(1), At(1));
  EXPECT_NE(At(0), At(1));
}

TEST(SteadyTime, DoesNotConvertToOrFromWallTime) {
  EXPECT_FALSE((std::is_convertible_v<SteadyTime, absl::Time>));
  EXPECT_FALSE((std::is_convertible_v<absl::Time, SteadyTime>));
  EXPECT_FALSE((std::is_constructible_v<SteadyTime, int64_t>));
}

TEST(Now, PlacesSteadyTimesOnTheWallClockAndBack) {
  const Now now{absl::FromUnixSeconds(1000000), At(50)};
  EXPECT_EQ(now.ToWall(At(50) + absl::Hours(2)), now.wall + absl::Hours(2));
  EXPECT_EQ(now.ToWall(At(50) - absl::Hours(2)), now.wall - absl::Hours(2));
  EXPECT_EQ(now.ToSteady(now.wall + absl::Hours(2)), At(50) + absl::Hours(2));
  EXPECT_EQ(now.ToSteady(now.wall - absl::Hours(2)), At(50) - absl::Hours(2));
}

TEST(Now, RoundsUpSoThatWhatIsDueThenIsDue) {
  const Now now{absl::FromUnixNanos(1000000000000500), At(50)};
  for (const int ns : {1, 499, 500, 999, 1000, 1001}) {
    const absl::Time due = now.wall + absl::Nanoseconds(ns);
    const SteadyTime steady = now.ToSteady(due);
    EXPECT_GT(steady, now.steady) << ns;
    EXPECT_GE(now.wall + (steady - now.steady), due) << ns;
    EXPECT_LT(now.wall + (steady - now.steady), due + absl::Microseconds(1)) << ns;
  }
}

TEST(Now, KeepsTheEndsOfTime) {
  const Now now{absl::FromUnixSeconds(1000000), At(50)};
  EXPECT_EQ(now.ToWall(SteadyTime::Never()), absl::InfinitePast());
  EXPECT_EQ(now.ToWall(SteadyTime::Infinite()), absl::InfiniteFuture());
  EXPECT_TRUE(now.ToSteady(absl::InfiniteFuture()).is_infinite());
  EXPECT_TRUE(now.ToSteady(absl::InfinitePast()).is_never());
}

}  // namespace
}  // namespace quiesce
