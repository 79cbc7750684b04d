#include "daemon/cloud/quota_text.h"

#include <string>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using core::QuotaWindow;
using Policy = QuotaWindow::Policy;

std::optional<QuotaWindow> Limit(Policy policy, int64_t calls, absl::Duration period) {
  return QuotaWindow{policy, calls, period};
}

TEST(QuotaText, ReadsWhatGatewaysSay) {
  EXPECT_EQ(ParseQuotaText("The throttling threshold has been reached: policy user over "
                           "ratelimit,limit:200,time:5 minute"),
            Limit(Policy::kUser, 200, absl::Minutes(5)));
  EXPECT_EQ(ParseQuotaText("policy ip over ratelimit,limit:5,time:1 second"),
            Limit(Policy::kIp, 5, absl::Seconds(1)));
  EXPECT_EQ(ParseQuotaText("limit:60,time:1 minute"), Limit(Policy::kUnsaid, 60, absl::Minutes(1)));
  EXPECT_EQ(ParseQuotaText("policy api over ratelimit,limit:8000,time:1 hour"),
            Limit(Policy::kUnsaid, 8000, absl::Hours(1)));
}

TEST(QuotaText, DoesNotMindCasePluralsAndSpaces) {
  const auto limit = Limit(Policy::kUser, 200, absl::Minutes(5));
  EXPECT_EQ(ParseQuotaText("Policy USER over RateLimit, Limit : 200 , TIME: 5 Minutes."), limit);
  EXPECT_EQ(ParseQuotaText("policy\\tuser\n limit:200,\ttime:5minute (again)").has_value(), true);
  EXPECT_EQ(ParseQuotaText("policy user limit:200,time:300 seconds"), limit);
  EXPECT_EQ(ParseQuotaText("limit:3,time:2 hours"), Limit(Policy::kUnsaid, 3, absl::Hours(2)));
}

TEST(QuotaText, FindsNothingWhereNothingIsNamed) {
  for (const char* const text : {"",
                                 " ",
                                 "policy",
                                 "policy user",
                                 "too many requests",
                                 "limit",
                                 "limit:",
                                 "limit:5",
                                 "limit:5,time:",
                                 "limit:5,time:1",
                                 "limit:5,time:second",
                                 "limit:,time:1 second",
                                 "limit:5;time:1 second",
                                 "limit=5,time:1 second",
                                 "ratelimit:5,time:1 second",
                                 "limit:5,time:1 fortnight",
                                 "limit:-5,time:1 second",
                                 "limit:5,time:-1 second",
                                 "limit:5.5,time:1 second",
                                 "limit:5,time:1.5 second",
                                 "limit:five,time:1 second"}) {
    EXPECT_EQ(ParseQuotaText(text), std::nullopt) << text;
  }
}

TEST(QuotaText, RefusesLimitsFromWhichNothingFollows) {
  for (const char* const text :
       {"limit:0,time:1 second", "limit:5,time:0 second", "limit:1000001,time:1 second",
        "limit:5,time:25 hour", "limit:99999999999999999999,time:1 second",
        "limit:5,time:99999999999999999999 second", "limit:5,time:9223372036854775807 hour"}) {
    EXPECT_EQ(ParseQuotaText(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseQuotaText("limit:1000000,time:24 hour"),
            Limit(Policy::kUnsaid, limits::kMaxQuotaCalls, limits::kMaxQuotaPeriod));
}

TEST(QuotaText, BelievesTheFirstOfTwoLimits) {
  EXPECT_EQ(ParseQuotaText("policy ip limit:5,time:1 second, policy user limit:200,time:5 minute"),
            Limit(Policy::kIp, 5, absl::Seconds(1)));
}

TEST(QuotaText, SurvivesEveryTextAndEveryPartOfOne) {
  const std::string whole = "policy user over ratelimit,limit:200,time:5 minutes";
  for (size_t size = 0; size <= whole.size(); ++size) {
    const bool is_whole = size >= whole.size() - 1;
    EXPECT_EQ(ParseQuotaText(whole.substr(0, size)).has_value(), is_whole) << size;
  }
  SeededRandom random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text = whole;
    for (int changes = 0; changes < 3; ++changes) {
      text[random.Next() % text.size()] = static_cast<char>(random.Next());
    }
    const auto window = ParseQuotaText(text);
    if (!window) continue;
    EXPECT_GT(window->calls, 0);
    EXPECT_GT(window->period, absl::ZeroDuration());
    EXPECT_LE(window->period, limits::kMaxQuotaPeriod);
  }
}

}  // namespace
}  // namespace quiesce::cloud
