#include "daemon/core/decide.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/core/call_class.h"

namespace quiesce::core {
namespace {

// What one decision is made from, with the questions that several rows of the table ask.
struct Case {
  const InstanceRecord& record;
  const Desired& desired;
  const Surroundings& around;
  const Now& now;

  const Attempt& attempt() const { return record.attempt; }
  const Observation& seen() const { return record.observation; }
  const History& history() const { return record.history; }
  const ProjectFreshness& freshness() const { return around.freshness; }
  absl::Duration settle() const { return around.settings.timing.settle; }

  bool latched() const { return history().stopped_generation == desired.generation; }

  // The last call may have had effect, and no later observation has told yet.
  bool ambiguous() const { return !attempt().resolved && may_have_had_effect(); }
  bool may_have_had_effect() const {
    return MayHaveHadEffect(attempt().outcome, attempt().call_class);
  }
  SteadyTime settled_at() const { return attempt().ended + settle(); }
  SteadyTime grace_ends() const { return seen().start_seen + desired.policy.start_grace; }

  bool observed() const { return around.settings.mode == ObservationMode::kList; }
  // The cloud shows another instance under this id than the declaration means.
  bool misnamed() const {
    const std::string& asserted = desired.policy.asserted_name;
    return observed() && !asserted.empty() && asserted != seen().cloud_name;
  }
  // What was seen while there were lists counts for nothing when there are none.
  bool partial() const { return observed() && seen().state == PowerState::kPartial; }
};

bool Runs(PowerState state) {
  return state == PowerState::kRunning || state == PowerState::kPartial;
}

// Whether the last list began late enough to tell that the call had no effect.
bool IsSettledBy(const ProjectFreshness& freshness, const Attempt& attempt, absl::Duration settle) {
  return freshness.last_seq > attempt.floor_seq && freshness.list_started >= attempt.ended + settle;
}

Decision Make(Action action, Phase phase, Reason reason,
              SteadyTime valid_until = SteadyTime::Infinite()) {
  return Decision{action, phase, reason, NeedsOf(reason), valid_until};
}

// --- gates ---------------------------------------------------------------------------------------

// A word that somebody gave against the call.
std::optional<Decision> DecideGates(const Case& c) {
  if (c.desired.policy.is_protected) {
    return Make(Action::kNone, Phase::kWaiting, Reason::kProtected);
  }
  if (const Hold* hold = c.around.holds.Strongest(c.record.key, c.desired.workspace, c.now.wall)) {
    const Reason reason = hold->scope == HoldScope::kFleet ? Reason::kFrozen : Reason::kHeld;
    return Make(Action::kNone, Phase::kWaiting, reason, c.now.ToSteady(hold->expires));
  }
  if (c.misnamed()) return Make(Action::kNone, Phase::kStalled, Reason::kNameMismatch);
  return std::nullopt;
}

// The time at which the instance has calls left within the hour; Never if it has some now.
SteadyTime BudgetOpensAt(const History& history, SteadyTime now) {
  size_t recent = 0;
  SteadyTime opens = SteadyTime::Never();
  for (auto it = history.intents.rbegin(); it != history.intents.rend(); ++it) {
    if (*it + limits::kCallBudgetWindow <= now) break;
    if (++recent == limits::kMaxCallsPerInstanceHour) opens = *it + limits::kCallBudgetWindow;
  }
  return opens;
}

// Limits of speed: they open by themselves.
std::optional<Decision> DecidePacing(const Case& c) {
  if (c.around.throttled_until > c.now.steady) {
    return Make(Action::kNone, Phase::kWaiting, Reason::kThrottled, c.around.throttled_until);
  }
  const SteadyTime budget = BudgetOpensAt(c.history(), c.now.steady);
  if (budget > c.now.steady) {
    return Make(Action::kNone, Phase::kWaiting, Reason::kCallBudget, budget);
  }
  if (c.around.endpoint_down) {
    // Lists try the endpoint, where there are any; else a call has to, when its turn comes.
    return Make(c.observed() ? Action::kNone : Action::kCall, Phase::kWaiting,
                Reason::kEndpointDown);
  }
  return std::nullopt;
}

// A call that is due, and has to wait for its turn within the quota.
std::optional<Decision> DecideQuota(const Case& c, Action action,
                                    const std::optional<Reason>& stalled) {
  if (stalled || c.around.quota_until <= c.now.steady) return std::nullopt;
  return Make(action, Phase::kWaiting, Reason::kQuota, c.around.quota_until);
}

// --- failures ------------------------------------------------------------------------------------

// Why the failures so far need somebody; empty while they do not.
std::optional<Reason> StalledBy(const Case& c) {
  const int failures = c.history().failures;
  if (failures == 0) return std::nullopt;
  const CallClassRule& rule = RuleOf(c.attempt().call_class);
  const bool at_once = rule.stalls_after == 1;
  if (!at_once && c.partial() && failures >= limits::kPartialCallsUntilStalled) {
    return Reason::kPartialStuck;
  }
  if (failures >= rule.stalls_after) return rule.stalls_as;
  return std::nullopt;
}

// The last call did not work, and only a look could tell whether another one is needed. Not so
// after a clear refusal, nor when nothing was sent: those had no effect, and are retried for ever.
bool IsUnclear(const Case& c) {
  if (c.ambiguous()) return true;
  return c.history().failures > 0 && c.attempt().outcome == Outcome::kRejected &&
         RuleOf(c.attempt().call_class).effect == CallEffect::kUnlikely;
}

// Whether calls are at least the settle time apart, however soon backoff would allow the next: a
// pair that is half on may be in the middle of a failover, and what cannot be looked at needs the
// time to take effect.
bool IsSpaced(const Case& c) {
  const Outcome outcome = c.attempt().outcome;
  const bool called = outcome != Outcome::kNone && outcome != Outcome::kNotSent;
  return c.observed() ? c.partial() && called : IsUnclear(c);
}

SteadyTime NextCallAt(const Case& c) {
  const SteadyTime next = c.history().next_attempt;
  return IsSpaced(c) ? std::max(next, c.settled_at()) : next;
}

// Backoff, and what a stalled instance looks like between its slow retries.
std::optional<Decision> DecideBackoff(const Case& c, const std::optional<Reason>& stalled) {
  const SteadyTime next = NextCallAt(c);
  if (c.now.steady >= next) return std::nullopt;
  if (stalled) return Make(Action::kNone, Phase::kStalled, *stalled, next);
  return Make(Action::kNone, Phase::kRetrying, RuleOf(c.attempt().call_class).waits_as, next);
}

// --- observation: list ---------------------------------------------------------------------------

// No list that is fresh and started after the adoption: look; never call.
Decision DecideUnseen(const Case& c) {
  // The list has its turn: nobody needs to do anything.
  if (c.around.quota_until > c.now.steady) {
    return Make(Action::kLook, c.latched() ? Phase::kUnknown : Phase::kWaiting, Reason::kQuota,
                c.around.quota_until);
  }
  const SteadyTime unseen_since = c.freshness().listed_since_start()
                                      ? c.freshness().list_started
                                      : c.freshness().process_started;
  const SteadyTime stalls_at = unseen_since + limits::kStaleBoundsUntilStalled *
                                                  FreshnessBound(c.around.settings, c.freshness());
  if (c.now.steady >= stalls_at) {
    Decision decision = Make(Action::kLook, Phase::kStalled, Reason::kStale);
    decision.needs = Needs::kOperator;
    return decision;
  }
  if (c.latched()) return Make(Action::kLook, Phase::kUnknown, Reason::kStale, stalls_at);
  return Make(Action::kLook, Phase::kPending, Reason::kAwaitingLook, stalls_at);
}

Decision DecideMissing(const Case& c) {
  if (c.seen().missing_lists < limits::kListsUntilAbsent) {
    return Make(Action::kNone, Phase::kUnknown, Reason::kMissing);
  }
  const bool shown_since_adoption = c.seen().shown_seq > c.desired.adopted_floor_seq;
  return shown_since_adoption ? Make(Action::kNone, Phase::kGone, Reason::kGone)
                              : Make(Action::kNone, Phase::kStalled, Reason::kNotListed);
}

Decision DecideStopped(const Case& c) {
  const int64_t floor = std::max(c.desired.floor_seq, c.attempt().floor_seq);
  if (c.freshness().last_seq <= floor) {
    return Make(Action::kLook, c.latched() ? Phase::kUnknown : Phase::kPending,
                Reason::kAwaitingLook);
  }
  // Stopped, but not the one that was meant: that one may be running under another id.
  if (c.misnamed()) return Make(Action::kNone, Phase::kStalled, Reason::kNameMismatch);
  const bool settled = c.latched() && c.history().failures == 0 && c.attempt().resolved;
  return Make(settled ? Action::kNone : Action::kLatch, Phase::kStopped, Reason::kConverged);
}

// Waits for the cloud, for so long.
Decision DecideInTransition(const Case& c, Phase phase, Reason reason, Reason stuck,
                            absl::Duration patience) {
  const SteadyTime stuck_at = c.seen().since + patience;
  if (c.now.steady >= stuck_at) return Make(Action::kNone, Phase::kStalled, stuck);
  return Make(Action::kNone, phase, reason, stuck_at);
}

Decision DecideUnknownState(const Case& c) {
  const SteadyTime stalls_at =
      c.seen().since +
      limits::kStaleBoundsUntilStalled * FreshnessBound(c.around.settings, c.freshness());
  const bool stalled = c.now.steady >= stalls_at;
  return Make(Action::kNone, stalled ? Phase::kStalled : Phase::kUnknown,
              Reason::kCloudStateUnknown, stalled ? SteadyTime::Infinite() : stalls_at);
}

// After a call that may have had effect, a list that shows RUNNING counts only if it started
// `settle` after the call ended: the cloud's lists lag.
std::optional<Decision> DecideAmbiguous(const Case& c) {
  if (!c.ambiguous() || IsSettledBy(c.freshness(), c.attempt(), c.settle())) return std::nullopt;
  const bool accepted = c.attempt().outcome == Outcome::kAccepted;
  const Phase phase = accepted ? Phase::kStopping : Phase::kRetrying;
  const Reason reason = accepted ? Reason::kAccepted : Reason::kOutcomeUnknown;
  if (c.now.steady < c.settled_at()) return Make(Action::kNone, phase, reason, c.settled_at());
  return Make(Action::kLook, phase, reason);
}

// Drift: this generation was stopped, and runs again without a call of ours in between.
bool IsDrift(const Case& c) { return c.latched() && c.attempt().resolved; }

std::optional<Decision> DecideDrift(const Case& c) {
  if (!c.latched()) return std::nullopt;
  if (c.desired.policy.enforcement == Enforcement::kOnce) {
    return Make(Action::kNone, Phase::kDrifted, Reason::kReportOnly);
  }
  const SteadyTime grace_ends = c.grace_ends();
  // What runs after a call that was to stop it is a failure of that call, not somebody's start.
  if (!IsDrift(c) || c.now.steady >= grace_ends) return std::nullopt;
  return Make(Action::kNone, Phase::kDrifted, Reason::kStartGrace, grace_ends);
}

// Lists lag, and not all alike: one that shows RUNNING before a call had time to settle counts no
// more because another one has shown the instance stopped in between. Matters where start_grace is
// shorter than settle, or was skipped.
std::optional<Decision> DecideLagging(const Case& c) {
  if (!c.may_have_had_effect() || c.freshness().list_started >= c.settled_at()) return std::nullopt;
  const Phase phase = c.latched() ? Phase::kDrifted : Phase::kPending;
  if (c.now.steady < c.settled_at()) {
    return Make(Action::kNone, phase, Reason::kAwaitingLook, c.settled_at());
  }
  return Make(Action::kLook, phase, Reason::kAwaitingLook);
}

// A list that started before a call ended says nothing about that call, unless the call was
// refused before it reached the service.
int64_t CallFloor(const Case& c) {
  const bool before_service = EndedBeforeTheService(c.attempt().outcome, c.attempt().call_class);
  return before_service ? c.desired.adopted_floor_seq
                        : std::max(c.desired.adopted_floor_seq, c.attempt().floor_seq);
}

// RUNNING and PARTIAL.
Decision DecideRunning(const Case& c) {
  if (c.desired.policy.enforcement == Enforcement::kObserve) {
    return Make(Action::kNone, Phase::kDrifted, Reason::kReportOnly);
  }
  if (auto decision = DecideAmbiguous(c)) return *decision;
  if (auto decision = DecideGates(c)) return *decision;
  if (auto decision = DecideDrift(c)) return *decision;
  if (auto decision = DecideLagging(c)) return *decision;
  const std::optional<Reason> stalled = StalledBy(c);
  if (auto decision = DecideBackoff(c, stalled)) return *decision;
  if (auto decision = DecidePacing(c)) return *decision;

  const Phase phase = stalled                    ? Phase::kStalled
                      : c.history().failures > 0 ? Phase::kRetrying
                      : IsDrift(c)               ? Phase::kDrifted
                                                 : Phase::kPending;
  const absl::Duration age = c.now.steady - c.freshness().list_started;
  const bool look_first =
      age > LookMaxAge(c.around.settings, c.freshness()) || c.freshness().last_seq <= CallFloor(c);
  const Action action = look_first ? Action::kLook : Action::kCall;
  if (auto decision = DecideQuota(c, action, stalled)) return *decision;
  const Reason reason = look_first ? Reason::kAwaitingLook : Reason::kCallDue;
  return Make(action, phase, stalled.value_or(reason));
}

Decision DecideObserved(const Case& c) {
  if (c.seen().presence == Presence::kSuspect) {
    return Make(Action::kNone, Phase::kStalled, Reason::kSuspectList);
  }
  const bool seen_since_adoption = c.freshness().last_seq > c.desired.adopted_floor_seq;
  if (!seen_since_adoption || !IsFresh(c.around.settings, c.freshness(), c.now)) {
    return DecideUnseen(c);
  }
  if (c.seen().presence != Presence::kPresent) return DecideMissing(c);
  switch (c.seen().state) {
    case PowerState::kStopped:
      return DecideStopped(c);
    case PowerState::kStopping:
      return DecideInTransition(c, Phase::kStopping, Reason::kStopping, Reason::kStuck,
                                limits::kStoppingStuckAfter);
    case PowerState::kBusy:
      return DecideInTransition(c, Phase::kWaiting, Reason::kBusy, Reason::kBusyLong,
                                limits::kBusyStuckAfter);
    case PowerState::kUnavailable:
      return Make(Action::kNone, Phase::kStalled, Reason::kCloudUnavailable);
    case PowerState::kUnknown:
      return DecideUnknownState(c);
    case PowerState::kRunning:
    case PowerState::kPartial:
      return DecideRunning(c);
  }
  return DecideUnknownState(c);
}

// --- observation: none ---------------------------------------------------------------------------

// Calls without a clear answer cannot be followed up by a look, so they are bounded.
std::optional<Decision> DecideUnclear(const Case& c) {
  if (!IsUnclear(c)) return std::nullopt;
  if (c.history().failures >= limits::kUnobservedCallsUntilStalled) {
    return Make(Action::kNone, Phase::kStalled, Reason::kNotObservable);
  }
  if (!c.ambiguous() || c.now.steady >= c.settled_at()) return std::nullopt;
  return Make(Action::kNone, Phase::kRetrying, Reason::kOutcomeUnknown, c.settled_at());
}

// Nothing can be looked at, so what was recorded is all there is.
Decision DecideUnobserved(const Case& c) {
  if (c.latched()) return Make(Action::kNone, Phase::kStopped, Reason::kAssumed);
  if (c.desired.policy.enforcement == Enforcement::kObserve) {
    return Make(Action::kNone, Phase::kUnknown, Reason::kReportOnly);
  }
  const bool for_this_generation = c.attempt().generation == c.desired.generation;
  if (for_this_generation && c.attempt().outcome == Outcome::kAccepted) {
    return Make(Action::kLatch, Phase::kStopped, Reason::kAssumed);
  }
  if (auto decision = DecideGates(c)) return *decision;
  if (auto decision = DecideUnclear(c)) return *decision;
  const std::optional<Reason> stalled = StalledBy(c);
  if (auto decision = DecideBackoff(c, stalled)) return *decision;
  if (auto decision = DecidePacing(c)) return *decision;
  if (auto decision = DecideQuota(c, Action::kCall, stalled)) return *decision;
  const Phase phase = stalled                    ? Phase::kStalled
                      : c.history().failures > 0 ? Phase::kRetrying
                                                 : Phase::kPending;
  return Make(Action::kCall, phase, stalled.value_or(Reason::kCallDue));
}

// --- a list that does not come -------------------------------------------------------------------

// What waits for a list waits for the end of a pause while there is one, and for somebody while no
// list can come.
Decision Blamed(Decision decision, const Surroundings& around, const Now& now) {
  const bool waits = decision.action == Action::kLook && NeedsOf(decision.reason) == Needs::kNobody;
  if (waits && (around.list_refused || around.endpoint_down)) {
    decision.reason = around.endpoint_down ? Reason::kEndpointDown : Reason::kListRefused;
    decision.needs = NeedsOf(decision.reason);
  } else if (waits && around.throttled_until > now.steady) {
    decision.reason = Reason::kThrottled;
    decision.valid_until = std::min(decision.valid_until, around.throttled_until);
  }
  return decision;
}

// --- explain -------------------------------------------------------------------------------------

// An accepted call was counted as a failure when it ended, in case that it has no effect. It is
// none before a list that may tell so shows the instance running.
bool IsCountedEarly(const InstanceRecord& record, const Surroundings& around) {
  const Attempt& attempt = record.attempt;
  const bool pending = !attempt.resolved && attempt.outcome == Outcome::kAccepted;
  if (!pending || around.settings.mode != ObservationMode::kList) return false;
  const Observation& seen = record.observation;
  const bool shown_running = seen.presence == Presence::kPresent && Runs(seen.state);
  return !shown_running || !IsSettledBy(around.freshness, attempt, around.settings.timing.settle);
}

Gate ProtectedGate(const Case& c) {
  return c.desired.policy.is_protected
             ? Gate{"protected", Gate::State::kBlocks, "its declaration says never act"}
             : Gate{"protected"};
}

Gate HoldGate(const Case& c) {
  const Hold* hold = c.around.holds.Strongest(c.record.key, c.desired.workspace, c.now.wall);
  if (hold == nullptr) return Gate{"hold"};
  return Gate{hold->scope == HoldScope::kFleet ? "freeze" : "hold", Gate::State::kWaits,
              absl::StrCat(hold->reason, " (", hold->owner, ")"), c.now.ToSteady(hold->expires)};
}

Gate NameGate(const Case& c) {
  const std::string& asserted = c.desired.policy.asserted_name;
  if (asserted.empty()) return Gate{"name"};
  if (c.around.settings.mode == ObservationMode::kNone) {
    return Gate{"name", Gate::State::kOpen, "unchecked, the project is not observed"};
  }
  if (c.seen().presence == Presence::kNever || asserted == c.seen().cloud_name) {
    return Gate{"name"};
  }
  return Gate{
      "name", Gate::State::kBlocks,
      absl::StrCat("declared \"", asserted, "\", the cloud says \"", c.seen().cloud_name, "\"")};
}

Gate StartGraceGate(const Case& c) {
  const bool runs = c.seen().presence == Presence::kPresent && Runs(c.seen().state);
  const SteadyTime ends = c.grace_ends();
  const bool waits = runs && IsDrift(c) && c.now.steady < ends &&
                     c.desired.policy.enforcement == Enforcement::kContinuous;
  return waits ? Gate{"start_grace", Gate::State::kWaits, "", ends} : Gate{"start_grace"};
}

Gate BackoffGate(const Case& c) {
  if (IsCountedEarly(c.record, c.around)) return Gate{"backoff"};
  const SteadyTime next = NextCallAt(c);
  if (c.now.steady >= next) return Gate{"backoff"};
  return Gate{"backoff", Gate::State::kWaits,
              absl::StrCat(c.history().failures, " failed in a row"), next};
}

Gate BudgetGate(const Case& c) {
  size_t recent = 0;
  for (SteadyTime intent : c.history().intents) {
    if (intent + limits::kCallBudgetWindow > c.now.steady) ++recent;
  }
  Gate gate{"call_budget", Gate::State::kOpen,
            absl::StrCat(recent, " of ", limits::kMaxCallsPerInstanceHour, " per hour")};
  const SteadyTime opens = BudgetOpensAt(c.history(), c.now.steady);
  if (opens > c.now.steady) {
    gate.state = Gate::State::kWaits;
    gate.until = opens;
  }
  return gate;
}

Gate QuotaGate(const Case& c) {
  if (c.around.quota_until <= c.now.steady) return Gate{"quota"};
  return Gate{"quota", Gate::State::kWaits, "calls take turns within the cloud's quota",
              c.around.quota_until};
}

Gate EndpointGate(const Case& c) {
  if (!c.around.endpoint_down) return Gate{"endpoint"};
  return Gate{"endpoint", Gate::State::kWaits, "it does not answer; it is tried now and then"};
}

Gate ThrottleGate(const Case& c) {
  if (c.around.throttled_until <= c.now.steady) return Gate{"throttle"};
  return Gate{"throttle", Gate::State::kWaits, "the cloud answered 429", c.around.throttled_until};
}

}  // namespace

absl::Duration FreshnessBound(const ProjectSettings& settings, const ProjectFreshness& freshness) {
  const absl::Duration interval =
      freshness.interval > absl::ZeroDuration() ? freshness.interval : settings.timing.list_idle;
  return limits::kFreshnessIntervals * std::max(interval, freshness.list_took);
}

bool IsFresh(const ProjectSettings& settings, const ProjectFreshness& freshness, const Now& now) {
  return freshness.listed_since_start() &&
         now.steady - freshness.list_started <= FreshnessBound(settings, freshness);
}

absl::Duration LookMaxAge(const ProjectSettings& settings, const ProjectFreshness& freshness) {
  return std::max(settings.timing.look_max_age, 2 * freshness.list_took);
}

Decision Decide(const InstanceRecord& record, const Surroundings& around, const Now& now) {
  if (!record.desired) return Make(Action::kNone, Phase::kUnmanaged, Reason::kUnmanaged);
  if (record.attempt.outcome == Outcome::kOpen) {
    return Make(Action::kNone, Phase::kStopping, Reason::kCallInFlight);
  }
  const Case c{record, *record.desired, around, now};
  switch (around.settings.mode) {
    case ObservationMode::kList:
      return Blamed(DecideObserved(c), around, now);
    case ObservationMode::kNone:
      return DecideUnobserved(c);
    case ObservationMode::kUnconfigured:
      break;
  }
  return Make(Action::kNone, Phase::kStalled, Reason::kProjectNotConfigured);
}

Setbacks SetbacksOf(const InstanceRecord& record, const Surroundings& around) {
  const History& history = record.history;
  if (!IsCountedEarly(record, around)) return {history.failures, history.next_attempt};
  return {std::max(history.failures - 1, 0), SteadyTime::Never()};
}

std::vector<Gate> ListGates(const InstanceRecord& record, const Surroundings& around,
                            const Now& now) {
  if (!record.desired) return {};
  const Case c{record, *record.desired, around, now};
  return {ProtectedGate(c), HoldGate(c),     NameGate(c),  StartGraceGate(c), BackoffGate(c),
          BudgetGate(c),    ThrottleGate(c), QuotaGate(c), EndpointGate(c)};
}

}  // namespace quiesce::core
