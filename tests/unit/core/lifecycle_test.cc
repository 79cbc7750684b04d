// Decide and the transitions together: one instance through its whole life, first as a story, then
// as random walks with every kind of fault, whose invariants are checked after each step.

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/reason.h"
#include "daemon/core/transition.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

// One instance, the daemon's facts about it, and the list that is under way.
class Life {
 public:
  Life() {
    now_ = Now{absl::FromUnixSeconds(1700000000), SteadyTime::FromMicros(1700000000000000)};
    record.key = InstanceKey{"project", "instance"};
    freshness.process_started = now_.steady;
  }

  Decision Decide() const {
    return core::Decide(record, Surroundings{settings, freshness, holds}, now_);
  }
  const Now& now() const { return now_; }
  void Advance(absl::Duration d) {
    now_.wall += d;
    now_.steady = now_.steady + d;
  }

  void Declare(bool stop_effect) {
    Declaration declaration;
    declaration.workspace = "billing";
    declaration.policy = policy;
    core::Declare(record, declaration, "uid-" + std::to_string(++uids_), stop_effect, last_seq);
  }

  // A list starts; what it will show is fixed at once, as the cloud answers it.
  ListInfo BeginList() { return ListInfo{++last_seq, now_.steady}; }
  void EndList(const ListInfo& list, std::optional<PowerState> shown, bool suspect = false) {
    if (list.seq <= freshness.last_seq) return;
    if (shown) {
      ListedInstance listed;
      listed.instance_id = record.key.instance_id;
      listed.state = *shown;
      ObservePresent(record, listed, list);
    } else {
      ObserveMissing(record, suspect, list, freshness);
    }
    freshness.last_seq = list.seq;
    freshness.list_started = list.started;
    freshness.list_took = now_.steady - list.started;
    freshness.interval = settings.timing.list_active;
  }
  void List(PowerState shown) { EndList(BeginList(), shown); }

  void Begin() {
    BeginAttempt(record, "attempt-" + std::to_string(++attempts), 1, freshness.last_seq,
                 now_.steady);
  }
  void Finish(Outcome outcome, CallClass call_class) {
    CallResult result;
    result.outcome = outcome;
    result.call_class = call_class;
    FinishAttempt(record, result, settings, last_seq, now_.steady);
  }
  void Restart() {
    if (record.attempt.outcome == Outcome::kOpen) Finish(Outcome::kUnknown, CallClass::kUnknown);
    freshness.process_floor_seq = last_seq;
    freshness.process_started = now_.steady;
  }

  InstanceRecord record;
  ProjectSettings settings;
  ProjectFreshness freshness;
  HoldIndex holds;
  Policy policy;
  int64_t last_seq = 100;
  int attempts = 0;

 private:
  Now now_;
  int uids_ = 0;
};

// --- the story -----------------------------------------------------------------------------------

#define EXPECT_DECIDES(life, want_action, want_phase, want_reason) \
  do {                                                             \
    const Decision d = (life).Decide();                            \
    EXPECT_EQ(ToString(d.action), ToString(Action::want_action));  \
    EXPECT_EQ(ToString(d.phase), ToString(Phase::want_phase));     \
    EXPECT_EQ(ToString(d.reason), ToString(Reason::want_reason));  \
  } while (false)

TEST(Lifecycle, IsStoppedKeptStoppedAndLetGo) {
  Life life;
  EXPECT_DECIDES(life, kNone, kUnmanaged, kUnmanaged);
  life.Declare(true);
  EXPECT_DECIDES(life, kLook, kPending, kAwaitingLook);
  life.List(PowerState::kRunning);
  EXPECT_DECIDES(life, kCall, kPending, kCallDue);

  life.Begin();
  EXPECT_DECIDES(life, kNone, kStopping, kCallInFlight);
  life.Advance(absl::Seconds(1));
  life.Finish(Outcome::kAccepted, CallClass::kAccepted);
  life.Advance(absl::Seconds(4));
  life.List(PowerState::kRunning);  // the cloud's list lags
  EXPECT_DECIDES(life, kNone, kStopping, kAccepted);
  life.Advance(absl::Seconds(5));
  life.List(PowerState::kStopping);
  EXPECT_DECIDES(life, kNone, kStopping, kStopping);
  life.Advance(absl::Minutes(1));
  life.List(PowerState::kStopped);
  EXPECT_DECIDES(life, kLatch, kStopped, kConverged);
  Latch(life.record);
  EXPECT_DECIDES(life, kNone, kStopped, kConverged);

  life.Advance(absl::Hours(5));
  EXPECT_DECIDES(life, kLook, kStalled, kStale);
  life.List(PowerState::kRunning);  // somebody started it
  EXPECT_DECIDES(life, kNone, kDrifted, kStartGrace);
  life.Advance(absl::Minutes(15));
  EXPECT_DECIDES(life, kLook, kStalled, kStale);
  life.List(PowerState::kRunning);
  EXPECT_DECIDES(life, kCall, kDrifted, kCallDue);

  Release(life.record);
  EXPECT_DECIDES(life, kNone, kUnmanaged, kUnmanaged);
  EXPECT_EQ(life.attempts, 1);
}

TEST(Lifecycle, ACrashDuringTheCallLeadsToALookNotToASecondCall) {
  Life life;
  life.Declare(true);
  life.List(PowerState::kRunning);
  life.Begin();
  life.Advance(absl::Seconds(3));
  life.Restart();
  EXPECT_DECIDES(life, kLook, kPending, kAwaitingLook);
  life.List(PowerState::kRunning);
  EXPECT_DECIDES(life, kNone, kRetrying, kOutcomeUnknown);
  life.Advance(absl::Seconds(10));
  life.List(PowerState::kStopped);
  EXPECT_DECIDES(life, kLatch, kStopped, kConverged);
}

TEST(Lifecycle, AListThatBeganBeforeTheCallEndedSaysNothingAboutIt) {
  Life life;
  life.Declare(true);
  life.List(PowerState::kRunning);
  const ListInfo early = life.BeginList();
  life.Begin();
  life.Advance(absl::Seconds(1));
  life.Finish(Outcome::kRejected, CallClass::kTransient);
  life.EndList(early, PowerState::kRunning);
  life.Advance(absl::Seconds(2));
  EXPECT_DECIDES(life, kLook, kRetrying, kAwaitingLook);
  life.List(PowerState::kRunning);
  EXPECT_DECIDES(life, kCall, kRetrying, kCallDue);
}

// --- the walk ------------------------------------------------------------------------------------

class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {
    life_.policy.enforcement =
        Pick({Enforcement::kContinuous, Enforcement::kContinuous, Enforcement::kOnce});
    life_.policy.start_grace = Pick({absl::Minutes(15), absl::ZeroDuration()});
    if (Roll(4)) life_.settings.mode = ObservationMode::kNone;
    observed_ = life_.settings.mode == ObservationMode::kList;
  }

  void Step() {
    life_.Advance(Pick({absl::Milliseconds(1), absl::Seconds(1), absl::Seconds(7),
                        absl::Seconds(31), absl::Minutes(4)}));
    MoveTruth();
    switch (random_.Next() % 12) {
      case 0:
        life_.Declare(Roll(2));
        break;
      case 1:
        if (life_.record.desired && Roll(4)) Release(life_.record);
        break;
      case 2:
        if (life_.record.desired && Roll(3)) Reassert(life_.record, life_.last_seq);
        break;
      case 3:
        if (Roll(3)) life_.Restart();
        break;
      case 4:
        if (life_.record.desired) ChangePolicy();
        break;
      case 5:
      case 6:
        if (lists_.size() < 3) lists_.emplace_back(life_.BeginList(), Shown());
        break;
      case 7:
      case 8:
        EndAList();
        break;
      default:
        if (life_.record.attempt.outcome == Outcome::kOpen) FinishCall();
    }
    Obey(life_.Decide());
    Check();
  }

  // Faults stop: lists and calls work, and nobody starts it again.
  void Settle() {
    life_.policy.is_protected = false;
    life_.Declare(true);
    if (life_.record.attempt.outcome == Outcome::kOpen) FinishCall();
    lists_.clear();
    if (truth_ != PowerState::kStopped) truth_ = PowerState::kRunning;
    // What an operator does about something parked; also starts anew what was reported only.
    Reassert(life_.record, life_.last_seq);
    for (int i = 0; i < 3000 && !settled(); ++i) {
      life_.Advance(absl::Seconds(5));
      if (observed_) life_.List(truth_);
      const Decision decision = life_.Decide();
      if (decision.action == Action::kCall) {
        CheckCall();
        life_.Begin();
        sent_.push_back(life_.now().steady);
        life_.Finish(Outcome::kAccepted, CallClass::kAccepted);
        truth_ = PowerState::kStopped;
      }
      if (decision.action == Action::kLatch) Latch(life_.record);
      Check();
    }
  }

  bool settled() const {
    const Decision decision = life_.Decide();
    return decision.phase == Phase::kStopped && decision.action == Action::kNone;
  }
  int calls() const { return life_.attempts; }
  std::string Where() const {
    const Decision d = life_.Decide();
    return std::string(ToString(d.action)) + " " + std::string(ToString(d.phase)) + " " +
           std::string(ToString(d.reason));
  }

 private:
  bool Roll(uint64_t n) { return random_.Next() % n == 0; }
  template <typename T>
  T Pick(std::initializer_list<T> values) {
    return values.begin()[random_.Next() % values.size()];
  }

  void MoveTruth() {
    lagging_ = truth_;
    if (truth_ == PowerState::kStopping && Roll(3)) truth_ = PowerState::kStopped;
    if (Roll(10)) {
      truth_ = Pick({PowerState::kRunning, PowerState::kRunning, PowerState::kPartial,
                     PowerState::kStopped, PowerState::kBusy, PowerState::kUnavailable,
                     PowerState::kUnknown});
    }
  }

  void ChangePolicy() {
    life_.policy.is_protected = Roll(4);
    life_.Declare(Roll(2));
  }

  std::optional<PowerState> Shown() {
    if (Roll(8)) return std::nullopt;
    return Roll(4) ? lagging_ : truth_;
  }

  // Not always the oldest: answers overtake each other.
  void EndAList() {
    if (lists_.empty()) return;
    const size_t i = random_.Next() % lists_.size();
    const auto [info, shown] = lists_[i];
    lists_.erase(lists_.begin() + static_cast<std::ptrdiff_t>(i));
    const bool newest = info.seq > life_.freshness.last_seq;
    life_.EndList(info, shown, Roll(3));
    if (newest) last_shown_ = shown;
  }

  void FinishCall() {
    if (Roll(3)) truth_ = PowerState::kStopping;  // whatever the answer says
    switch (random_.Next() % 5) {
      case 0:
        life_.Finish(Outcome::kAccepted, CallClass::kAccepted);
        break;
      case 1:
        life_.Finish(Outcome::kUnknown, CallClass::kUnknown);
        break;
      case 2:
        life_.Finish(Outcome::kNotSent, Pick({CallClass::kNone, CallClass::kTransient}));
        sent_.pop_back();
        break;
      default:
        life_.Finish(Outcome::kRejected,
                     Pick({CallClass::kAlreadyInState, CallClass::kThrottled, CallClass::kAuth,
                           CallClass::kForbidden, CallClass::kNotFound, CallClass::kTransient,
                           CallClass::kPermanent}));
    }
  }

  void Obey(const Decision& decision) {
    if (decision.action == Action::kLatch) {
      if (observed_) {
        ASSERT_EQ(last_shown_, PowerState::kStopped);
      }
      Latch(life_.record);
      return;
    }
    if (decision.action != Action::kCall || Roll(3)) return;
    CheckCall();
    life_.Begin();
    sent_.push_back(life_.now().steady);
  }

  void CheckCall() {
    ASSERT_TRUE(life_.record.desired);
    ASSERT_FALSE(life_.record.desired->policy.is_protected);
    ASSERT_NE(life_.record.attempt.outcome, Outcome::kOpen);
    const auto recent = std::count_if(sent_.begin(), sent_.end(), [this](SteadyTime t) {
      return life_.now().steady - t < absl::Hours(1);
    });
    ASSERT_LT(recent, static_cast<std::ptrdiff_t>(limits::kMaxCallsPerInstanceHour));
  }

  void Check() {
    const InstanceRecord& r = life_.record;
    ASSERT_GE(r.observation.missing_lists, 0);
    ASSERT_LE(r.observation.missing_lists, limits::kListsUntilAbsent);
    ASSERT_LE(r.history.intents.size(), limits::kMaxCallsPerInstanceHour);
    ASSERT_TRUE(std::is_sorted(r.history.intents.begin(), r.history.intents.end()));
    ASSERT_LE(r.observation.list_seq, life_.last_seq);
    ASSERT_GT(life_.Decide().valid_until, life_.now().steady);
    CheckGeneration();
  }

  void CheckGeneration() {
    const InstanceRecord& r = life_.record;
    if (!r.desired) return;
    ASSERT_LE(r.history.stopped_generation, r.desired->generation);
    ASSERT_LE(r.desired->adopted_floor_seq, r.desired->floor_seq);
    if (uid_ == r.desired->uid) {
      ASSERT_GE(r.desired->generation, generation_);
      ASSERT_EQ(r.desired->adopted_floor_seq, adopted_floor_seq_);
    }
    uid_ = r.desired->uid;
    generation_ = r.desired->generation;
    adopted_floor_seq_ = r.desired->adopted_floor_seq;
  }

  SeededRandom random_;
  Life life_;
  bool observed_ = true;
  PowerState truth_ = PowerState::kRunning;
  PowerState lagging_ = PowerState::kRunning;
  std::vector<std::pair<ListInfo, std::optional<PowerState>>> lists_;
  std::optional<PowerState> last_shown_;  // by the newest complete list
  std::vector<SteadyTime> sent_;
  std::string uid_;
  int64_t generation_ = 0;
  int64_t adopted_floor_seq_ = 0;
};

TEST(Lifecycle, KeepsItsInvariantsThroughEveryFault) {
  int calls = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(seed);
    Walk walk(seed);
    for (int step = 0; step < 300; ++step) {
      walk.Step();
      if (HasFatalFailure()) return;
    }
    calls += walk.calls();
  }
  EXPECT_GT(calls, 2000);
}

TEST(Lifecycle, ConvergesOnceFaultsStop) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(seed);
    Walk walk(seed);
    for (int step = 0; step < 100; ++step) {
      walk.Step();
      if (HasFatalFailure()) return;
    }
    walk.Settle();
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_TRUE(walk.settled()) << walk.Where();
  }
}

}  // namespace
}  // namespace quiesce::core
