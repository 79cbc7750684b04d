#include "daemon/config/yaml/duration.h"

#include <string>

#include "gtest/gtest.h"

namespace quiesce::yaml {
namespace {

TEST(DurationTest, Reads) {
  EXPECT_EQ(*ParseDuration("15m"), absl::Minutes(15));
  EXPECT_EQ(*ParseDuration("90s"), absl::Seconds(90));
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("1d2h3m4s5ms"),
            absl::Hours(26) + absl::Minutes(3) + absl::Milliseconds(4005));
  EXPECT_EQ(*ParseDuration("0s"), absl::ZeroDuration());
  EXPECT_EQ(*ParseDuration("1000000000d"), absl::Hours(24) * 1000000000);
}

TEST(DurationTest, Refuses) {
  for (const char* text :
       {"", "m", "15", "1h30", "15 m", " 15m", "15m ", "-5m", "+5m", "1.5h", "5M", "30m1h", "1m1m",
        "5x", "1us", "inf", "5ms1s", "99999999999999999999s"}) {
    const absl::StatusOr<absl::Duration> duration = ParseDuration(text);
    EXPECT_FALSE(duration.ok()) << text;
  }
  EXPECT_EQ(ParseDuration("15").status().message(),
            "\"15\" has no unit, write a duration like 90s, 15m or 1h30m");
}

}  // namespace
}  // namespace quiesce::yaml
