#include "tests/fakes/dbss_sim/quota_book.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/dbss_sim/latency.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class QuotaBookTest : public ::testing::Test {
 protected:
  QuotaBookTest() {
    quota_.limit = 2;
    quota_.period = seconds(10);
    quota_.counts = {Op::kList};
  }

  // Whether a list at that second is admitted.
  bool Admits(int second, Op op = Op::kList) {
    return !book_.Admit(Quota::Policy::kUser, op, "user", seconds(second), "id");
  }

  Quota quota_;
  QuotaBook book_;
};

TEST_F(QuotaBookTest, AFixedWindowBeginsAtAMultipleOfThePeriod) {
  book_.Set({quota_});
  EXPECT_TRUE(Admits(8));
  EXPECT_TRUE(Admits(9));
  EXPECT_FALSE(Admits(9));
  EXPECT_TRUE(Admits(10)) << "so twice the limit may come in little time";
  EXPECT_TRUE(Admits(10));
  EXPECT_FALSE(Admits(19));
  EXPECT_EQ(book_.uses()[0].admitted, 4);
  EXPECT_EQ(book_.uses()[0].refused, 2);
}

TEST_F(QuotaBookTest, ASlidingWindowAdmitsTheLimitInAnyPeriod) {
  quota_.window = Quota::Window::kSliding;
  book_.Set({quota_});
  EXPECT_TRUE(Admits(8));
  EXPECT_TRUE(Admits(9));
  EXPECT_FALSE(Admits(10));
  EXPECT_FALSE(Admits(17));
  EXPECT_TRUE(Admits(18));
  EXPECT_FALSE(Admits(18));
  EXPECT_TRUE(Admits(19));
}

TEST_F(QuotaBookTest, RefusedRequestsMayUseItUpToo) {
  quota_.window = Quota::Window::kSliding;
  quota_.counts_refused = true;
  book_.Set({quota_});
  EXPECT_TRUE(Admits(0));
  EXPECT_TRUE(Admits(0));
  EXPECT_FALSE(Admits(9));
  EXPECT_TRUE(Admits(10)) << "one of the last ten seconds";
  EXPECT_FALSE(Admits(11));
}

TEST_F(QuotaBookTest, OtherOperationsAndUsersHaveTheirOwn) {
  book_.Set({quota_});
  EXPECT_TRUE(Admits(0));
  EXPECT_TRUE(Admits(0));
  EXPECT_TRUE(Admits(0, Op::kStop));
  EXPECT_FALSE(book_.Admit(Quota::Policy::kUser, Op::kList, "other", seconds(0), "id"));
  EXPECT_FALSE(Admits(0));
}

TEST_F(QuotaBookTest, TheFirstQuotaThatIsUsedUpRefusesAndNoneCountsThat) {
  Quota wide = quota_;
  wide.limit = 3;
  wide.period = minutes(1);
  book_.Set({wide, quota_});
  EXPECT_TRUE(Admits(0));
  EXPECT_TRUE(Admits(0));
  EXPECT_FALSE(Admits(0)) << "the second";
  EXPECT_TRUE(Admits(10));
  EXPECT_FALSE(Admits(20)) << "the first";
  EXPECT_EQ(book_.uses()[0].refused, 1);
  EXPECT_EQ(book_.uses()[1].refused, 1);
}

TEST_F(QuotaBookTest, RetryAfterIsWhenThereIsRoom) {
  quota_.retry_after = true;
  for (const auto window : {Quota::Window::kFixed, Quota::Window::kSliding}) {
    quota_.window = window;
    book_.Set({quota_});
    Admits(3);
    Admits(4);
    const auto refused = book_.Admit(Quota::Policy::kUser, Op::kList, "user", seconds(6), "id");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->headers.back().first, "Retry-After");
    EXPECT_EQ(refused->headers.back().second, window == Quota::Window::kFixed ? "4" : "7");
  }
}

TEST_F(QuotaBookTest, TheTextHasTheLargestUnitThatFits) {
  const auto text = [this](std::chrono::microseconds period) {
    quota_.period = period;
    return PolicyText(quota_);
  };
  EXPECT_EQ(text(minutes(5)), "user over ratelimit,limit:2,time:5 minute");
  EXPECT_EQ(text(seconds(1)), "user over ratelimit,limit:2,time:1 second");
  EXPECT_EQ(text(seconds(90)), "user over ratelimit,limit:2,time:90 second");
  EXPECT_EQ(text(minutes(60)), "user over ratelimit,limit:2,time:1 hour");
  EXPECT_EQ(text(std::chrono::milliseconds(100)), "user over ratelimit,limit:2,time:1 second");
}

TEST(LatencyTest, EachDistributionStaysInItsBounds) {
  using D = Latency::Distribution;
  EXPECT_EQ((Latency{D::kFixed, seconds(2), {}}).Draw(0.9), seconds(2));
  const Latency uniform{D::kUniform, seconds(1), seconds(3)};
  EXPECT_EQ(uniform.Draw(0), seconds(1));
  EXPECT_EQ(uniform.Draw(0.5), seconds(2));
  const Latency exponential{D::kExponential, seconds(1), seconds(3)};
  EXPECT_EQ(exponential.Draw(0), seconds(0));
  EXPECT_NEAR(static_cast<double>(exponential.Draw(0.5).count()), 693147, 2);
  EXPECT_EQ(exponential.Draw(0.999), seconds(3)) << "the cap";
}

}  // namespace
}  // namespace quiesce::dbss_sim
