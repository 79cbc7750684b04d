#include "daemon/rpc/convert_time.h"

#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

google::protobuf::Duration Duration(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

google::protobuf::Timestamp Timestamp(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

TEST(ConvertTime, TimesComeBackToTheMicrosecond) {
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixMicros(1700000000123456), absl::FromUnixMicros(-1)}) {
    const auto converted = ToTimestamp(time);
    ASSERT_TRUE(converted);
    EXPECT_GE(converted->nanos(), 0);
    EXPECT_EQ(FromProto(*converted), time);
  }
}

TEST(ConvertTime, WhatATimestampCannotSayIsAbsent) {
  EXPECT_FALSE(ToTimestamp(absl::InfiniteFuture()));
  EXPECT_FALSE(ToTimestamp(absl::InfinitePast()));
  EXPECT_FALSE(ToTimestamp(absl::FromUnixSeconds(253402300800)));
}

TEST(ConvertTime, BadTimestampsAreNone) {
  EXPECT_TRUE(FromProto(Timestamp(0, 999999999)));
  for (const auto& bad : {Timestamp(0, -1), Timestamp(0, 1000000000), Timestamp(253402300800, 0),
                          Timestamp(-62135596801, 0), Timestamp(INT64_MAX, 0)}) {
    EXPECT_FALSE(FromProto(bad));
  }
}

TEST(ConvertTime, DurationsComeBack) {
  for (const absl::Duration duration :
       {absl::ZeroDuration(), absl::Milliseconds(1500), -absl::Milliseconds(1500),
        absl::Hours(24 * 92), absl::Microseconds(1)}) {
    EXPECT_EQ(FromProto(ToProtoDuration(duration)), duration);
  }
  EXPECT_EQ(ToProtoDuration(absl::InfiniteDuration()).seconds(), 315576000000);
  EXPECT_EQ(ToProtoDuration(-absl::InfiniteDuration()).seconds(), -315576000000);
}

TEST(ConvertTime, BadDurationsAreNone) {
  for (const auto& bad :
       {Duration(1, -1), Duration(-1, 1), Duration(0, 1000000000), Duration(0, -1000000000),
        Duration(315576000001, 0), Duration(-315576000001, 0), Duration(INT64_MIN, 0)}) {
    EXPECT_FALSE(FromProto(bad));
  }
}

}  // namespace
}  // namespace quiesce::rpc
