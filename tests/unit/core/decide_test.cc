#include "daemon/core/decide.h"

#include <cctype>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/reason.h"
#include "gtest/gtest.h"
#include "tests/unit/core/decide_scene.h"

namespace quiesce::core {
namespace {

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
      {"its turn within the quota comes later",
       [](Scene& s) { s.quota_until = s.In(absl::Minutes(12)); }, Action::kCall, Phase::kWaiting,
       Reason::kQuota, absl::Minutes(12)},
      {"its turn comes later, and before that a list",
       [](Scene& s) {
         s.ListedAgo(absl::Seconds(40));
         s.quota_until = s.In(absl::Minutes(12));
       },
       Action::kLook, Phase::kWaiting, Reason::kQuota, absl::Minutes(12)},
      {"failed five times, and its turn comes later",
       [](Scene& s) {
         s.Called(Outcome::kRejected, CallClass::kTransient, absl::Minutes(10), 5);
         s.quota_until = s.In(absl::Minutes(12));
       },
       Action::kCall, Phase::kStalled, Reason::kRepeatedFailure},
      {"not seen for long, because the quota is used up",
       [](Scene& s) {
         s.ListedAgo(absl::Hours(1));
         s.quota_until = s.In(absl::Minutes(12));
       },
       Action::kLook, Phase::kWaiting, Reason::kQuota, absl::Minutes(12)},
      {"was stopped, and is not seen because the quota is used up",
       [](Scene& s) {
         s.Latched();
         s.ListedAgo(absl::Hours(1));
         s.quota_until = s.In(absl::Minutes(12));
       },
       Action::kLook, Phase::kUnknown, Reason::kQuota, absl::Minutes(12)},
      {"stopped, whatever the quota",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.quota_until = s.In(absl::Minutes(12));
       },
       Action::kNone, Phase::kStopped, Reason::kConverged},
      {"observation none, and its turn comes later",
       [](Scene& s) {
         Unobserved(s);
         s.quota_until = s.In(absl::Minutes(12));
       },
       Action::kCall, Phase::kWaiting, Reason::kQuota, absl::Minutes(12)},
      {"the endpoint does not answer", [](Scene& s) { s.endpoint_down = true; }, Action::kNone,
       Phase::kWaiting, Reason::kEndpointDown},
      {"observation none, and the endpoint does not answer",
       [](Scene& s) {
         Unobserved(s);
         s.endpoint_down = true;
       },
       Action::kCall, Phase::kWaiting, Reason::kEndpointDown},
      {"the endpoint does not answer, and a list must come first",
       [](Scene& s) {
         s.ListedAgo(absl::Seconds(70));
         s.Latched();
         s.See(PowerState::kStopped);
         s.record.observation.list_seq = 111;
         s.desired().floor_seq = 115;
         s.endpoint_down = true;
       },
       Action::kLook, Phase::kUnknown, Reason::kEndpointDown},
      {"the endpoint does not answer, and the last list still says stopped",
       [](Scene& s) {
         s.See(PowerState::kStopped);
         s.Latched();
         s.endpoint_down = true;
       },
       Action::kNone, Phase::kStopped, Reason::kConverged},
      {"the list that it waits for is refused",
       [](Scene& s) {
         s.ListedAgo(absl::Seconds(40));
         s.list_refused = true;
       },
       Action::kLook, Phase::kPending, Reason::kListRefused},
      {"the list that it waits for comes after a pause",
       [](Scene& s) {
         s.Latched();
         s.ListedAgo(absl::Minutes(4));
         s.throttled_until = s.In(absl::Seconds(20));
       },
       Action::kLook, Phase::kUnknown, Reason::kThrottled, absl::Seconds(20)},
      {"lists have been put off by pauses for long",
       [](Scene& s) {
         s.ListedAgo(absl::Minutes(30));
         s.throttled_until = s.In(absl::Seconds(20));
       },
       Action::kLook, Phase::kStalled, Reason::kThrottled, absl::Seconds(20)},
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
  const bool stalled_stale = (row.reason == Reason::kStale || row.reason == Reason::kThrottled) &&
                             row.phase == Phase::kStalled;
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

}  // namespace
}  // namespace quiesce::core
