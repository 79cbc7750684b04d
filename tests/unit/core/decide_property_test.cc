#include <algorithm>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/reason.h"
#include "gtest/gtest.h"
#include "tests/unit/core/decide_scene.h"
#include "tests/unit/core/random_scene.h"

namespace quiesce::core {
namespace {

// --- an independent statement of when a call may be made -----------------------------------------

bool HeldByAny(const Scene& s) {
  for (const auto& [id, hold] : s.holds.all()) {
    const bool covers =
        hold.scope == HoldScope::kFleet ||
        (hold.scope == HoldScope::kInstance && hold.instance == s.record.key) ||
        (hold.scope == HoldScope::kProject && hold.project_id == s.record.key.project_id) ||
        (hold.scope == HoldScope::kWorkspace && hold.workspace == s.record.desired->workspace);
    if (covers && s.now.wall < hold.expires && s.now.wall < hold.ended) return true;
  }
  return false;
}

// Whatever lists have shown since.
bool WasNotRefused(const Attempt& a) {
  return a.outcome == Outcome::kAccepted || a.outcome == Outcome::kUnknown ||
         a.call_class == CallClass::kAlreadyInState || a.call_class == CallClass::kBlocked;
}

bool MayHaveHadEffect(const Attempt& a) { return !a.resolved && WasNotRefused(a); }

bool WasRefusedBeforeTheService(const Attempt& a) {
  return a.outcome == Outcome::kNotSent || a.call_class == CallClass::kAuth ||
         a.call_class == CallClass::kForbidden || a.call_class == CallClass::kThrottled;
}

bool WasSent(const Attempt& a) {
  return a.outcome == Outcome::kAccepted || a.outcome == Outcome::kRejected ||
         a.outcome == Outcome::kUnknown;
}

bool GatesAreOpen(const Scene& s) {
  const InstanceRecord& r = s.record;
  int recent = 0;
  for (const SteadyTime intent : r.history.intents) {
    if (s.now.steady - intent < absl::Hours(1)) ++recent;
  }
  return r.desired && r.attempt.outcome != Outcome::kOpen && !r.desired->policy.is_protected &&
         r.desired->policy.enforcement != Enforcement::kObserve && !HeldByAny(s) && recent < 12 &&
         s.now.steady >= r.history.next_attempt && s.now.steady >= s.throttled_until &&
         (!s.endpoint_down || s.settings.mode == ObservationMode::kNone);
}

bool ListsAllowACall(const Scene& s) {
  const InstanceRecord& r = s.record;
  const Desired& d = *r.desired;
  const Observation& o = r.observation;
  const absl::Duration age = s.now.steady - s.freshness.list_started;
  const SteadyTime settled = r.attempt.ended + s.settings.timing.settle;
  if (o.presence != Presence::kPresent) return false;
  if (o.state != PowerState::kRunning && o.state != PowerState::kPartial) return false;
  if (!d.policy.asserted_name.empty() && d.policy.asserted_name != o.cloud_name) return false;
  if (s.freshness.last_seq <= s.freshness.process_floor_seq) return false;
  if (s.freshness.last_seq <= d.adopted_floor_seq) return false;
  if (age > BoundOf(s)) return false;
  if (age > std::max(s.settings.timing.look_max_age, 2 * s.freshness.list_took)) return false;
  if (WasNotRefused(r.attempt) && s.freshness.list_started < settled) return false;
  if (!WasRefusedBeforeTheService(r.attempt) && s.freshness.last_seq <= r.attempt.floor_seq) {
    return false;
  }
  if (o.state == PowerState::kPartial && WasSent(r.attempt) && s.now.steady < settled) return false;
  if (r.history.stopped_generation != d.generation) return true;
  return d.policy.enforcement == Enforcement::kContinuous &&
         (MayHaveHadEffect(r.attempt) || s.now.steady - o.start_seen >= d.policy.start_grace);
}

bool RecordsAllowACall(const Scene& s) {
  const InstanceRecord& r = s.record;
  const Attempt& a = r.attempt;
  if (r.history.stopped_generation == r.desired->generation) return false;
  if (a.outcome == Outcome::kAccepted && a.generation == r.desired->generation) return false;
  const bool failed = r.history.failures > 0;
  const bool unclear = MayHaveHadEffect(a) || (failed && a.call_class == CallClass::kTransient &&
                                               a.outcome == Outcome::kRejected);
  if (unclear && r.history.failures >= 5) return false;
  return !unclear || s.now.steady >= a.ended + s.settings.timing.settle;
}

bool MayCall(const Scene& s) {
  if (!s.record.desired || !GatesAreOpen(s)) return false;
  if (s.settings.mode == ObservationMode::kList) return ListsAllowACall(s);
  return s.settings.mode == ObservationMode::kNone && RecordsAllowACall(s);
}

bool MayLatch(const Scene& s) {
  const InstanceRecord& r = s.record;
  if (!r.desired || r.attempt.outcome == Outcome::kOpen) return false;
  if (s.settings.mode == ObservationMode::kNone) {
    return r.attempt.outcome == Outcome::kAccepted && r.attempt.generation == r.desired->generation;
  }
  return s.settings.mode == ObservationMode::kList &&
         r.observation.presence == Presence::kPresent &&
         r.observation.state == PowerState::kStopped &&
         s.freshness.last_seq > s.freshness.process_floor_seq &&
         s.freshness.last_seq > r.desired->adopted_floor_seq &&
         s.freshness.last_seq > r.desired->floor_seq &&
         s.freshness.last_seq > r.attempt.floor_seq &&
         s.now.steady - s.freshness.list_started <= BoundOf(s);
}

// --- properties ----------------------------------------------------------------------------------

bool Same(const Decision& a, const Decision& b) {
  return a.action == b.action && a.phase == b.phase && a.reason == b.reason && a.needs == b.needs;
}

TEST(Decide, CallsExactlyWhenEverythingAllowsIt) {
  int calls = 0;
  int unobserved = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Decision decision = scene.Decide();
    ASSERT_EQ(decision.action == Action::kCall, MayCall(scene)) << Describe(seed, decision);
    if (decision.action != Action::kCall) continue;
    ++calls;
    if (scene.settings.mode == ObservationMode::kNone) ++unobserved;
  }
  EXPECT_GT(calls, 1000) << "the property must be tried on calls too";
  EXPECT_GT(unobserved, 100);
}

TEST(Decide, LatchesOnlyWhatAListMayVouchForOrWasAccepted) {
  int latches = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Decision decision = scene.Decide();
    if (decision.action != Action::kLatch) continue;
    ++latches;
    ASSERT_TRUE(MayLatch(scene)) << Describe(seed, decision);
    ASSERT_EQ(decision.phase, Phase::kStopped) << Describe(seed, decision);
  }
  EXPECT_GT(latches, 500);
}

TEST(Decide, SaysStoppedOnlyByFreshEvidenceForThisGenerationOrAsAssumed) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Decision decision = scene.Decide();
    if (decision.phase != Phase::kStopped) continue;
    if (scene.settings.mode == ObservationMode::kNone) {
      ASSERT_EQ(decision.reason, Reason::kAssumed) << Describe(seed, decision);
    } else {
      ASSERT_EQ(decision.reason, Reason::kConverged) << Describe(seed, decision);
      ASSERT_TRUE(MayLatch(scene)) << Describe(seed, decision);
    }
  }
}

TEST(Decide, IsValidUntilLaterThanNow) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Decision decision = scene.Decide();
    ASSERT_GT(decision.valid_until, scene.now.steady) << Describe(seed, decision);
  }
}

TEST(Decide, IsDeterministic) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Scene scene = RandomScene(seed);
    const Scene copy = RandomScene(seed);
    const Decision decision = scene.Decide();
    ASSERT_TRUE(Same(decision, scene.Decide())) << Describe(seed, decision);
    ASSERT_TRUE(Same(decision, copy.Decide())) << Describe(seed, decision);
    ASSERT_EQ(decision.valid_until, copy.Decide().valid_until) << Describe(seed, decision);
  }
}

// When the last list becomes too old for what is decided now. Lists come by the clock of the
// project, not of the instance, so this is no part of valid_until.
SteadyTime ListGrowsOldAt(const Scene& s, const Decision& d) {
  if (s.settings.mode != ObservationMode::kList || !s.record.desired) return SteadyTime::Infinite();
  const absl::Duration age = s.now.steady - s.freshness.list_started;
  const absl::Duration look_age =
      std::max(s.settings.timing.look_max_age, 2 * s.freshness.list_took);
  absl::Duration limit = BoundOf(s);
  if (d.action == Action::kCall) limit = std::min(limit, look_age);
  return age > limit ? SteadyTime::Infinite() : s.freshness.list_started + limit + kTick;
}

TEST(Decide, HoldsUntilItsTimeComesOrTheListGrowsOld) {
  int changed = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    Scene scene = RandomScene(seed);
    const Now now = scene.now;
    const Decision decision = scene.Decide();
    const SteadyTime end = std::min(decision.valid_until, ListGrowsOldAt(scene, decision));
    auto at = [&](absl::Duration after) {
      scene.now = Now{now.wall + after, now.steady + after};
      return scene.Decide();
    };
    const absl::Duration lasts = std::min(end - now.steady, absl::Hours(48));
    for (const absl::Duration after : {lasts / 7, lasts / 2, lasts - kTick}) {
      const absl::Duration whole = std::max(absl::Trunc(after, kTick), absl::ZeroDuration());
      ASSERT_TRUE(Same(decision, at(whole))) << Describe(seed, decision) << " after " << whole;
    }
    if (end == decision.valid_until && !end.is_infinite() && !Same(decision, at(lasts))) ++changed;
  }
  EXPECT_GT(changed, 1000) << "times must matter";
}

TEST(Decide, NeverCallsAgainBeforeAnAmbiguousCallIsSettled) {
  int ambiguous = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    Scene scene = RandomScene(seed);
    if (!scene.record.desired || !MayHaveHadEffect(scene.record.attempt)) continue;
    ++ambiguous;
    const SteadyTime settled = scene.record.attempt.ended + scene.settings.timing.settle;
    scene.now.wall += settled - kTick - scene.now.steady;
    scene.now.steady = settled - kTick;
    scene.freshness.list_started = std::min(scene.freshness.list_started, scene.now.steady);
    ASSERT_NE(scene.Decide().action, Action::kCall) << Describe(seed, scene.Decide());
  }
  EXPECT_GT(ambiguous, 1000);
}

}  // namespace
}  // namespace quiesce::core
