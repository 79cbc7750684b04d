#include "daemon/core/decide.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <initializer_list>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/random.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/power_state.h"
#include "daemon/core/reason.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

constexpr absl::Duration kTick = absl::Microseconds(1);

// An instance and what is around it. As constructed: adopted, seen running by a list of five
// seconds ago, no gate closed, never called. Sequence numbers: 100 before this process, 105 before
// the adoption, 110 the last list.
struct Scene {
  Scene() {
    now = Now{absl::FromUnixSeconds(1700000000), SteadyTime::FromMicros(1700000000000000)};
    record.key = InstanceKey{"project", "instance"};
    record.desired.emplace();
    record.desired->uid = "uid";
    record.desired->generation = 3;
    record.desired->adopted_floor_seq = 105;
    record.desired->floor_seq = 105;
    record.desired->workspace = "billing";
    record.observation.state = PowerState::kRunning;
    record.observation.presence = Presence::kPresent;
    record.observation.since = record.observation.start_seen = Ago(absl::Minutes(10));
    record.observation.list_seq = 106;
    record.observation.cloud_name = "om-1";
    freshness.last_seq = 110;
    freshness.list_started = Ago(absl::Seconds(5));
    freshness.list_took = absl::Seconds(1);
    freshness.process_floor_seq = 100;
    freshness.process_started = Ago(absl::Hours(1));
  }

  SteadyTime Ago(absl::Duration d) const { return now.steady - d; }
  SteadyTime In(absl::Duration d) const { return now.steady + d; }

  Decision Decide() const {
    return core::Decide(
        record, Surroundings{settings, freshness, holds, throttled_until, list_refused}, now);
  }
  Setbacks SetbacksShown() const {
    return SetbacksOf(record, Surroundings{settings, freshness, holds, throttled_until});
  }
  std::vector<Gate> Gates() const {
    return ListGates(record,
                     Surroundings{settings, freshness, holds, throttled_until, list_refused}, now);
  }

  Desired& desired() { return *record.desired; }
  Policy& policy() { return record.desired->policy; }
  Attempt& attempt() { return record.attempt; }
  Observation& seen() { return record.observation; }
  History& history() { return record.history; }

  void Latched() { record.history.stopped_generation = record.desired->generation; }
  void See(PowerState state, absl::Duration since = absl::Minutes(1)) {
    record.observation.state = state;
    record.observation.since = record.observation.start_seen = Ago(since);
  }
  void ListedAgo(absl::Duration d) { freshness.list_started = Ago(d); }
  void RestartedAgo(absl::Duration d) {
    freshness.process_floor_seq = freshness.last_seq;
    freshness.process_started = Ago(d);
  }
  void Missing(int lists) {
    record.observation.presence = Presence::kMissing;
    record.observation.missing_lists = lists;
    record.observation.shown_seq = 106;
  }

  // An attempt that ended before the last list started.
  void Called(Outcome outcome, CallClass call_class, absl::Duration ended_ago, int failures = 1) {
    Attempt& a = record.attempt;
    a.id = "attempt";
    a.generation = record.desired->generation;
    a.outcome = outcome;
    a.call_class = call_class;
    a.resolved = outcome != Outcome::kAccepted && outcome != Outcome::kUnknown &&
                 call_class != CallClass::kAlreadyInState;
    a.floor_seq = 109;
    a.ended = Ago(ended_ago);
    a.started = Ago(ended_ago + absl::Seconds(1));
    record.history.failures = failures;
    record.history.next_attempt = a.ended + absl::Seconds(1);
    record.history.intents.push_back(a.started);
  }

  void Put(HoldScope scope, absl::Duration lasts) {
    Hold hold;
    hold.id = "hold" + std::to_string(holds.all().size());
    hold.scope = scope;
    hold.instance = record.key;
    hold.workspace = record.desired ? record.desired->workspace : "";
    hold.project_id = record.key.project_id;
    hold.expires = now.wall + lasts;
    holds.Put(hold);
  }

  InstanceRecord record;
  ProjectSettings settings;
  ProjectFreshness freshness;
  HoldIndex holds;
  SteadyTime throttled_until = SteadyTime::Never();
  bool list_refused = false;
  Now now;
};

void Unobserved(Scene& s) {
  s.settings.mode = ObservationMode::kNone;
  s.record.observation = Observation();
  s.freshness = ProjectFreshness();
}

// --- the table -----------------------------------------------------------------------------------

constexpr absl::Duration kForever = absl::InfiniteDuration();

struct Row {
  const char* name;
  std::function<void(Scene&)> given;
  Action action;
  Phase phase;
  Reason reason;
  absl::Duration valid_for = kForever;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

const std::vector<Row>& RunningRows() {
  static const auto* const rows = new std::vector<Row>{
      {"runs, everything open", [](Scene&) {}, Action::kCall, Phase::kPending, Reason::kCallDue},
      {"runs, observe only", [](Scene& s) { s.policy().enforcement = Enforcement::kObserve; },
       Action::kNone, Phase::kDrifted, Reason::kReportOnly},
      {"runs, observe only, and would be called for any other reason",
       [](Scene& s) {
         s.policy().enforcement = Enforcement::kObserve;
         s.policy().start_grace = absl::ZeroDuration();
         s.Latched();
       },
       Action::kNone, Phase::kDrifted, Reason::kReportOnly},
      {"runs, once, this generation not yet stopped",
       [](Scene& s) { s.policy().enforcement = Enforcement::kOnce; }, Action::kCall,
       Phase::kPending, Reason::kCallDue},
      {"runs, once, an older generation was stopped",
       [](Scene& s) {
         s.policy().enforcement = Enforcement::kOnce;
         s.history().stopped_generation = 2;
       },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"drifted, once",
       [](Scene& s) {
         s.policy().enforcement = Enforcement::kOnce;
         s.Latched();
         s.See(PowerState::kRunning, absl::Hours(24));
       },
       Action::kNone, Phase::kDrifted, Reason::kReportOnly},
      {"drifted, within its grace",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Minutes(4));
       },
       Action::kNone, Phase::kDrifted, Reason::kStartGrace, absl::Minutes(11)},
      {"drifted, runs again after another task within its grace: the grace counts on",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Minutes(1));
         s.seen().start_seen = s.Ago(absl::Minutes(14));
       },
       Action::kNone, Phase::kDrifted, Reason::kStartGrace, absl::Minutes(1)},
      {"drifted, runs again after another task that outlasted its grace",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Minutes(1));
         s.seen().start_seen = s.Ago(absl::Minutes(15));
       },
       Action::kCall, Phase::kDrifted, Reason::kCallDue},
      {"drifted, the last moment of its grace",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Minutes(15) - kTick);
       },
       Action::kNone, Phase::kDrifted, Reason::kStartGrace, kTick},
      {"drifted, grace over",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Minutes(15));
       },
       Action::kCall, Phase::kDrifted, Reason::kCallDue},
      {"drifted, without grace",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::ZeroDuration());
         s.policy().start_grace = absl::ZeroDuration();
       },
       Action::kCall, Phase::kDrifted, Reason::kCallDue},
      {"drifted, without grace, shown stopped and running within the settle time of a call",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::ZeroDuration());
         s.policy().start_grace = absl::ZeroDuration();
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(20), 0);
         s.attempt().resolved = true;
       },
       Action::kNone, Phase::kDrifted, Reason::kAwaitingLook, absl::Seconds(10)},
      {"asked for again, shown stopped and running within the settle time of a call",
       [](Scene& s) {
         s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(34), 0);
         s.attempt().resolved = true;
       },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook},
      {"asked for again, running in a list that began with the end of the settle time",
       [](Scene& s) {
         s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(35), 0);
         s.attempt().resolved = true;
       },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"drifted, the accepted call showed powering off and runs again: no new grace",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Seconds(20));
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Minutes(1));
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"drifted, once, after a call that may have had effect",
       [](Scene& s) {
         s.policy().enforcement = Enforcement::kOnce;
         s.Latched();
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Minutes(1));
       },
       Action::kNone, Phase::kDrifted, Reason::kReportOnly},
      {"one node of two is on", [](Scene& s) { s.See(PowerState::kPartial); }, Action::kCall,
       Phase::kPending, Reason::kCallDue},
      {"one node of two is on, drifted, within its grace",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kPartial, absl::Minutes(4));
       },
       Action::kNone, Phase::kDrifted, Reason::kStartGrace, absl::Minutes(11)},
      {"one node of two is on, called within the settle time",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(20));
       },
       Action::kNone, Phase::kRetrying, Reason::kBackoff, absl::Seconds(10)},
      {"one node of two is on, called a settle time ago",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(30));
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"one node of two is on, after a call that was not sent",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kNotSent, CallClass::kTransient, absl::Seconds(2));
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"one node of two is on after two calls",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Minutes(1), 2);
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"one node of two is on after three calls, retried slowly",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Minutes(1), 3);
       },
       Action::kCall, Phase::kStalled, Reason::kPartialStuck},
      {"one node of two is on after three calls, within the settle time",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(20), 3);
       },
       Action::kNone, Phase::kStalled, Reason::kPartialStuck, absl::Seconds(10)},
      {"one node of two is on after three calls, between retries",
       [](Scene& s) {
         s.See(PowerState::kPartial);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Minutes(1), 3);
         s.history().next_attempt = s.In(absl::Seconds(7));
       },
       Action::kNone, Phase::kStalled, Reason::kPartialStuck, absl::Seconds(7)},
  };
  return *rows;
}

const std::vector<Row>& GateRows() {
  static const auto* const rows = new std::vector<Row>{
      {"protected", [](Scene& s) { s.policy().is_protected = true; }, Action::kNone,
       Phase::kWaiting, Reason::kProtected},
      {"held", [](Scene& s) { s.Put(HoldScope::kInstance, absl::Hours(2)); }, Action::kNone,
       Phase::kWaiting, Reason::kHeld, absl::Hours(2)},
      {"its workspace held", [](Scene& s) { s.Put(HoldScope::kWorkspace, absl::Hours(2)); },
       Action::kNone, Phase::kWaiting, Reason::kHeld, absl::Hours(2)},
      {"its project held", [](Scene& s) { s.Put(HoldScope::kProject, absl::Hours(2)); },
       Action::kNone, Phase::kWaiting, Reason::kHeld, absl::Hours(2)},
      {"frozen and held: the freeze is told",
       [](Scene& s) {
         s.Put(HoldScope::kInstance, absl::Hours(9));
         s.Put(HoldScope::kFleet, absl::Hours(1));
       },
       Action::kNone, Phase::kWaiting, Reason::kFrozen, absl::Hours(1)},
      {"the last moment of a hold",
       [](Scene& s) { s.Put(HoldScope::kInstance, absl::Nanoseconds(1)); }, Action::kNone,
       Phase::kWaiting, Reason::kHeld, kTick},
      {"a hold that just ended",
       [](Scene& s) { s.Put(HoldScope::kInstance, absl::ZeroDuration()); }, Action::kCall,
       Phase::kPending, Reason::kCallDue},
      {"drifted long ago and held",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Hours(9));
         s.Put(HoldScope::kInstance, absl::Hours(2));
       },
       Action::kNone, Phase::kWaiting, Reason::kHeld, absl::Hours(2)},
      {"the cloud's name is another one", [](Scene& s) { s.policy().asserted_name = "om-2"; },
       Action::kNone, Phase::kStalled, Reason::kNameMismatch},
      {"the cloud's name differs by case", [](Scene& s) { s.policy().asserted_name = "OM-1"; },
       Action::kNone, Phase::kStalled, Reason::kNameMismatch},
      {"the cloud gives no name",
       [](Scene& s) {
         s.policy().asserted_name = "om-1";
         s.seen().cloud_name = "";
       },
       Action::kNone, Phase::kStalled, Reason::kNameMismatch},
      {"stopped, but the cloud's name is another one",
       [](Scene& s) {
         s.policy().asserted_name = "om-2";
         s.See(PowerState::kStopped, absl::Hours(1));
       },
       Action::kNone, Phase::kStalled, Reason::kNameMismatch},
      {"the cloud's name is the asserted one", [](Scene& s) { s.policy().asserted_name = "om-1"; },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"the credential is paused", [](Scene& s) { s.throttled_until = s.In(absl::Seconds(40)); },
       Action::kNone, Phase::kWaiting, Reason::kThrottled, absl::Seconds(40)},
      {"the credential's pause is over", [](Scene& s) { s.throttled_until = s.now.steady; },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"eleven calls within the hour",
       [](Scene& s) { s.history().intents.assign(11, s.Ago(absl::Minutes(30))); }, Action::kCall,
       Phase::kPending, Reason::kCallDue},
      {"twelve calls within the hour",
       [](Scene& s) {
         for (int i = 12; i > 0; --i) s.history().intents.push_back(s.Ago(absl::Minutes(4 * i)));
       },
       Action::kNone, Phase::kWaiting, Reason::kCallBudget, absl::Minutes(12)},
      {"twelve calls, the first an hour ago",
       [](Scene& s) {
         for (int i = 12; i > 0; --i) s.history().intents.push_back(s.Ago(absl::Minutes(5 * i)));
       },
       Action::kCall, Phase::kPending, Reason::kCallDue},
  };
  return *rows;
}

const std::vector<Row>& EvidenceRows() {
  static const auto* const rows = new std::vector<Row>{
      {"the list is too old to act on", [](Scene& s) { s.ListedAgo(absl::Seconds(30) + kTick); },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook},
      {"the list is just young enough", [](Scene& s) { s.ListedAgo(absl::Seconds(30)); },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"a slow list may be older",
       [](Scene& s) {
         s.freshness.list_took = absl::Seconds(20);
         s.ListedAgo(absl::Seconds(40));
       },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"a slow list is too old too",
       [](Scene& s) {
         s.freshness.list_took = absl::Seconds(20);
         s.ListedAgo(absl::Seconds(40) + kTick);
       },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook},
      {"drifted, and the list is too old to act on",
       [](Scene& s) {
         s.Latched();
         s.See(PowerState::kRunning, absl::Hours(1));
         s.ListedAgo(absl::Minutes(1));
       },
       Action::kLook, Phase::kDrifted, Reason::kAwaitingLook},
      {"the list began before the adoption", [](Scene& s) { s.desired().adopted_floor_seq = 110; },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook, absl::Minutes(9) - absl::Seconds(5)},
      {"the list began before a later generation: running is running",
       [](Scene& s) { s.desired().floor_seq = 110; }, Action::kCall, Phase::kPending,
       Reason::kCallDue},
      {"no list since the process started", [](Scene& s) { s.RestartedAgo(absl::Minutes(1)); },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook, absl::Minutes(8)},
      {"no list since the process started, was stopped",
       [](Scene& s) {
         s.RestartedAgo(absl::Minutes(1));
         s.Latched();
         s.See(PowerState::kStopped);
       },
       Action::kLook, Phase::kUnknown, Reason::kStale, absl::Minutes(8)},
      {"no list for three freshness bounds since the process started",
       [](Scene& s) { s.RestartedAgo(absl::Minutes(9)); }, Action::kLook, Phase::kStalled,
       Reason::kStale},
      {"the last moment of freshness",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.ListedAgo(absl::Minutes(3));
       },
       Action::kNone, Phase::kStopped, Reason::kConverged},
      {"not fresh, was stopped",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.ListedAgo(absl::Minutes(3) + kTick);
       },
       Action::kLook, Phase::kUnknown, Reason::kStale, absl::Minutes(6) - kTick},
      {"not fresh, ran", [](Scene& s) { s.ListedAgo(absl::Minutes(4)); }, Action::kLook,
       Phase::kPending, Reason::kAwaitingLook, absl::Minutes(5)},
      {"not fresh for three bounds", [](Scene& s) { s.ListedAgo(absl::Minutes(9)); }, Action::kLook,
       Phase::kStalled, Reason::kStale},
      {"not fresh and protected: still looked at",
       [](Scene& s) {
         s.policy().is_protected = true;
         s.ListedAgo(absl::Minutes(4));
       },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook, absl::Minutes(5)},
      {"missing from one list", [](Scene& s) { s.Missing(1); }, Action::kNone, Phase::kUnknown,
       Reason::kMissing},
      {"missing from two lists", [](Scene& s) { s.Missing(2); }, Action::kNone, Phase::kUnknown,
       Reason::kMissing},
      {"absent, was shown since the adoption", [](Scene& s) { s.Missing(3); }, Action::kNone,
       Phase::kGone, Reason::kGone},
      {"absent, was stopped",
       [](Scene& s) {
         s.Missing(3);
         s.Latched();
         s.seen().state = PowerState::kStopped;
       },
       Action::kNone, Phase::kGone, Reason::kGone},
      {"absent, last shown before the adoption",
       [](Scene& s) {
         s.Missing(3);
         s.seen().shown_seq = 105;
       },
       Action::kNone, Phase::kStalled, Reason::kNotListed},
      {"absent, never shown",
       [](Scene& s) {
         s.record.observation = Observation();
         s.seen().presence = Presence::kMissing;
         s.seen().missing_lists = 3;
       },
       Action::kNone, Phase::kStalled, Reason::kNotListed},
      {"never shown, not yet counted", [](Scene& s) { s.record.observation = Observation(); },
       Action::kNone, Phase::kUnknown, Reason::kMissing},
      {"not in a list that lost too many", [](Scene& s) { s.seen().presence = Presence::kSuspect; },
       Action::kNone, Phase::kStalled, Reason::kSuspectList},
  };
  return *rows;
}

const std::vector<Row>& StateRows() {
  static const auto* const rows = new std::vector<Row>{
      {"stopped, not yet recorded", [](Scene& s) { s.See(PowerState::kStopped); }, Action::kLatch,
       Phase::kStopped, Reason::kConverged},
      {"stopped and recorded",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
       },
       Action::kNone, Phase::kStopped, Reason::kConverged},
      {"stopped, whatever the gates say",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.policy().is_protected = true;
         s.Put(HoldScope::kFleet, absl::Hours(1));
         s.throttled_until = s.In(absl::Hours(1));
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"stopped, observe only",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.policy().enforcement = Enforcement::kObserve;
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"stopped in a list from before this generation",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.desired().floor_seq = 110;
       },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook},
      {"stopped in a list from before this generation, which inherited its stop",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.desired().floor_seq = 110;
         s.Latched();
       },
       Action::kLook, Phase::kUnknown, Reason::kAwaitingLook},
      {"stopped in a list from before the call ended",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(3));
         s.attempt().floor_seq = 110;
       },
       Action::kLook, Phase::kPending, Reason::kAwaitingLook},
      {"stopped after an accepted call: counts at once",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(6));
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"stopped after the opaque refusal",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Called(Outcome::kRejected, CallClass::kAlreadyInState, absl::Seconds(6));
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"stopped again after a drift: the attempt is settled",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(6));
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"stopped and recorded, but the attempt is not settled",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(6), 0);
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"stopped by others after failures: they are forgotten",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.Called(Outcome::kRejected, CallClass::kForbidden, absl::Seconds(6));
       },
       Action::kLatch, Phase::kStopped, Reason::kConverged},
      {"powering off", [](Scene& s) { s.See(PowerState::kStopping, absl::Minutes(2)); },
       Action::kNone, Phase::kStopping, Reason::kStopping, absl::Minutes(13)},
      {"powering off for too long",
       [](Scene& s) { s.See(PowerState::kStopping, absl::Minutes(15)); }, Action::kNone,
       Phase::kStalled, Reason::kStuck},
      {"another task runs", [](Scene& s) { s.See(PowerState::kBusy, absl::Minutes(2)); },
       Action::kNone, Phase::kWaiting, Reason::kBusy, absl::Minutes(28)},
      {"another task runs for too long",
       [](Scene& s) { s.See(PowerState::kBusy, absl::Minutes(30)); }, Action::kNone,
       Phase::kStalled, Reason::kBusyLong},
      {"the cloud's state forbids a stop", [](Scene& s) { s.See(PowerState::kUnavailable); },
       Action::kNone, Phase::kStalled, Reason::kCloudUnavailable},
      {"a state that is in no table",
       [](Scene& s) { s.See(PowerState::kUnknown, absl::Minutes(1)); }, Action::kNone,
       Phase::kUnknown, Reason::kCloudStateUnknown, absl::Minutes(8)},
      {"a state that is in no table, for long",
       [](Scene& s) { s.See(PowerState::kUnknown, absl::Minutes(9)); }, Action::kNone,
       Phase::kStalled, Reason::kCloudStateUnknown},
  };
  return *rows;
}

const std::vector<Row>& CallRows() {
  static const auto* const rows = new std::vector<Row>{
      {"a call is open", [](Scene& s) { s.attempt().outcome = Outcome::kOpen; }, Action::kNone,
       Phase::kStopping, Reason::kCallInFlight},
      {"a call is open, although stopped",
       [](Scene& s) {
         s.attempt().outcome = Outcome::kOpen;
         s.See(PowerState::kStopped);
       },
       Action::kNone, Phase::kStopping, Reason::kCallInFlight},
      {"accepted, runs in a list within the settle time",
       [](Scene& s) { s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(10)); },
       Action::kNone, Phase::kStopping, Reason::kAccepted, absl::Seconds(20)},
      {"accepted, settle time over, no list since",
       [](Scene& s) { s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(34)); },
       Action::kLook, Phase::kStopping, Reason::kAccepted},
      {"accepted, runs in a list that began with the end of the settle time",
       [](Scene& s) { s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(35)); },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"accepted, settle time over, but the list began before the call ended",
       [](Scene& s) {
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(35));
         s.attempt().floor_seq = 110;
       },
       Action::kLook, Phase::kStopping, Reason::kAccepted},
      {"outcome unknown",
       [](Scene& s) { s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(10)); },
       Action::kNone, Phase::kRetrying, Reason::kOutcomeUnknown, absl::Seconds(20)},
      {"outcome unknown, settle time over, no list since",
       [](Scene& s) { s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(34)); },
       Action::kLook, Phase::kRetrying, Reason::kOutcomeUnknown},
      {"outcome unknown, runs by the settle rule",
       [](Scene& s) { s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(35)); },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"outcome unknown and held: the call is told",
       [](Scene& s) {
         s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(10));
         s.Put(HoldScope::kInstance, absl::Hours(1));
       },
       Action::kNone, Phase::kRetrying, Reason::kOutcomeUnknown, absl::Seconds(20)},
      {"refused as already in state",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kAlreadyInState, absl::Seconds(10));
       },
       Action::kNone, Phase::kRetrying, Reason::kOutcomeUnknown, absl::Seconds(20)},
      {"refused as already in state, runs by the settle rule",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kAlreadyInState, absl::Seconds(35));
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"failed, waiting before the next",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(6));
         s.history().next_attempt = s.In(absl::Seconds(3));
       },
       Action::kNone, Phase::kRetrying, Reason::kBackoff, absl::Seconds(3)},
      {"failed, the next is due",
       [](Scene& s) { s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(6)); },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"failed in the service, no list since",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(3));
         s.attempt().floor_seq = 110;
       },
       Action::kLook, Phase::kRetrying, Reason::kAwaitingLook},
      {"not sent: the earlier list still counts",
       [](Scene& s) {
         s.Called(Outcome::kNotSent, CallClass::kTransient, absl::Seconds(3));
         s.attempt().floor_seq = 110;
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"not authenticated: the earlier list still counts",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kAuth, absl::Seconds(3));
         s.attempt().floor_seq = 110;
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"throttled: the earlier list still counts",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kThrottled, absl::Seconds(3), 0);
         s.attempt().floor_seq = 110;
       },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"throttled, waiting as told",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kThrottled, absl::Seconds(3), 0);
         s.history().next_attempt = s.In(absl::Seconds(50));
       },
       Action::kNone, Phase::kRetrying, Reason::kThrottled, absl::Seconds(50)},
      {"four failures in a row",
       [](Scene& s) { s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(6), 4); },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"five failures in a row, retried slowly",
       [](Scene& s) { s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(6), 5); },
       Action::kCall, Phase::kStalled, Reason::kRepeatedFailure},
      {"five failures in a row, between retries",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kAuth, absl::Seconds(6), 5);
         s.history().next_attempt = s.In(absl::Minutes(8));
       },
       Action::kNone, Phase::kStalled, Reason::kRepeatedFailure, absl::Minutes(8)},
      {"forbidden: stalled at once",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kForbidden, absl::Seconds(6));
         s.history().next_attempt = s.In(absl::Minutes(8));
       },
       Action::kNone, Phase::kStalled, Reason::kForbidden, absl::Minutes(8)},
      {"forbidden: retried slowly",
       [](Scene& s) { s.Called(Outcome::kRejected, CallClass::kForbidden, absl::Minutes(10)); },
       Action::kCall, Phase::kStalled, Reason::kForbidden},
      {"refused for good: stalled at once",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kPermanent, absl::Seconds(6));
         s.history().next_attempt = s.In(absl::Minutes(8));
       },
       Action::kNone, Phase::kStalled, Reason::kPermanentError, absl::Minutes(8)},
      {"refused for good, but the failure is forgotten",
       [](Scene& s) { s.Called(Outcome::kRejected, CallClass::kPermanent, absl::Seconds(6), 0); },
       Action::kCall, Phase::kPending, Reason::kCallDue},
  };
  return *rows;
}

const std::vector<Row>& UnobservedRows() {
  static const auto* const rows = new std::vector<Row>{
      {"no lists: called without one", Unobserved, Action::kCall, Phase::kPending,
       Reason::kCallDue},
      {"no lists: accepted",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(1));
       },
       Action::kLatch, Phase::kStopped, Reason::kAssumed},
      {"no lists: accepted for an older generation",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kAccepted, CallClass::kAccepted, absl::Seconds(40));
         s.attempt().generation = 2;
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"no lists: assumed stopped, re-asserted on request only",
       [](Scene& s) {
         Unobserved(s);
         s.Latched();
         s.policy().start_grace = absl::ZeroDuration();
       },
       Action::kNone, Phase::kStopped, Reason::kAssumed},
      {"no lists: observe only",
       [](Scene& s) {
         Unobserved(s);
         s.policy().enforcement = Enforcement::kObserve;
       },
       Action::kNone, Phase::kUnknown, Reason::kReportOnly},
      {"no lists: protected",
       [](Scene& s) {
         Unobserved(s);
         s.policy().is_protected = true;
       },
       Action::kNone, Phase::kWaiting, Reason::kProtected},
      {"no lists: held",
       [](Scene& s) {
         Unobserved(s);
         s.Put(HoldScope::kProject, absl::Hours(1));
       },
       Action::kNone, Phase::kWaiting, Reason::kHeld, absl::Hours(1)},
      {"no lists: an asserted name cannot be checked",
       [](Scene& s) {
         Unobserved(s);
         s.policy().asserted_name = "om-2";
       },
       Action::kCall, Phase::kPending, Reason::kCallDue},
      {"no lists: outcome unknown, within the settle time",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(10));
       },
       Action::kNone, Phase::kRetrying, Reason::kOutcomeUnknown, absl::Seconds(20)},
      {"no lists: refused as already in state, within the settle time",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kRejected, CallClass::kAlreadyInState, absl::Seconds(10));
       },
       Action::kNone, Phase::kRetrying, Reason::kOutcomeUnknown, absl::Seconds(20)},
      {"no lists: transient failure, within the settle time",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Seconds(10));
       },
       Action::kNone, Phase::kRetrying, Reason::kBackoff, absl::Seconds(20)},
      {"no lists: outcome unknown, a settle time ago",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Seconds(30), 4);
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"no lists: what was seen while there were lists counts for nothing",
       [](Scene& s) {
         const Observation seen = s.seen();
         Unobserved(s);
         s.seen() = seen;
         s.See(PowerState::kPartial);
         s.Called(Outcome::kRejected, CallClass::kNotFound, absl::Seconds(10), 3);
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"no lists: five calls without a clear answer",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kUnknown, CallClass::kUnknown, absl::Hours(3), 5);
       },
       Action::kNone, Phase::kStalled, Reason::kNotObservable},
      {"no lists: not sent needs no settle time",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kNotSent, CallClass::kTransient, absl::Seconds(2));
       },
       Action::kCall, Phase::kRetrying, Reason::kCallDue},
      {"no lists: what had no effect is not given up",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kNotSent, CallClass::kTransient, absl::Hours(1), 50);
       },
       Action::kCall, Phase::kStalled, Reason::kRepeatedFailure},
      {"no lists: a token that was not accepted may be replaced",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kRejected, CallClass::kAuth, absl::Hours(1), 50);
       },
       Action::kCall, Phase::kStalled, Reason::kRepeatedFailure},
      {"no lists: forbidden",
       [](Scene& s) {
         Unobserved(s);
         s.Called(Outcome::kRejected, CallClass::kForbidden, absl::Seconds(10), 9);
         s.history().next_attempt = s.In(absl::Minutes(9));
       },
       Action::kNone, Phase::kStalled, Reason::kForbidden, absl::Minutes(9)},
      {"no lists: the credential is paused",
       [](Scene& s) {
         Unobserved(s);
         s.throttled_until = s.In(absl::Seconds(40));
       },
       Action::kNone, Phase::kWaiting, Reason::kThrottled, absl::Seconds(40)},
      {"no lists: twelve calls within the hour",
       [](Scene& s) {
         Unobserved(s);
         s.history().intents.assign(12, s.Ago(absl::Minutes(20)));
       },
       Action::kNone, Phase::kWaiting, Reason::kCallBudget, absl::Minutes(40)},
  };
  return *rows;
}

const std::vector<Row>& OtherRows() {
  static const auto* const rows = new std::vector<Row>{
      {"undeclared and running", [](Scene& s) { s.record.desired.reset(); }, Action::kNone,
       Phase::kUnmanaged, Reason::kUnmanaged},
      {"released while a call is open",
       [](Scene& s) {
         s.attempt().outcome = Outcome::kOpen;
         s.record.desired.reset();
       },
       Action::kNone, Phase::kUnmanaged, Reason::kUnmanaged},
      {"its project left the configuration",
       [](Scene& s) { s.settings.mode = ObservationMode::kUnconfigured; }, Action::kNone,
       Phase::kStalled, Reason::kProjectNotConfigured},
      {"the list that it waits for is refused",
       [](Scene& s) {
         s.ListedAgo(absl::Seconds(40));
         s.list_refused = true;
       },
       Action::kLook, Phase::kPending, Reason::kListRefused},
      {"nothing is known any more, and lists are refused",
       [](Scene& s) {
         s.Latched();
         s.ListedAgo(absl::Minutes(4));
         s.list_refused = true;
       },
       Action::kLook, Phase::kUnknown, Reason::kListRefused, absl::Minutes(5)},
      {"lists have been refused for long",
       [](Scene& s) {
         s.ListedAgo(absl::Minutes(30));
         s.list_refused = true;
       },
       Action::kLook, Phase::kStalled, Reason::kListRefused},
      {"lists are refused, and the last one is still good enough",
       [](Scene& s) { s.list_refused = true; }, Action::kCall, Phase::kPending, Reason::kCallDue},
      {"lists are refused, and somebody has to act for another reason",
       [](Scene& s) {
         s.ListedAgo(absl::Seconds(40));
         s.Called(Outcome::kRejected, CallClass::kForbidden, absl::Hours(1));
         s.list_refused = true;
       },
       Action::kLook, Phase::kStalled, Reason::kForbidden},
  };
  return *rows;
}

std::vector<Row> AllRows() {
  std::vector<Row> all;
  for (const auto* rows : {&RunningRows(), &GateRows(), &EvidenceRows(), &StateRows(), &CallRows(),
                           &UnobservedRows(), &OtherRows()}) {
    all.insert(all.end(), rows->begin(), rows->end());
  }
  return all;
}

class DecisionTable : public testing::TestWithParam<Row> {};

TEST_P(DecisionTable, Row) {
  const Row& row = GetParam();
  Scene scene;
  row.given(scene);
  const Decision decision = scene.Decide();
  EXPECT_EQ(ToString(decision.action), ToString(row.action));
  EXPECT_EQ(ToString(decision.phase), ToString(row.phase));
  EXPECT_EQ(ToString(decision.reason), ToString(row.reason));
  // A list usually comes by itself; when it does not, the operator must see to it.
  const bool stalled_stale = row.reason == Reason::kStale && row.phase == Phase::kStalled;
  EXPECT_EQ(ToString(decision.needs),
            ToString(stalled_stale ? Needs::kOperator : NeedsOf(row.reason)));
  EXPECT_EQ(decision.valid_until - scene.now.steady, row.valid_for);
}

std::string NameOfRow(const testing::TestParamInfo<Row>& info) {
  std::string name = std::to_string(info.index);
  if (name.size() < 3) name.insert(0, 3 - name.size(), '0');
  for (const char c : std::string("_") + info.param.name) {
    name.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(AllRows, DecisionTable, testing::ValuesIn(AllRows()), NameOfRow);

TEST(DecisionTable, CoversEveryReasonPhaseAndAction) {
  std::set<Reason> reasons;
  std::set<Phase> phases;
  std::set<Action> actions;
  for (const Row& row : AllRows()) {
    reasons.insert(row.reason);
    phases.insert(row.phase);
    actions.insert(row.action);
  }
  for (int i = 0; i < kReasonCount; ++i) {
    EXPECT_EQ(reasons.count(static_cast<Reason>(i)), 1u) << ToString(static_cast<Reason>(i));
  }
  for (int i = 0; i < kPhaseCount; ++i) {
    EXPECT_EQ(phases.count(static_cast<Phase>(i)), 1u) << ToString(static_cast<Phase>(i));
  }
  EXPECT_EQ(actions.size(), 4u);
}

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
         a.call_class == CallClass::kAlreadyInState;
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

absl::Duration BoundOf(const Scene& s) {
  const absl::Duration interval = s.freshness.interval == absl::ZeroDuration()
                                      ? s.settings.timing.list_idle
                                      : s.freshness.interval;
  return 3 * std::max(interval, s.freshness.list_took);
}

bool GatesAreOpen(const Scene& s) {
  const InstanceRecord& r = s.record;
  int recent = 0;
  for (const SteadyTime intent : r.history.intents) {
    if (s.now.steady - intent < absl::Hours(1)) ++recent;
  }
  return r.desired && r.attempt.outcome != Outcome::kOpen && !r.desired->policy.is_protected &&
         r.desired->policy.enforcement != Enforcement::kObserve && !HeldByAny(s) && recent < 12 &&
         s.now.steady >= r.history.next_attempt && s.now.steady >= s.throttled_until;
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

// --- random scenes -------------------------------------------------------------------------------

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
    call_class =
        dice.Of({CallClass::kAlreadyInState, CallClass::kAlreadyInState, CallClass::kThrottled,
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
  if (dice.OneIn(6)) s.throttled_until = s.In(dice.Of({-kTick, absl::ZeroDuration(), kTick}));
  if (dice.OneIn(5)) {
    const int calls = dice.Of({10, 11, 12});
    const SteadyTime first = s.Ago(dice.Around(absl::Hours(1)));
    std::vector<SteadyTime> intents(static_cast<size_t>(calls), s.Ago(absl::Minutes(1)));
    intents.front() = std::min(first, intents.back());
    s.record.history.intents = std::move(intents);
  }
}

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

constexpr uint64_t kSeeds = 40000;

std::string Describe(uint64_t seed, const Decision& d) {
  return "seed " + std::to_string(seed) + ": " + std::string(ToString(d.action)) + " " +
         std::string(ToString(d.phase)) + " " + std::string(ToString(d.reason));
}

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

// --- freshness -----------------------------------------------------------------------------------

TEST(FreshnessBound, IsThreeTimesTheLargerOfIntervalAndDuration) {
  const ProjectSettings settings;
  ProjectFreshness freshness;
  EXPECT_EQ(FreshnessBound(settings, freshness), absl::Minutes(3));  // list_idle
  freshness.interval = absl::Seconds(5);
  EXPECT_EQ(FreshnessBound(settings, freshness), absl::Seconds(15));
  freshness.list_took = absl::Seconds(12);
  EXPECT_EQ(FreshnessBound(settings, freshness), absl::Seconds(36));
}

TEST(IsFresh, EndsWithTheBoundAndWithTheProcess) {
  Scene s;
  EXPECT_TRUE(IsFresh(s.settings, s.freshness, s.now));
  s.ListedAgo(absl::Minutes(3));
  EXPECT_TRUE(IsFresh(s.settings, s.freshness, s.now));
  s.ListedAgo(absl::Minutes(3) + kTick);
  EXPECT_FALSE(IsFresh(s.settings, s.freshness, s.now));
  s.ListedAgo(absl::Seconds(1));
  s.RestartedAgo(absl::ZeroDuration());
  EXPECT_FALSE(IsFresh(s.settings, s.freshness, s.now));
  EXPECT_FALSE(IsFresh(s.settings, ProjectFreshness(), s.now));
}

TEST(LookMaxAge, IsNeverUnderTwiceTheListsDuration) {
  Scene s;
  EXPECT_EQ(LookMaxAge(s.settings, s.freshness), absl::Seconds(30));
  s.freshness.list_took = absl::Seconds(20);
  EXPECT_EQ(LookMaxAge(s.settings, s.freshness), absl::Seconds(40));
}

// --- the gates that explain shows ----------------------------------------------------------------

const Gate* Find(const std::vector<Gate>& gates, const std::string& name) {
  for (const Gate& gate : gates) {
    if (gate.name == name) return &gate;
  }
  return nullptr;
}

TEST(ListGates, AreAllOpenForAnInstanceThatMayBeCalled) {
  const std::vector<Gate> gates = Scene().Gates();
  EXPECT_EQ(gates.size(), 7u);
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
      ASSERT_EQ(gate.state, Gate::State::kOpen) << Describe(seed, decision) << " " << gate.name;
    }
  }
}

}  // namespace
}  // namespace quiesce::core
