#include "daemon/base/clock.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "gtest/gtest.h"

namespace quiesce {
namespace {

int64_t MicrosOf(absl::Duration d) { return absl::ToInt64Microseconds(d); }

TEST(SystemClock, StartsANewTimeLineAtTheWallClock) {
  const absl::Time before = absl::Now();
  SystemClock clock;
  const Now now = clock.Read();
  const absl::Time after = absl::Now();
  // The two clocks are read one after the other, hence the tolerance.
  EXPECT_GE(now.steady.micros(), absl::ToUnixMicros(before - absl::Seconds(1)));
  EXPECT_LE(now.steady.micros(), absl::ToUnixMicros(after + absl::Seconds(1)));
  EXPECT_GE(now.wall, before);
  EXPECT_LE(now.wall, after);
}

TEST(SystemClock, NeverGoesBack) {
  SystemClock clock;
  SteadyTime last = clock.Read().steady;
  for (int i = 0; i < 10000; ++i) {
    const SteadyTime now = clock.Read().steady;
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, NamesTheBoot) {
  EXPECT_EQ(SystemClock().origin().boot_id.size(), 36u);
  EXPECT_EQ(SystemClock().origin().boot_id, SystemClock().origin().boot_id);
}

TEST(SystemClock, ResumeContinuesTheTimeLineOfTheSameBoot) {
  SystemClock first;
  // As if the wall clock had been an hour ahead when that time line began.
  const ClockOrigin stored{first.origin().boot_id,
                           first.origin().offset_us + MicrosOf(absl::Hours(1))};
  const SteadyTime written = first.Read().steady + absl::Hours(1);

  SystemClock second;
  second.Resume(stored, written);
  EXPECT_EQ(second.origin().offset_us, stored.offset_us);
  EXPECT_GE(second.Read().steady, written);
  EXPECT_LT(second.Read().steady, written + absl::Minutes(1));
}

TEST(SystemClock, ResumeKeepsALowerTimeLineOfTheSameBootAlthoughTheWallClockIsAhead) {
  SystemClock first;
  const ClockOrigin stored{first.origin().boot_id,
                           first.origin().offset_us - MicrosOf(absl::Hours(1))};
  const SteadyTime written = first.Read().steady - absl::Hours(1);

  SystemClock second;
  second.Resume(stored, written);
  EXPECT_EQ(second.origin().offset_us, stored.offset_us);
  EXPECT_LT(second.Read().steady, written + absl::Minutes(1));
}

TEST(SystemClock, ResumeAfterARebootFollowsTheWallClockWhenItIsLater) {
  SystemClock clock;
  const SteadyTime fresh = clock.Read().steady;
  clock.Resume(ClockOrigin{"another boot", -12345}, fresh - absl::Hours(3));
  EXPECT_GE(clock.Read().steady, fresh);
  EXPECT_LT(clock.Read().steady, fresh + absl::Minutes(1));
  EXPECT_NE(clock.origin().boot_id, "another boot");
}

TEST(SystemClock, ResumeAfterARebootNeverGoesBackBelowWhatTheStoreHolds) {
  SystemClock clock;  // The wall clock was set back while the machine was down.
  const SteadyTime high_water = clock.Read().steady + absl::Hours(3);
  clock.Resume(ClockOrigin{"another boot", 0}, high_water);
  EXPECT_GE(clock.Read().steady, high_water);
  EXPECT_LT(clock.Read().steady, high_water + absl::Minutes(1));
}

TEST(SystemClock, ResumeOfADamagedOriginOfTheSameBootNeverGoesBackEither) {
  SystemClock clock;
  const SteadyTime high_water = clock.Read().steady;
  clock.Resume(ClockOrigin{clock.origin().boot_id, 0}, high_water);
  EXPECT_GE(clock.Read().steady, high_water);
}

TEST(SystemClock, ResumeOfAnUnknownBootIsNotTakenForTheSameOne) {
  SystemClock clock;
  const ClockOrigin own = clock.origin();
  clock.Resume(ClockOrigin{"", -12345}, SteadyTime::Never());
  EXPECT_EQ(clock.origin().offset_us, own.offset_us);
}

TEST(SystemClock, AnOriginGoesThroughSeveralProcesses) {
  SystemClock first;
  first.Resume(ClockOrigin{"another boot", 0}, first.Read().steady + absl::Hours(3));
  const SteadyTime written = first.Read().steady;
  SystemClock second;
  second.Resume(first.origin(), written);
  EXPECT_EQ(second.origin().offset_us, first.origin().offset_us);
  EXPECT_GE(second.Read().steady, written);
}

}  // namespace
}  // namespace quiesce
