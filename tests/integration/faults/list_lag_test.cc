// Lists that lag, counted at the cloud: a stop that took effect is never sent again while they lag
// less than settle, and at most once per settle beyond it.

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/integration/faults/faulty_cloud.h"

namespace quiesce::faults {
namespace {

// More than the backoff after one failure: it is the rule about evidence that is tried, not
// backoff.
constexpr absl::Duration kSettle = absl::Seconds(2);

core::ProjectSettings Timings() {
  core::ProjectSettings settings = ShortTimings();
  settings.timing.settle = kSettle;
  return settings;
}

class ListLagTest : public FaultyCloud, public testing::WithParamInterface<const char*> {
 protected:
  void SetLag(std::chrono::milliseconds lag) {
    dbss_sim::ApiSettings settings = sim_.api().settings();
    settings.list_lag = lag;
    sim_.api().SetSettings(settings);
  }
  // When the stop requests arrived, in the order in which they did.
  std::vector<dbss_sim::SimTime> StopTimes() {
    dbss_sim::RequestLog::Filter stops;
    stops.op = "stop";
    std::vector<dbss_sim::SimTime> times;
    for (const auto& entry : sim_.log().Entries(stops)) times.push_back(entry.arrived);
    return times;
  }
};

// However its answer was lost.
TEST_P(ListLagTest, BelowSettleNothingIsSentAgain) {
  SetLag(std::chrono::milliseconds(1600));
  Spoil("stop", GetParam(), 1);
  auto daemon = Start(Timings());
  ASSERT_TRUE(daemon->Declare().ok());
  EXPECT_TRUE(Converges(*daemon));
  EXPECT_EQ(StopRequests(), 1);
  EXPECT_EQ(StopsWithEffect(), 1);
}

TEST_P(ListLagTest, BeyondSettleItIsSentAtMostOncePerSettle) {
  SetLag(std::chrono::milliseconds(4500));
  Spoil("stop", GetParam(), 1);
  auto daemon = Start(Timings());
  ASSERT_TRUE(daemon->Declare().ok());
  EXPECT_TRUE(Converges(*daemon));
  const std::vector<dbss_sim::SimTime> times = StopTimes();
  EXPECT_GE(times.size(), 2U) << "the lag was not beyond settle";
  const auto settle = std::chrono::microseconds(absl::ToInt64Microseconds(kSettle));
  for (size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i] - times[i - 1], settle) << i;
  EXPECT_EQ(StopsWithEffect(), 1);
}

INSTANTIATE_TEST_SUITE_P(Answers, ListLagTest,
                         testing::Values(R"("kind":"delay","reply_delay_ms":1)",
                                         R"("kind":"close","effect":true)",
                                         R"("kind":"gateway_timeout","effect":true)",
                                         R"("kind":"error:DBSS.11000000","effect":true)",
                                         R"("kind":"error:DBSS.10020131","effect":true)",
                                         R"("kind":"result_failed","effect":true)",
                                         R"("kind":"empty","effect":true)"));

}  // namespace
}  // namespace quiesce::faults
