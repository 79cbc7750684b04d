#include "client/lib/duration.h"

#include "gtest/gtest.h"

namespace quiesce::client {
namespace {

TEST(DurationTest, BecomesAMessage) {
  EXPECT_EQ(ToProto(absl::Milliseconds(1500)).seconds(), 1);
  EXPECT_EQ(ToProto(absl::Milliseconds(1500)).nanos(), 500000000);
  EXPECT_EQ(ToProto(absl::ZeroDuration()).nanos(), 0);
  EXPECT_EQ(ToProto(absl::Milliseconds(-1500)).nanos(), -500000000);
}

TEST(DurationTest, ReadsBackAsItWas) {
  for (const absl::Duration duration : {absl::ZeroDuration(), absl::Nanoseconds(1),
                                        absl::Hours(24 * 92), absl::Milliseconds(-1500)}) {
    EXPECT_EQ(FromProto(ToProto(duration)), duration);
  }
}

}  // namespace
}  // namespace quiesce::client
