#include "tests/unit/core/random_scene.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/reason.h"

namespace quiesce::core {
namespace {

class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}
  bool OneIn(uint64_t n) { return random_.Next() % n == 0; }
  template <typename T>
  T Of(std::initializer_list<T> values) {
    return values.begin()[random_.Next() % values.size()];
  }
  // Around a limit as often as far from it.
  absl::Duration Around(absl::Duration limit) {
    return Of({absl::ZeroDuration(), limit / 3, limit - kTick, limit, limit + kTick, 4 * limit});
  }
  int Upto(int max) { return static_cast<int>(random_.Next() % static_cast<uint64_t>(max + 1)); }

 private:
  SeededRandom random_;
};

void RollDeclaration(Dice& dice, Scene& s) {
  Desired& d = *s.record.desired;
  d.policy.enforcement = dice.Of({Enforcement::kContinuous, Enforcement::kContinuous,
                                  Enforcement::kOnce, Enforcement::kOnce, Enforcement::kObserve});
  d.policy.is_protected = dice.OneIn(10);
  d.policy.asserted_name = dice.Of<std::string>({"", "", "", "om-1", "om-2"});
  d.policy.start_grace = dice.Of({absl::Minutes(15), absl::ZeroDuration(), absl::Hours(2)});
  if (dice.OneIn(8)) d.adopted_floor_seq = dice.Of<int64_t>({109, 110, 111});
  d.floor_seq = std::max(d.adopted_floor_seq, dice.Of<int64_t>({105, 105, 109, 110}));
  s.record.history.stopped_generation = dice.Of<int64_t>({0, 2, 2, 3});
}

void RollObservation(Dice& dice, Scene& s) {
  Observation& o = s.record.observation;
  o.state = dice.Of({PowerState::kRunning, PowerState::kRunning, PowerState::kRunning,
                     PowerState::kPartial, PowerState::kPartial, PowerState::kStopped,
                     PowerState::kStopped, PowerState::kStopping, PowerState::kBusy,
                     PowerState::kUnavailable, PowerState::kUnknown});
  o.since = s.Ago(dice.Around(dice.Of({s.record.desired->policy.start_grace, absl::Minutes(15),
                                       absl::Minutes(30), absl::Minutes(9)})));
  o.start_seen = dice.OneIn(4) ? o.since - absl::Minutes(7) : o.since;
  if (dice.OneIn(8)) {
    o.presence = dice.Of({Presence::kNever, Presence::kMissing, Presence::kSuspect});
    o.missing_lists = dice.Upto(3);
    o.shown_seq = dice.Of<int64_t>({0, 105, 106});
  }
  s.freshness.list_took = dice.Of({absl::Seconds(1), absl::Seconds(1), absl::Seconds(20)});
  s.freshness.interval = dice.Of({absl::ZeroDuration(), absl::Seconds(5), absl::Seconds(60)});
  if (dice.OneIn(2)) {
    s.freshness.list_started =
        s.Ago(dice.Around(dice.Of({absl::Seconds(30), absl::Seconds(40), BoundOf(s)})));
  }
  if (dice.OneIn(10)) s.RestartedAgo(dice.Around(3 * BoundOf(s)));
}

void RollAttempt(Dice& dice, Scene& s) {
  if (dice.OneIn(3)) return;
  const auto outcome = dice.Of({Outcome::kOpen, Outcome::kNotSent, Outcome::kAccepted,
                                Outcome::kAccepted, Outcome::kRejected, Outcome::kRejected,
                                Outcome::kRejected, Outcome::kUnknown, Outcome::kUnknown});
  CallClass call_class = CallClass::kNone;
  if (outcome == Outcome::kAccepted) call_class = CallClass::kAccepted;
  if (outcome == Outcome::kUnknown) {
    call_class = dice.Of({CallClass::kUnknown, CallClass::kMalformed, CallClass::kTransient});
  }
  if (outcome == Outcome::kNotSent) call_class = dice.Of({CallClass::kNone, CallClass::kTransient});
  if (outcome == Outcome::kRejected) {
    call_class = dice.Of({CallClass::kAlreadyInState, CallClass::kBlocked, CallClass::kThrottled,
                          CallClass::kAuth, CallClass::kForbidden, CallClass::kNotFound,
                          CallClass::kTransient, CallClass::kTransient, CallClass::kPermanent});
  }
  const absl::Duration settle = s.settings.timing.settle;
  const absl::Duration list_age = s.now.steady - s.freshness.list_started;
  s.Called(outcome, call_class,
           dice.OneIn(2) ? dice.Around(settle) : list_age + dice.Around(settle),
           dice.Of({0, 1, 1, 2, 3, 4, 5, 6}));
  Attempt& a = s.record.attempt;
  if (outcome != Outcome::kOpen && dice.OneIn(6)) a.resolved = true;
  a.floor_seq = dice.Of<int64_t>({105, 109, 109, 109, 110});
  a.generation = dice.Of<int64_t>({0, 2, 3, 3});
  if (dice.OneIn(3)) s.record.history.next_attempt = s.In(dice.Of({-kTick, kTick, absl::Hours(1)}));
  if (dice.OneIn(3)) s.record.history.next_attempt = s.now.steady;
}

void RollGates(Dice& dice, Scene& s) {
  if (dice.OneIn(6)) {
    s.Put(dice.Of({HoldScope::kInstance, HoldScope::kWorkspace, HoldScope::kProject,
                   HoldScope::kFleet}),
          dice.Of({-absl::Hours(1), absl::ZeroDuration(), absl::Nanoseconds(1), absl::Hours(1)}));
  }
  if (dice.OneIn(6)) {
    Hold other;
    other.id = "other";
    other.scope = dice.Of({HoldScope::kInstance, HoldScope::kWorkspace, HoldScope::kProject});
    other.instance = InstanceKey{"project", "other"};
    other.workspace = "risk";
    other.project_id = "other";
    other.expires = s.now.wall + absl::Hours(1);
    s.holds.Put(other);
  }
  s.list_refused = dice.OneIn(6);
  s.endpoint_down = dice.OneIn(12);
  if (dice.OneIn(6)) s.quota_until = s.In(dice.Of({-kTick, absl::ZeroDuration(), kTick}));
  if (dice.OneIn(6)) s.throttled_until = s.In(dice.Of({-kTick, absl::ZeroDuration(), kTick}));
  if (dice.OneIn(5)) {
    const int calls = dice.Of({10, 11, 12});
    const SteadyTime first = s.Ago(dice.Around(absl::Hours(1)));
    std::vector<SteadyTime> intents(static_cast<size_t>(calls), s.Ago(absl::Minutes(1)));
    intents.front() = std::min(first, intents.back());
    s.record.history.intents = std::move(intents);
  }
}

}  // namespace

Scene RandomScene(uint64_t seed) {
  Dice dice(seed);
  Scene scene;
  RollDeclaration(dice, scene);
  RollObservation(dice, scene);
  if (dice.OneIn(5)) scene.settings.mode = ObservationMode::kNone;
  if (dice.OneIn(50)) scene.settings.mode = ObservationMode::kUnconfigured;
  RollAttempt(dice, scene);
  RollGates(dice, scene);
  if (dice.OneIn(30)) scene.record.desired.reset();
  return scene;
}

absl::Duration BoundOf(const Scene& s) {
  const absl::Duration interval = s.freshness.interval == absl::ZeroDuration()
                                      ? s.settings.timing.list_idle
                                      : s.freshness.interval;
  return 3 * std::max(interval, s.freshness.list_took);
}

std::string Describe(uint64_t seed, const Decision& d) {
  return "seed " + std::to_string(seed) + ": " + std::string(ToString(d.action)) + " " +
         std::string(ToString(d.phase)) + " " + std::string(ToString(d.reason));
}

}  // namespace quiesce::core
