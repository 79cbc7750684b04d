#include "daemon/rpc/convert_instance.h"

#include <string>

#include "absl/time/time.h"
#include "daemon/core/decide.h"
#include "daemon/rpc/instance_view.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

// An instance that a list of ten seconds ago shows running, called before that for the second time.
class HistoryTest : public ::testing::Test {
 protected:
  HistoryTest() {
    settings_.timing.settle = absl::Seconds(30);
    freshness_.last_seq = 7;
    freshness_.list_started = now_.steady - absl::Seconds(10);
    record_.desired.emplace();
    record_.observation.presence = core::Presence::kPresent;
    record_.observation.state = core::PowerState::kRunning;
    record_.attempt.outcome = core::Outcome::kAccepted;
    record_.attempt.resolved = false;
    record_.history.failures = 2;
    record_.history.next_attempt = now_.steady + absl::Minutes(1);
  }

  v1::History HistoryAfterACallThatEnded(absl::Duration ago) {
    record_.attempt.ended = now_.steady - ago;
    const InstanceView view{record_, {settings_, freshness_, holds_}, "alpha", now_.wall, nullptr,
                            now_};
    return ToProto(view, core::Decision()).history();
  }

  const Now now_{absl::FromUnixSeconds(1700000000), SteadyTime::FromMicros(1700000000000000)};
  core::ProjectSettings settings_;
  core::ProjectFreshness freshness_;
  core::HoldIndex holds_;
  core::InstanceRecord record_;
};

TEST_F(HistoryTest, DoesNotShowAnAcceptedStopAsAFailureWhileItMayTakeEffect) {
  const v1::History history = HistoryAfterACallThatEnded(absl::Seconds(20));
  EXPECT_EQ(history.failures(), 1);
  EXPECT_FALSE(history.has_next_attempt_time());
}

TEST_F(HistoryTest, ShowsAnAcceptedStopThatHadNoEffectAsAFailure) {
  const v1::History history = HistoryAfterACallThatEnded(absl::Seconds(40));
  EXPECT_EQ(history.failures(), 2);
  EXPECT_TRUE(history.has_next_attempt_time());
}

}  // namespace
}  // namespace quiesce::rpc
