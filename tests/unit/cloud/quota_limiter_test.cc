#include "daemon/cloud/quota_limiter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::QuotaWindow;
using Policy = QuotaWindow::Policy;

constexpr SteadyTime kStart = SteadyTime::FromMicros(1'000'000);
constexpr CallUse kUses[] = {CallUse::kNeededList, CallUse::kIdleList, CallUse::kStop};

const QuotaWindow kUser = {Policy::kUser, 200, absl::Minutes(5)};
const QuotaWindow kIp = {Policy::kIp, 5, absl::Seconds(1)};

// A limiter, and the time.
class QuotaLimiterTest : public testing::Test {
 protected:
  void Make(double reserve, std::optional<QuotaWindow> told = std::nullopt,
            int max_in_flight = 16) {
    QuotaLimiter::Options options;
    options.reserve = reserve;
    options.told = told;
    options.max_in_flight = max_in_flight;
    limiter_.emplace(options);
  }

  static QuotaLimiter::Answer Served() { return {CallClass::kAccepted, true, {}, {}}; }
  static QuotaLimiter::Answer Refused(std::optional<QuotaWindow> window = std::nullopt,
                                      std::optional<absl::Duration> retry_after = std::nullopt) {
    return {CallClass::kThrottled, true, window, retry_after};
  }

  int Stops(bool stops_wait = true) {
    return limiter_->Available(CallUse::kStop, stops_wait, now_);
  }
  SteadyTime ReadyAt(CallUse use = CallUse::kStop, bool stops_wait = true) {
    return limiter_->ReadyAt(use, stops_wait, now_);
  }
  void Start(CallUse use = CallUse::kStop) { limiter_->Started(use, now_); }
  void End(const QuotaLimiter::Answer& answer, CallUse use = CallUse::kStop) {
    limiter_->Ended(use, now_, answer, now_);
  }
  void Call(const QuotaLimiter::Answer& answer, CallUse use = CallUse::kStop) {
    Start(use);
    End(answer, use);
  }
  void Pass(absl::Duration time) { now_ = now_ + time; }
  // Makes so many calls as soon as each may start.
  void Serve(int calls) {
    for (int i = 0; i < calls; ++i) {
      if (Stops() == 0) now_ = ReadyAt();
      ASSERT_GT(Stops(), 0);
      Call(Served());
    }
  }

  std::optional<QuotaLimiter> limiter_;
  SteadyTime now_ = kStart;
};

TEST_F(QuotaLimiterTest, OtherOptionsKeepWhatWasLearned) {
  Make(0);
  Serve(200);
  Call(Refused(kUser));
  QuotaLimiter::Options options;
  options.reserve = 0.5;
  options.max_in_flight = 2;
  limiter_->SetOptions(options);
  EXPECT_EQ(limiter_->windows(), std::vector<QuotaWindow>{kUser});
  EXPECT_EQ(limiter_->used(now_), 200);
  EXPECT_EQ(Stops(), 0);
  Pass(absl::Minutes(6));
  EXPECT_EQ(Stops(), 2) << "as many as there are connections";
  for (int call = 0; call < 100; ++call) {
    ASSERT_GT(Stops(), 0) << call;
    Call(Served());
  }
  EXPECT_EQ(Stops(), 0) << "the other half is the reserve";
}

TEST_F(QuotaLimiterTest, AToldWindowGoesWithTheOptionsThatTellIt) {
  Make(0, kIp);
  EXPECT_EQ(limiter_->windows(), std::vector<QuotaWindow>{kIp});
  QuotaLimiter::Options options;
  options.told = kUser;
  limiter_->SetOptions(options);
  EXPECT_EQ(limiter_->windows(), std::vector<QuotaWindow>{kUser});
  limiter_->SetOptions({});
  EXPECT_TRUE(limiter_->windows().empty());
}

TEST_F(QuotaLimiterTest, BeginsWithAFewCallsAtATimeAndTakesMoreAsTheyAreServed) {
  Make(0);
  EXPECT_EQ(Stops(), limits::kFirstInFlight);
  Serve(limits::kFirstInFlight * limits::kRoundsPerStep);
  EXPECT_EQ(Stops(), limits::kFirstInFlight + 1);
  Serve(1000);
  EXPECT_EQ(Stops(), 16);
  for (int i = 0; i < 16; ++i) Start();
  EXPECT_EQ(Stops(), 0);
  EXPECT_TRUE(ReadyAt().is_infinite());
}

TEST_F(QuotaLimiterTest, NeverStartsMoreAtATimeThanItMay) {
  Make(0, std::nullopt, 1);
  EXPECT_EQ(Stops(), 1);
  Serve(1000);
  EXPECT_EQ(Stops(), 1);
}

TEST_F(QuotaLimiterTest, TakesNoCallForServedOfWhichNobodyKnows) {
  Make(0);
  for (int i = 0; i < 1000; ++i) {
    Call({CallClass::kUnknown, true, {}, {}});
    Call({CallClass::kTransient, true, {}, {}});
  }
  EXPECT_EQ(Stops(), limits::kFirstInFlight);
}

TEST_F(QuotaLimiterTest, KeepsAWindowThatIsNamed) {
  Make(0);
  Serve(5);
  Call(Refused(kIp));
  EXPECT_EQ(limiter_->throttled(), 1);
  EXPECT_EQ(limiter_->windows(), std::vector<QuotaWindow>{kIp});
  EXPECT_EQ(Stops(), 0);
  EXPECT_EQ(limiter_->used(now_), 5);
  // Ours explain it, so there is no pause beyond the window.
  EXPECT_EQ(ReadyAt(), now_ + absl::Seconds(1));
  Pass(absl::Seconds(1));
  EXPECT_GT(Stops(), 0);
  const SteadyTime begin = now_;
  Serve(50);
  EXPECT_GE(now_ - begin, absl::Seconds(9));
  EXPECT_LE(now_ - begin, absl::Seconds(10));
}

TEST_F(QuotaLimiterTest, CountsWhatWasSentBeforeTheWindowWasNamed) {
  Make(0);
  Serve(150);
  Pass(absl::Minutes(2));
  Serve(50);
  Call(Refused(kUser));
  EXPECT_EQ(ReadyAt(), kStart + absl::Minutes(5));
}

TEST_F(QuotaLimiterTest, KeepsSeveralWindowsAtOnceTheTightestFirst) {
  Make(0);
  Serve(5);
  Call(Refused(kIp));
  Serve(194);
  Call(Refused(kUser));
  EXPECT_EQ(limiter_->windows(), (std::vector<QuotaWindow>{kUser, kIp}));
  const SteadyTime begin = now_;
  Serve(400);
  EXPECT_GE(now_ - begin, absl::Minutes(5));
}

TEST_F(QuotaLimiterTest, LeavesAReserveToOthersButKeepsAListAndAStop) {
  const struct {
    int64_t calls;
    double reserve;
    int left;
  } kCases[] = {{200, 0, 200}, {200, 0.1, 180}, {5, 0.1, 4},     {10, 0.1, 9}, {11, 0.1, 9},
                {1, 0.1, 1},   {1, 0.9, 1},     {2, 0.1, 2},     {2, 0.9, 2},  {3, 0.1, 2},
                {10, 0.9, 2},  {200, 0.9, 20},  {200, 0.3, 140}, {10, 0.7, 3}};
  for (const auto& c : kCases) {
    Make(c.reserve, QuotaWindow{Policy::kUnsaid, c.calls, absl::Hours(1)}, 256);
    int served = 0;
    for (; Stops() > 0; ++served) Call(Served());
    EXPECT_EQ(served, c.left) << c.calls << " " << c.reserve;
  }
}

TEST_F(QuotaLimiterTest, CountsACallUntilAPeriodAfterItsEnd) {
  Make(0, kIp);
  const SteadyTime started = now_;
  Start();
  Pass(absl::Seconds(30));
  EXPECT_EQ(limiter_->used(now_), 1);
  limiter_->Ended(CallUse::kStop, started, Served(), now_);
  Pass(absl::Milliseconds(999));
  EXPECT_EQ(limiter_->used(now_), 1);
  Pass(absl::Milliseconds(1));
  EXPECT_EQ(limiter_->used(now_), 0);
}

TEST_F(QuotaLimiterTest, CountsNothingForACallThatWasNotSent) {
  Make(0, kIp);
  for (int i = 0; i < 100; ++i) Call({CallClass::kNone, false, {}, {}});
  EXPECT_EQ(limiter_->used(now_), 0);
  EXPECT_EQ(limiter_->in_flight(), 0);
  EXPECT_GT(Stops(), 0);
}

TEST_F(QuotaLimiterTest, WaitsAfterARefusalUntilNothingIsInFlight) {
  Make(0);
  Serve(100);
  Start();
  Start();
  Start();
  End(Refused(std::nullopt, absl::Seconds(2)));
  Pass(absl::Seconds(10));
  EXPECT_EQ(Stops(), 0);
  EXPECT_TRUE(ReadyAt().is_infinite());
  End(Served());
  EXPECT_TRUE(ReadyAt().is_infinite());
  End(Served());
  EXPECT_GT(Stops(), 0);
}

TEST_F(QuotaLimiterTest, ObeysRetryAfterWithinReason) {
  Make(0);
  Serve(100);
  Call(Refused(std::nullopt, absl::Seconds(17)));
  EXPECT_EQ(limiter_->paused_until(), now_ + absl::Seconds(17));
  for (const CallUse use : kUses) {
    EXPECT_EQ(limiter_->Available(use, false, now_), 0);
    EXPECT_EQ(ReadyAt(use, false), now_ + absl::Seconds(17));
  }
  Pass(absl::Seconds(17));
  EXPECT_GT(Stops(), 0);
  Call(Refused(std::nullopt, absl::Hours(1000)));
  EXPECT_EQ(limiter_->paused_until(), now_ + limits::kMaxThrottlePause);
  Pass(limits::kMaxThrottlePause);
  Call(Refused(std::nullopt, -absl::Seconds(5)));
  EXPECT_GT(limiter_->paused_until(), now_);
}

TEST_F(QuotaLimiterTest, PausesLongerWhilePausesDoNotHelp) {
  Make(0);
  Serve(1000);
  std::vector<absl::Duration> pauses;
  for (int i = 0; i < 6; ++i) {
    Call(Refused());
    pauses.push_back(ReadyAt() - now_);
    now_ = ReadyAt();
  }
  const std::vector<absl::Duration> expected = {absl::Minutes(1), absl::Minutes(2),
                                                absl::Minutes(4), absl::Minutes(5),
                                                absl::Minutes(5), absl::Minutes(5)};
  EXPECT_EQ(pauses, expected);
  Call(Served());
  Pass(absl::Minutes(1));
  Call(Refused());
  EXPECT_EQ(ReadyAt() - now_, absl::Minutes(1));
}

TEST_F(QuotaLimiterTest, HalvesWhatIsUnderWayAtARefusalThatSaysNothing) {
  Make(0);
  Serve(1000);
  EXPECT_EQ(Stops(), 16);
  for (int i = 0; i < 16; ++i) Start();
  for (int i = 0; i < 16; ++i) End(Refused());  // together, they are one reason
  now_ = ReadyAt();
  EXPECT_EQ(Stops(), 1);
  for (int i = 0; i < 8; ++i) {  // and apart from each other
    ASSERT_EQ(Stops(), 1);
    Start();
    EXPECT_EQ(Stops(), 0);
    if (i < 7) {
      EXPECT_EQ(ReadyAt(), now_ + limits::kFirstCallGap);
    }
    Pass(limits::kFirstCallGap);
  }
  EXPECT_TRUE(ReadyAt().is_infinite());
  for (int i = 0; i < 8; ++i) End(Served());
  Serve(200);
  EXPECT_GT(Stops(), 1);  // the gap has gone
}

TEST_F(QuotaLimiterTest, TakesWhatOthersLeaveOfAWindowAndAsksForMoreLater) {
  Make(0);
  Serve(50);
  Call(Refused(kUser));  // 150 are somebody else's
  const absl::Duration pause = ReadyAt() - now_;
  EXPECT_EQ(pause, kStart + absl::Minutes(5) - now_);  // 50 is all there is for us
  EXPECT_GT(limiter_->paused_until(), now_);
  now_ = ReadyAt();
  EXPECT_GT(Stops(), 0);
  const SteadyTime begin = now_;
  Serve(300);  // 150 of them at once, for the others may have gone, and all 200 later
  EXPECT_LE(now_ - begin, absl::Minutes(10));
}

TEST_F(QuotaLimiterTest, PausesEverLongerForAWindowThatOthersUseUp) {
  Make(0);
  Serve(3);
  std::vector<absl::Duration> pauses;
  const QuotaWindow second = {Policy::kIp, 100, absl::Seconds(1)};
  for (int i = 0; i < 9; ++i) {
    Call(Refused(second));
    pauses.push_back(limiter_->paused_until() - now_);
    now_ = ReadyAt();
  }
  EXPECT_EQ(pauses.front(), absl::Seconds(1));
  for (size_t i = 1; i < pauses.size(); ++i) {
    EXPECT_EQ(pauses[i], std::min(2 * pauses[i - 1], absl::Seconds(60)));
  }
}

TEST_F(QuotaLimiterTest, ReplacesAWindowOfTheSamePolicyAndPeriod) {
  Make(0);
  Serve(5);
  Call(Refused(kIp));
  Serve(20);
  Call(Refused(QuotaWindow{Policy::kIp, 3, absl::Seconds(1)}));
  EXPECT_EQ(limiter_->windows(), (std::vector<QuotaWindow>{{Policy::kIp, 3, absl::Seconds(1)}}));
  Call(Refused(QuotaWindow{Policy::kUser, 3, absl::Seconds(1)}));
  EXPECT_EQ(limiter_->windows().size(), 2U);
}

TEST_F(QuotaLimiterTest, KeepsABoundedNumberOfWindowsAndNeverLosesTheOneItWasTold) {
  Make(0, kUser);
  for (int i = 1; i <= 100; ++i) {
    Pass(absl::Seconds(1));
    Call(Refused(QuotaWindow{Policy::kIp, 5, absl::Seconds(i)}));
  }
  const std::vector<QuotaWindow> windows = limiter_->windows();
  EXPECT_EQ(windows.size(), limits::kMaxQuotaWindows);
  EXPECT_NE(std::find(windows.begin(), windows.end(), kUser), windows.end());
}

TEST_F(QuotaLimiterTest, ForgetsAfterADayWhatItLearnedAndIsCarefulAgain) {
  Make(0);
  Serve(5);
  Call(Refused(kIp));
  Serve(500);
  const SteadyTime named = kStart;
  now_ = named + limits::kQuotaMemory - absl::Microseconds(1);
  EXPECT_EQ(Stops(), 5);
  now_ = named + limits::kQuotaMemory;
  EXPECT_EQ(Stops(), limits::kFirstInFlight);
  Call(Served());
  EXPECT_TRUE(limiter_->windows().empty());
  EXPECT_EQ(Stops(), limits::kFirstInFlight);
}

TEST_F(QuotaLimiterTest, NeverForgetsWhatTheConfigurationSays) {
  Make(0, kIp);
  Pass(10 * limits::kQuotaMemory);
  Call(Served());
  EXPECT_EQ(limiter_->windows(), std::vector<QuotaWindow>{kIp});
}

TEST_F(QuotaLimiterTest, LeavesHalfToStopsWhenManyListsAreNeeded) {
  Make(0, QuotaWindow{Policy::kUser, 100, absl::Hours(1)}, 256);
  int lists = 0;
  for (; limiter_->Available(CallUse::kNeededList, true, now_) > 0; ++lists) {
    Call(Served(), CallUse::kNeededList);
  }
  EXPECT_EQ(lists, 50);
  EXPECT_EQ(ReadyAt(CallUse::kNeededList), now_ + absl::Hours(1));
  EXPECT_GT(Stops(), 0);
  // All of it while no stop waits for the quota.
  for (; limiter_->Available(CallUse::kNeededList, false, now_) > 0; ++lists) {
    Call(Served(), CallUse::kNeededList);
  }
  EXPECT_EQ(lists, 100);
}

TEST_F(QuotaLimiterTest, GivesIdleListsBetweenTwoAndTwentyPercent) {
  Make(0);
  EXPECT_TRUE(std::isinf(limiter_->IdleListsPerSecond(true)));
  Make(0.1, kUser);
  EXPECT_DOUBLE_EQ(limiter_->IdleListsPerSecond(true), 0.02 * 180 / 300);
  EXPECT_DOUBLE_EQ(limiter_->IdleListsPerSecond(false), 0.20 * 180 / 300);
  for (const bool stops_wait : {true, false}) {
    Make(0.1, kUser);
    now_ = kStart;
    int lists = 0;
    while (now_ < kStart + absl::Hours(5)) {
      if (limiter_->Available(CallUse::kIdleList, stops_wait, now_) > 0) {
        Call(Served(), CallUse::kIdleList);
        ++lists;
      }
      now_ = ReadyAt(CallUse::kIdleList, stops_wait);
    }
    const double share = lists / (5 * 12 * 180.0);
    EXPECT_NEAR(share, stops_wait ? 0.02 : 0.20, 0.001);
  }
}

TEST_F(QuotaLimiterTest, TellsWhenAStopWillStart) {
  Make(0, kUser, 256);
  EXPECT_EQ(limiter_->EtaOfStop(0, now_), now_);
  EXPECT_EQ(limiter_->EtaOfStop(199, now_), now_);
  EXPECT_EQ(limiter_->EtaOfStop(200, now_), now_ + absl::Minutes(5));
  EXPECT_EQ(limiter_->EtaOfStop(9999, now_), now_ + absl::Minutes(5) * 49);
  Serve(200);
  Pass(absl::Minutes(1));
  EXPECT_EQ(limiter_->EtaOfStop(0, now_), kStart + absl::Minutes(5));
  EXPECT_EQ(limiter_->EtaOfStop(200, now_), kStart + absl::Minutes(10));
}

TEST_F(QuotaLimiterTest, SaysThatNoMoreIsUsedThanThereIs) {
  Make(0);
  EXPECT_EQ(limiter_->used(now_), 0) << "no window is known";
  for (int call = 0; call < 20; ++call) Call(Served());
  for (int call = 0; call < 6; ++call) Start();
  const QuotaWindow window = {Policy::kUser, 20, absl::Minutes(1)};
  for (int call = 0; call < 6; ++call) End(Refused(window));
  EXPECT_EQ(limiter_->used(now_), 20);
  Pass(absl::Minutes(2));
  Call(Served());
  EXPECT_EQ(limiter_->used(now_), 1);
}

TEST_F(QuotaLimiterTest, TellsThatStopsWaitForAPause) {
  Make(0);
  Serve(100);
  Call(Refused(std::nullopt, absl::Minutes(3)));
  EXPECT_EQ(limiter_->EtaOfStop(0, now_), now_ + absl::Minutes(3));
}

TEST_F(QuotaLimiterTest, BelievesNoWindowThatMakesNoSense) {
  Make(0, QuotaWindow{Policy::kUser, 0, absl::Minutes(5)});
  EXPECT_TRUE(limiter_->windows().empty());
  Serve(3);
  Call(Refused(QuotaWindow{Policy::kUser, 5, absl::ZeroDuration()}));
  EXPECT_TRUE(limiter_->windows().empty());
  EXPECT_EQ(ReadyAt(), now_ + limits::kDefaultThrottlePause);
}

}  // namespace
}  // namespace quiesce::cloud
