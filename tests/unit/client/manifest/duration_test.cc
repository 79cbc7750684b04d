#include "client/manifest/duration.h"

#include "gtest/gtest.h"

namespace quiesce::manifest {
namespace {

TEST(DurationTest, BecomesAMessage) {
  EXPECT_EQ(ToProto(absl::Milliseconds(1500)).seconds(), 1);
  EXPECT_EQ(ToProto(absl::Milliseconds(1500)).nanos(), 500000000);
  EXPECT_EQ(ToProto(absl::ZeroDuration()).nanos(), 0);
}

}  // namespace
}  // namespace quiesce::manifest
