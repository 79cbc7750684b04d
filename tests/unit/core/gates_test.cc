#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/power_state.h"
#include "daemon/core/reason.h"
#include "gtest/gtest.h"
#include "tests/unit/core/decide_scene.h"
#include "tests/unit/core/random_scene.h"

namespace quiesce::core {
namespace {

const Gate* Find(const std::vector<Gate>& gates, const std::string& name) {
  for (const Gate& gate : gates) {
    if (gate.name == name) return &gate;
  }
  return nullptr;
}

TEST(ListGates, AreAllOpenForAnInstanceThatMayBeCalled) {
  const std::vector<Gate> gates = Scene().Gates();
  EXPECT_EQ(gates.size(), 9u);
  for (const Gate& gate : gates) EXPECT_EQ(gate.state, Gate::State::kOpen) << gate.name;
}

TEST(ListGates, AreNoneForAnUndeclaredInstance) {
  Scene s;
  s.record.desired.reset();
  EXPECT_TRUE(s.Gates().empty());
}

TEST(ListGates, ShowEveryClosedOneNotOnlyTheOneThatDecides) {
  Scene s;
  s.policy().is_protected = true;
  s.policy().asserted_name = "om-2";
  s.Latched();
  s.See(PowerState::kRunning, absl::Minutes(4));
  s.Put(HoldScope::kFleet, absl::Hours(2));
  s.history().next_attempt = s.In(absl::Seconds(9));
  s.history().intents.assign(12, s.Ago(absl::Minutes(20)));
  s.throttled_until = s.In(absl::Seconds(40));
  s.quota_until = s.In(absl::Minutes(12));
  s.endpoint_down = true;

  const std::vector<Gate> gates = s.Gates();
  EXPECT_EQ(Find(gates, "protected")->state, Gate::State::kBlocks);
  EXPECT_EQ(Find(gates, "name")->state, Gate::State::kBlocks);
  EXPECT_NE(Find(gates, "name")->detail.find("\"om-1\""), std::string::npos);
  EXPECT_EQ(Find(gates, "freeze")->state, Gate::State::kWaits);
  EXPECT_EQ(Find(gates, "freeze")->until, s.In(absl::Hours(2)));
  EXPECT_EQ(Find(gates, "start_grace")->until, s.In(absl::Minutes(11)));
  EXPECT_EQ(Find(gates, "backoff")->until, s.In(absl::Seconds(9)));
  EXPECT_EQ(Find(gates, "call_budget")->until, s.In(absl::Minutes(40)));
  EXPECT_EQ(Find(gates, "call_budget")->detail, "12 of 12 per hour");
  EXPECT_EQ(Find(gates, "throttle")->until, s.In(absl::Seconds(40)));
  EXPECT_EQ(Find(gates, "quota")->until, s.In(absl::Minutes(12)));
  EXPECT_EQ(Find(gates, "endpoint")->state, Gate::State::kWaits);
}

// --- setbacks ------------------------------------------------------------------------------------

// Called two seconds ago for the third time; the cloud accepted it, after two failures.
Scene AcceptedJustNow() {
  Scene s;
  s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(2), 3);
  s.history().next_attempt = s.In(absl::Minutes(2));
  return s;
}

// The last list began late enough to tell that the accepted call had no effect.
Scene AcceptedInVain() {
  Scene s = AcceptedJustNow();
  s.attempt().ended = s.Ago(s.settings.timing.settle + absl::Seconds(5));
  return s;
}

TEST(Setbacks, DoNotCountAnAcceptedCallThatMayStillHaveEffect) {
  const Scene s = AcceptedJustNow();
  EXPECT_EQ(s.Decide().reason, Reason::kAccepted);
  EXPECT_EQ(s.SetbacksShown().failures, 2);
  EXPECT_TRUE(s.SetbacksShown().next_attempt.is_never());
  EXPECT_EQ(Find(s.Gates(), "backoff")->state, Gate::State::kOpen);
}

TEST(Setbacks, DoNotCountItBeforeAListCanTell) {
  Scene s = AcceptedInVain();
  s.freshness.list_started = s.attempt().ended + s.settings.timing.settle - kTick;
  EXPECT_EQ(s.SetbacksShown().failures, 2);
  s = AcceptedInVain();
  s.attempt().floor_seq = s.freshness.last_seq;
  EXPECT_EQ(s.SetbacksShown().failures, 2);
}

TEST(Setbacks, DoNotCountItWhileAListShowsSomethingElseThanRunning) {
  for (const PowerState state : {PowerState::kStopping, PowerState::kStopped, PowerState::kBusy,
                                 PowerState::kUnavailable, PowerState::kUnknown}) {
    Scene s = AcceptedInVain();
    s.See(state);
    EXPECT_EQ(s.SetbacksShown().failures, 2) << ToString(state);
    EXPECT_EQ(Find(s.Gates(), "backoff")->state, Gate::State::kOpen) << ToString(state);
  }
  Scene s = AcceptedInVain();
  s.Missing(1);
  EXPECT_EQ(s.SetbacksShown().failures, 2);
}

TEST(Setbacks, CountAnAcceptedCallAfterWhichItStillRuns) {
  for (const PowerState state : {PowerState::kRunning, PowerState::kPartial}) {
    Scene s = AcceptedInVain();
    s.See(state);
    EXPECT_EQ(s.SetbacksShown().failures, 3);
    EXPECT_EQ(s.SetbacksShown().next_attempt, s.history().next_attempt);
    EXPECT_EQ(Find(s.Gates(), "backoff")->state, Gate::State::kWaits);
    EXPECT_EQ(Find(s.Gates(), "backoff")->detail, "3 failed in a row");
  }
}

TEST(Setbacks, CountEveryOtherCallAtOnce) {
  const std::vector<std::pair<Outcome, CallClass>> others = {
      {Outcome::kUnknown, CallClass::kUnknown},
      {Outcome::kRejected, CallClass::kAlreadyInState},
      {Outcome::kRejected, CallClass::kTransient}};
  for (const auto& [outcome, call_class] : others) {
    Scene s;
    s.Called(outcome, call_class, absl::Seconds(2), 1);
    s.history().next_attempt = s.In(absl::Minutes(2));
    EXPECT_EQ(s.SetbacksShown().failures, 1);
    EXPECT_EQ(Find(s.Gates(), "backoff")->state, Gate::State::kWaits);
  }
}

TEST(Setbacks, OfANewGenerationAreNoneWhateverWasAccepted) {
  Scene s = AcceptedJustNow();
  s.history().failures = 0;
  s.history().next_attempt = SteadyTime();
  EXPECT_EQ(s.SetbacksShown().failures, 0);
}

TEST(Setbacks, WithoutListsAreWhatWasRecorded) {
  Scene s = AcceptedJustNow();
  Unobserved(s);
  EXPECT_EQ(s.SetbacksShown().failures, 3);
}

// --- the gates against the table -----------------------------------------------------------------

TEST(ListGates, ShowTheOneThatDecides) {
  const std::map<Reason, std::string> gates = {
      {Reason::kProtected, "protected"},    {Reason::kHeld, "hold"},
      {Reason::kFrozen, "freeze"},          {Reason::kNameMismatch, "name"},
      {Reason::kStartGrace, "start_grace"}, {Reason::kBackoff, "backoff"},
      {Reason::kCallBudget, "call_budget"}};
  std::set<Reason> tried;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Decision decision = scene.Decide();
    const auto expected = gates.find(decision.reason);
    if (expected == gates.end()) continue;
    tried.insert(decision.reason);
    const std::vector<Gate> shown = scene.Gates();
    const Gate* gate = Find(shown, expected->second);
    ASSERT_NE(gate, nullptr) << Describe(seed, decision);
    ASSERT_NE(gate->state, Gate::State::kOpen) << Describe(seed, decision);
    if (!decision.valid_until.is_infinite()) {
      ASSERT_EQ(gate->until, decision.valid_until) << Describe(seed, decision);
    }
  }
  EXPECT_EQ(tried.size(), gates.size());
}

// A gate that explain shows closed must not be one that a call went through.
TEST(ListGates, AreOpenWheneverACallIsDue) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Decision decision = scene.Decide();
    if (decision.action != Action::kCall) continue;
    for (const Gate& gate : scene.Gates()) {
      // A call is due and queued, and its turn comes.
      if (gate.name == "quota" || gate.name == "endpoint") continue;
      ASSERT_EQ(gate.state, Gate::State::kOpen) << Describe(seed, decision) << " " << gate.name;
    }
  }
}

}  // namespace
}  // namespace quiesce::core
