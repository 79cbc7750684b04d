#include "daemon/core/transition.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

const SteadyTime kNow = SteadyTime::FromMicros(1700000000000000);

// Every fact of a record as text, to see that nothing but what should change does.
std::string Dump(const InstanceRecord& r) {
  std::ostringstream out;
  if (r.desired) {
    const Desired& d = *r.desired;
    out << "desired " << d.uid << " " << d.generation << " " << d.adopted_floor_seq << " "
        << d.floor_seq << " " << d.workspace << " " << static_cast<int>(d.policy.enforcement)
        << d.policy.start_grace << d.policy.is_protected << d.policy.asserted_name << " "
        << d.authority.reference << " " << d.authority.principal << "\n";
  }
  const Attempt& a = r.attempt;
  out << "attempt " << a.id << " " << a.fence << " " << a.generation << " " << a.based_on_seq << " "
      << static_cast<int>(a.outcome) << " " << static_cast<int>(a.call_class) << " " << a.resolved
      << " " << a.floor_seq << " " << a.started.micros() << " " << a.ended.micros() << " "
      << a.http_status << " " << a.error_code << " " << a.message << " " << a.cloud_request_id
      << "\n";
  const Observation& o = r.observation;
  out << "observation " << static_cast<int>(o.state) << " " << static_cast<int>(o.presence) << " "
      << o.missing_lists << " " << o.since.micros() << " " << o.list_seq << " " << o.shown_seq
      << " " << o.shown_at.micros() << " " << o.cloud_name << " " << o.nodes.size() << "\n";
  const History& h = r.history;
  out << "history " << h.stopped_generation << " " << h.failures << " " << h.next_attempt.micros();
  for (const SteadyTime t : h.intents) out << " " << t.micros();
  return out.str();
}

Declaration Declared(const std::string& workspace = "billing") {
  Declaration declaration;
  declaration.workspace = workspace;
  declaration.authority.reference = "plan-1";
  declaration.authority.principal = "ci";
  return declaration;
}

// Adopted at list_seq 100 and observed running.
InstanceRecord Adopted() {
  InstanceRecord record;
  record.key = InstanceKey{"project", "instance"};
  record.observation.state = PowerState::kRunning;
  record.observation.presence = Presence::kPresent;
  record.observation.list_seq = 90;
  record.observation.since = kNow - absl::Hours(1);
  record.observation.cloud_name = "om-1";
  Declare(record, Declared(), "uid-1", true, 100);
  return record;
}

InstanceRecord Stopped() {
  InstanceRecord record = Adopted();
  record.observation.state = PowerState::kStopped;
  Latch(record);
  return record;
}

InstanceRecord Called(const CallResult& result, SteadyTime ended = kNow) {
  InstanceRecord record = Adopted();
  BeginAttempt(record, "attempt-1", 7, 101, ended - absl::Seconds(2));
  FinishAttempt(record, result, ProjectSettings(), 110, ended);
  return record;
}

CallResult Result(Outcome outcome, CallClass call_class) {
  CallResult result;
  result.outcome = outcome;
  result.call_class = call_class;
  return result;
}

CallResult Accepted() { return Result(Outcome::kAccepted, CallClass::kAccepted); }
CallResult Unknown() { return Result(Outcome::kUnknown, CallClass::kUnknown); }
CallResult Rejected(CallClass call_class) { return Result(Outcome::kRejected, call_class); }

// --- declarations --------------------------------------------------------------------------------

TEST(Declare, AnAdoptionStartsTheFirstGenerationOfANewUid) {
  InstanceRecord record;
  EXPECT_TRUE(Declare(record, Declared(), "uid-1", true, 100));
  ASSERT_TRUE(record.desired);
  EXPECT_EQ(record.desired->uid, "uid-1");
  EXPECT_EQ(record.desired->generation, 1);
  EXPECT_EQ(record.desired->adopted_floor_seq, 100);
  EXPECT_EQ(record.desired->floor_seq, 100);
  EXPECT_EQ(record.desired->workspace, "billing");
  EXPECT_EQ(record.desired->authority.principal, "ci");
  EXPECT_EQ(record.history.stopped_generation, 0);
}

TEST(Declare, AnAdoptionWithoutAStopIsAnAdoptionAllTheSame) {
  InstanceRecord record;
  EXPECT_TRUE(Declare(record, Declared(), "uid-1", false, 100));
  EXPECT_EQ(record.desired->generation, 1);
  EXPECT_EQ(record.history.stopped_generation, 0) << "only a list may say that it is stopped";
}

TEST(Declare, AnAdoptionInheritsTheAttemptButNothingThatItWasFor) {
  InstanceRecord record = Called(Unknown());
  const InstanceRecord before = record;
  Release(record);
  EXPECT_TRUE(Declare(record, Declared("risk"), "uid-2", true, 120));
  EXPECT_EQ(record.desired->uid, "uid-2");
  EXPECT_EQ(record.desired->generation, 1);
  EXPECT_EQ(record.attempt.id, before.attempt.id);
  EXPECT_EQ(record.attempt.outcome, Outcome::kUnknown);
  EXPECT_FALSE(record.attempt.resolved);
  EXPECT_EQ(record.attempt.ended, before.attempt.ended);
  EXPECT_EQ(record.attempt.floor_seq, before.attempt.floor_seq);
  EXPECT_NE(record.attempt.generation, record.desired->generation);
  EXPECT_EQ(record.history.intents, before.history.intents) << "the budget is the instance's";
  EXPECT_EQ(record.history.failures, 0);
  EXPECT_LE(record.history.next_attempt, kNow);
}

TEST(Declare, AnAdoptionDoesNotInheritThatItWasStopped) {
  InstanceRecord record = Stopped();
  Release(record);
  Declare(record, Declared(), "uid-2", true, 120);
  EXPECT_EQ(record.history.stopped_generation, 0);
  EXPECT_EQ(record.observation.state, PowerState::kStopped);
}

TEST(Declare, AnUnchangedDeclarationWithoutAStopChangesNothing) {
  for (InstanceRecord record : {Adopted(), Stopped(), Called(Unknown())}) {
    const std::string before = Dump(record);
    Declaration again = Declared();
    again.authority.reference = "plan-2";
    EXPECT_FALSE(Declare(record, again, "uid-2", false, 120));
    EXPECT_EQ(Dump(record), before);
  }
}

TEST(Declare, RepeatingWhatIsStillBeingCarriedOutChangesNothing) {
  for (InstanceRecord record : {Adopted(), Called(Accepted())}) {
    const std::string before = Dump(record);
    EXPECT_FALSE(Declare(record, Declared(), "uid-2", true, 120));
    EXPECT_EQ(Dump(record), before);
  }
}

TEST(Declare, AStopOfWhatWasStoppedStartsAGenerationThatIsNotStopped) {
  InstanceRecord record = Stopped();
  Declaration again = Declared();
  again.authority.reference = "plan-2";
  EXPECT_TRUE(Declare(record, again, "uid-2", true, 120));
  EXPECT_EQ(record.desired->generation, 2);
  EXPECT_EQ(record.desired->uid, "uid-1") << "only an adoption takes a new uid";
  EXPECT_EQ(record.desired->floor_seq, 120);
  EXPECT_EQ(record.desired->adopted_floor_seq, 100);
  EXPECT_EQ(record.desired->authority.reference, "plan-2");
  EXPECT_EQ(record.history.stopped_generation, 1);
}

TEST(Declare, AChangeWithoutAStopCarriesTheStoppedGenerationAlong) {
  InstanceRecord record = Stopped();
  Declaration change = Declared();
  change.policy.start_grace = absl::Hours(1);
  EXPECT_TRUE(Declare(record, change, "uid-2", false, 120));
  EXPECT_EQ(record.desired->generation, 2);
  EXPECT_EQ(record.history.stopped_generation, 2);
  EXPECT_EQ(record.desired->policy.start_grace, absl::Hours(1));
  EXPECT_EQ(record.desired->floor_seq, 120);
}

TEST(Declare, AChangeWithAStopDoesNot) {
  InstanceRecord record = Stopped();
  Declaration change = Declared();
  change.policy.start_grace = absl::ZeroDuration();
  EXPECT_TRUE(Declare(record, change, "uid-2", true, 120));
  EXPECT_EQ(record.desired->generation, 2);
  EXPECT_EQ(record.history.stopped_generation, 1);
}

TEST(Declare, AChangeOfWhatWasNotStoppedCarriesNothing) {
  InstanceRecord record = Stopped();
  Reassert(record, 115);
  Declaration change = Declared();
  change.policy.is_protected = true;
  EXPECT_TRUE(Declare(record, change, "uid-2", false, 120));
  EXPECT_EQ(record.desired->generation, 3);
  EXPECT_EQ(record.history.stopped_generation, 1);
}

TEST(Declare, AMoveToAnotherWorkspaceIsAChange) {
  InstanceRecord record = Stopped();
  EXPECT_TRUE(Declare(record, Declared("risk"), "uid-2", false, 120));
  EXPECT_EQ(record.desired->workspace, "risk");
  EXPECT_EQ(record.desired->uid, "uid-1");
  EXPECT_EQ(record.desired->generation, 2);
  EXPECT_EQ(record.history.stopped_generation, 2);
}

TEST(Declare, AChangeForgetsFailuresButNotTheAttempt) {
  InstanceRecord record = Called(Rejected(CallClass::kForbidden));
  EXPECT_EQ(record.history.failures, 1);
  const Attempt attempt = record.attempt;
  Declaration change = Declared();
  change.policy.enforcement = Enforcement::kOnce;
  EXPECT_TRUE(Declare(record, change, "uid-2", true, 120));
  EXPECT_EQ(record.history.failures, 0);
  EXPECT_LE(record.history.next_attempt, kNow);
  EXPECT_EQ(record.attempt.id, attempt.id);
  EXPECT_EQ(record.attempt.generation, attempt.generation);
  EXPECT_EQ(record.attempt.floor_seq, attempt.floor_seq);
}

TEST(Reassert, StartsAGenerationThatIsNotStoppedAndForgetsFailures) {
  InstanceRecord record = Stopped();
  record.history.failures = 5;
  record.history.next_attempt = kNow + absl::Hours(1);
  Reassert(record, 130);
  EXPECT_EQ(record.desired->generation, 2);
  EXPECT_EQ(record.desired->floor_seq, 130);
  EXPECT_EQ(record.desired->adopted_floor_seq, 100);
  EXPECT_EQ(record.history.stopped_generation, 1);
  EXPECT_EQ(record.history.failures, 0);
  EXPECT_LE(record.history.next_attempt, kNow);
  EXPECT_EQ(record.desired->uid, "uid-1");
}

TEST(Release, KeepsEverythingButTheDeclaration) {
  InstanceRecord record = Called(Unknown());
  InstanceRecord expected = record;
  expected.desired.reset();
  Release(record);
  EXPECT_EQ(Dump(record), Dump(expected));
}

// --- calls ---------------------------------------------------------------------------------------

TEST(BeginAttempt, OpensAnIntentOfTheCurrentGeneration) {
  InstanceRecord record = Called(Rejected(CallClass::kTransient));
  record.attempt.message = "an old message";
  record.desired->generation = 4;
  BeginAttempt(record, "attempt-2", 8, 111, kNow);
  const Attempt& a = record.attempt;
  EXPECT_EQ(a.id, "attempt-2");
  EXPECT_EQ(a.fence, 8);
  EXPECT_EQ(a.generation, 4);
  EXPECT_EQ(a.based_on_seq, 111);
  EXPECT_EQ(a.outcome, Outcome::kOpen);
  EXPECT_EQ(a.call_class, CallClass::kNone);
  EXPECT_FALSE(a.resolved);
  EXPECT_EQ(a.started, kNow);
  EXPECT_EQ(a.message, "") << "nothing of the attempt before";
  EXPECT_EQ(record.history.intents.back(), kNow);
}

TEST(BeginAttempt, KeepsTheIntentsOfTheLastHourOnly) {
  InstanceRecord record = Adopted();
  const SteadyTime young = kNow - absl::Hours(1) + absl::Microseconds(1);
  record.history.intents = {kNow - absl::Hours(2), kNow - absl::Hours(1), young};
  BeginAttempt(record, "attempt-1", 7, 101, kNow);
  EXPECT_EQ(record.history.intents, (std::vector<SteadyTime>{young, kNow}));
}

struct FinishRow {
  const char* name;
  CallResult result;
  bool resolved;
  int failures;
  absl::Duration at_least;  // until the next call
  absl::Duration at_most;
};

std::vector<FinishRow> FinishRows() {
  const absl::Duration settle = ProjectSettings().timing.settle;
  const absl::Duration base = limits::kBackoffBase;
  return {
      {"accepted may turn out to be a failure", Accepted(), false, 1, settle + base / 2,
       settle + base},
      {"unknown", Unknown(), false, 1, settle + base / 2, settle + base},
      {"malformed, so unknown", Result(Outcome::kUnknown, CallClass::kMalformed), false, 1,
       settle + base / 2, settle + base},
      {"already in state is opaque", Rejected(CallClass::kAlreadyInState), false, 1,
       settle + base / 2, settle + base},
      {"transient", Rejected(CallClass::kTransient), true, 1, base / 2, base},
      {"not authenticated", Rejected(CallClass::kAuth), true, 1, base / 2, base},
      {"forbidden", Rejected(CallClass::kForbidden), true, 1, limits::kSlowRetry,
       limits::kSlowRetry},
      {"not found", Rejected(CallClass::kNotFound), true, 1, limits::kSlowRetry,
       limits::kSlowRetry},
      {"permanent", Rejected(CallClass::kPermanent), true, 1, limits::kSlowRetry,
       limits::kSlowRetry},
      {"throttled is nobody's failure", Rejected(CallClass::kThrottled), true, 0,
       limits::kDefaultThrottlePause, limits::kDefaultThrottlePause},
      {"not sent because the cloud was not reached",
       Result(Outcome::kNotSent, CallClass::kTransient), true, 1, base / 2, base},
      {"not sent because of ourselves", Result(Outcome::kNotSent, CallClass::kNone), true, 0, base,
       base},
  };
}

TEST(FinishAttempt, SettlesWhatCameOfTheCallAndWhenTheNextMayBe) {
  for (const FinishRow& row : FinishRows()) {
    const InstanceRecord record = Called(row.result);
    EXPECT_EQ(record.attempt.outcome, row.result.outcome) << row.name;
    EXPECT_EQ(record.attempt.call_class, row.result.call_class) << row.name;
    EXPECT_EQ(record.attempt.resolved, row.resolved) << row.name;
    EXPECT_EQ(record.attempt.floor_seq, 110) << row.name;
    EXPECT_EQ(record.attempt.ended, kNow) << row.name;
    EXPECT_EQ(record.attempt.started, kNow - absl::Seconds(2)) << row.name;
    EXPECT_EQ(record.history.failures, row.failures) << row.name;
    EXPECT_GE(record.history.next_attempt - kNow, row.at_least) << row.name;
    EXPECT_LE(record.history.next_attempt - kNow, row.at_most) << row.name;
    const size_t counted = row.result.outcome == Outcome::kNotSent ? 0 : 1;
    EXPECT_EQ(record.history.intents.size(), counted) << row.name;
  }
}

TEST(FinishAttempt, RecordsWhatTheCloudSaid) {
  CallResult result = Rejected(CallClass::kPermanent);
  result.http_status = 400;
  result.error_code = "DBSS.10020021";
  result.message = "Invalid request parameter ID.";
  result.cloud_request_id = "5f3a";
  const InstanceRecord record = Called(result);
  EXPECT_EQ(record.attempt.http_status, 400);
  EXPECT_EQ(record.attempt.error_code, "DBSS.10020021");
  EXPECT_EQ(record.attempt.message, "Invalid request parameter ID.");
  EXPECT_EQ(record.attempt.cloud_request_id, "5f3a");
}

TEST(FinishAttempt, WaitsAsLongAsTheCloudAsksButNotForEver) {
  CallResult throttled = Rejected(CallClass::kThrottled);
  throttled.retry_after = absl::Seconds(7);
  EXPECT_EQ(Called(throttled).history.next_attempt - kNow, absl::Seconds(7));
  throttled.retry_after = absl::Hours(1000);
  EXPECT_EQ(Called(throttled).history.next_attempt - kNow, limits::kMaxThrottlePause);
}

TEST(FinishAttempt, WaitsLongerAfterEachFailure) {
  InstanceRecord record = Adopted();
  absl::Duration last = absl::ZeroDuration();
  for (int i = 1; i <= 8; ++i) {
    BeginAttempt(record, "attempt", 7, 101, kNow);
    FinishAttempt(record, Rejected(CallClass::kTransient), ProjectSettings(), 110, kNow);
    EXPECT_EQ(record.history.failures, i);
    EXPECT_GE(record.history.next_attempt - kNow, last);
    last = record.history.next_attempt - kNow;
  }
  EXPECT_GT(last, absl::Minutes(1));
}

TEST(FinishAttempt, GivesBackTheIntentOfTheVeryCallThatWasNotSent) {
  InstanceRecord record = Adopted();
  record.history.intents = {kNow - absl::Minutes(3), kNow - absl::Minutes(2)};
  BeginAttempt(record, "attempt-1", 7, 101, kNow);
  FinishAttempt(record, Result(Outcome::kNotSent, CallClass::kNone), ProjectSettings(), 110,
                kNow + absl::Seconds(1));
  EXPECT_EQ(record.history.intents,
            (std::vector<SteadyTime>{kNow - absl::Minutes(3), kNow - absl::Minutes(2)}));
}

// A call given up as UNKNOWN, answered after all.
TEST(FinishAttempt, ALateDefiniteAnswerReplacesUnknown) {
  for (const CallResult& late : {Accepted(), Rejected(CallClass::kForbidden)}) {
    InstanceRecord record = Called(Unknown());
    const InstanceRecord before = record;
    FinishAttempt(record, late, ProjectSettings(), 140, kNow + absl::Minutes(1));
    EXPECT_EQ(record.attempt.outcome, late.outcome);
    EXPECT_EQ(record.attempt.call_class, late.call_class);
    EXPECT_EQ(record.attempt.resolved, late.outcome == Outcome::kRejected);
    // It says what came of the call, not when it ended: what was measured from there stays.
    EXPECT_EQ(record.attempt.ended, before.attempt.ended);
    EXPECT_EQ(record.attempt.floor_seq, before.attempt.floor_seq);
    EXPECT_EQ(record.history.failures, before.history.failures);
    EXPECT_EQ(record.history.next_attempt, before.history.next_attempt);
    EXPECT_EQ(record.history.intents, before.history.intents);
  }
}

TEST(FinishAttempt, ALateAnswerDoesNotReopenWhatAListHasSettled) {
  InstanceRecord record = Called(Unknown());
  Latch(record);
  FinishAttempt(record, Accepted(), ProjectSettings(), 140, kNow + absl::Minutes(1));
  EXPECT_TRUE(record.attempt.resolved);
  EXPECT_EQ(record.attempt.outcome, Outcome::kAccepted);
  EXPECT_EQ(record.history.failures, 0);
}

TEST(Latch, RecordsTheGenerationAndSettlesTheAttempt) {
  InstanceRecord record = Called(Accepted());
  record.desired->generation = 4;
  Latch(record);
  EXPECT_EQ(record.history.stopped_generation, 4);
  EXPECT_TRUE(record.attempt.resolved);
  EXPECT_EQ(record.attempt.outcome, Outcome::kAccepted) << "what the cloud said stays a fact";
  EXPECT_EQ(record.history.failures, 0);
  EXPECT_LE(record.history.next_attempt, kNow);
  EXPECT_EQ(record.history.intents.size(), 1u);
}

// --- lists: present ------------------------------------------------------------------------------

ListedInstance Listed(PowerState state, const std::string& name = "om-1") {
  ListedInstance listed;
  listed.instance_id = "instance";
  listed.cloud_name = name;
  listed.state = state;
  return listed;
}

ListInfo List(int64_t seq) { return ListInfo{seq, kNow + absl::Seconds(seq)}; }

TEST(ObservePresent, TakesTheFirstList) {
  InstanceRecord record;
  EXPECT_TRUE(ObservePresent(record, Listed(PowerState::kRunning), List(5)));
  EXPECT_EQ(record.observation.state, PowerState::kRunning);
  EXPECT_EQ(record.observation.presence, Presence::kPresent);
  EXPECT_EQ(record.observation.since, List(5).started);
  EXPECT_EQ(record.observation.list_seq, 5);
  EXPECT_EQ(record.observation.cloud_name, "om-1");
}

TEST(ObservePresent, TakesTheFirstListEvenIfItTellsNothing) {
  InstanceRecord record;
  EXPECT_TRUE(ObservePresent(record, Listed(PowerState::kUnknown, ""), List(5)));
  EXPECT_EQ(record.observation.presence, Presence::kPresent);
  EXPECT_EQ(record.observation.since, List(5).started);
}

TEST(ObservePresent, ALaterListThatShowsTheSameChangesNothing) {
  InstanceRecord record;
  ObservePresent(record, Listed(PowerState::kRunning), List(5));
  const std::string before = Dump(record);
  EXPECT_FALSE(ObservePresent(record, Listed(PowerState::kRunning), List(6)));
  EXPECT_EQ(Dump(record), before);
}

TEST(ObservePresent, AnOlderListOrTheSameOneChangesNothing) {
  InstanceRecord record;
  ObservePresent(record, Listed(PowerState::kRunning), List(5));
  const std::string before = Dump(record);
  EXPECT_FALSE(ObservePresent(record, Listed(PowerState::kStopped), List(5)));
  EXPECT_FALSE(ObservePresent(record, Listed(PowerState::kStopped), List(4)));
  EXPECT_EQ(Dump(record), before);
}

TEST(ObservePresent, AChangeOfStateIsDatedByTheListThatFirstShowsIt) {
  InstanceRecord record;
  ObservePresent(record, Listed(PowerState::kStopped), List(5));
  ObservePresent(record, Listed(PowerState::kRunning), List(9));
  EXPECT_EQ(record.observation.since, List(9).started);
  ObservePresent(record, Listed(PowerState::kRunning, "renamed"), List(12));
  EXPECT_EQ(record.observation.since, List(9).started) << "a new name is no new state";
  EXPECT_EQ(record.observation.cloud_name, "renamed");
  EXPECT_EQ(record.observation.list_seq, 12);
}

TEST(ObservePresent, AChangeOfNodesAloneIsAChange) {
  InstanceRecord record;
  ListedInstance listed = Listed(PowerState::kUnavailable);
  listed.nodes = {Node{"n1", "FROZEN", "NO_TASK", ""}};
  ObservePresent(record, listed, List(5));
  listed.nodes[0].scene = "ARREAR";
  EXPECT_TRUE(ObservePresent(record, listed, List(6)));
  EXPECT_EQ(record.observation.nodes, listed.nodes);
  EXPECT_EQ(record.observation.since, List(5).started);
}

TEST(ObservePresent, AChangeOfStateForgetsFailures) {
  InstanceRecord record = Called(Rejected(CallClass::kForbidden));
  EXPECT_TRUE(ObservePresent(record, Listed(PowerState::kUnavailable), List(120)));
  EXPECT_EQ(record.history.failures, 0);
  EXPECT_LE(record.history.next_attempt, kNow);
}

TEST(ObservePresent, AChangeThatThePendingCallMayHaveCausedForgetsNothing) {
  for (const CallResult& result : {Accepted(), Unknown(), Rejected(CallClass::kAlreadyInState)}) {
    InstanceRecord record = Called(result);
    EXPECT_TRUE(ObservePresent(record, Listed(PowerState::kStopping), List(120)));
    EXPECT_TRUE(ObservePresent(record, Listed(PowerState::kRunning), List(121)));
    EXPECT_EQ(record.history.failures, 1);
    EXPECT_GT(record.history.next_attempt, kNow);
  }
}

TEST(ObservePresent, DoesNotLatch) {
  InstanceRecord record = Called(Accepted());
  ObservePresent(record, Listed(PowerState::kStopped), List(120));
  EXPECT_EQ(record.history.stopped_generation, 0);
  EXPECT_FALSE(record.attempt.resolved);
}

TEST(ObservePresent, AReturnEndsAnAbsence) {
  for (const bool suspect : {false, true}) {
    InstanceRecord record = Adopted();
    ObserveMissing(record, suspect, List(120), ProjectFreshness());
    EXPECT_TRUE(ObservePresent(record, Listed(PowerState::kRunning), List(121)));
    EXPECT_EQ(record.observation.presence, Presence::kPresent);
    EXPECT_EQ(record.observation.missing_lists, 0);
    EXPECT_EQ(record.observation.since, kNow - absl::Hours(1)) << "it ran all the while";
  }
}

// --- lists: missing ------------------------------------------------------------------------------

ProjectFreshness Before(int64_t seq) {
  ProjectFreshness freshness;
  freshness.last_seq = seq;
  freshness.list_started = List(seq).started;
  return freshness;
}

TEST(ObserveMissing, IsAbsentAfterThreeListsInARow) {
  InstanceRecord record = Adopted();
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(ObserveMissing(record, false, List(110 + i), Before(109 + i)));
    EXPECT_EQ(record.observation.presence, Presence::kMissing);
    EXPECT_EQ(record.observation.missing_lists, i);
  }
  const std::string before = Dump(record);
  EXPECT_FALSE(ObserveMissing(record, false, List(114), Before(113)));
  EXPECT_EQ(Dump(record), before) << "an absent one costs nothing more";
}

TEST(ObserveMissing, CountsInARowOnly) {
  InstanceRecord record = Adopted();
  ObserveMissing(record, false, List(111), Before(110));
  ObserveMissing(record, false, List(112), Before(111));
  ObservePresent(record, Listed(PowerState::kRunning), List(113));
  ObserveMissing(record, false, List(114), Before(113));
  EXPECT_EQ(record.observation.missing_lists, 1);
}

TEST(ObserveMissing, CountsAListOnce) {
  InstanceRecord record = Adopted();
  EXPECT_TRUE(ObserveMissing(record, false, List(111), Before(110)));
  EXPECT_FALSE(ObserveMissing(record, false, List(111), Before(110)));
  EXPECT_FALSE(ObserveMissing(record, false, List(90), Before(89)));
  EXPECT_EQ(record.observation.missing_lists, 1);
}

TEST(ObserveMissing, KeepsWhatWasLastShownAndWhen) {
  InstanceRecord record = Adopted();
  ObserveMissing(record, false, List(111), Before(110));
  EXPECT_EQ(record.observation.state, PowerState::kRunning);
  EXPECT_EQ(record.observation.shown_seq, 110) << "it was in every list up to the last";
  EXPECT_EQ(record.observation.shown_at, List(110).started);
  ObserveMissing(record, false, List(112), Before(111));
  EXPECT_EQ(record.observation.shown_seq, 110);
  EXPECT_EQ(record.observation.shown_at, List(110).started);
}

TEST(ObserveMissing, KnowsThatAListCutShortByACrashHadShownIt) {
  InstanceRecord record = Adopted();
  ObservePresent(record, Listed(PowerState::kStopped), List(115));
  ObserveMissing(record, false, List(116), Before(114));
  EXPECT_EQ(record.observation.shown_seq, 115);
}

TEST(ObserveMissing, OfOneThatWasNeverShownSaysSo) {
  InstanceRecord record;
  Declare(record, Declared(), "uid-1", true, 100);
  ObserveMissing(record, false, List(111), Before(110));
  EXPECT_EQ(record.observation.presence, Presence::kMissing);
  EXPECT_EQ(record.observation.shown_seq, 0);
  EXPECT_TRUE(record.observation.shown_at.is_never());
}

TEST(ObserveMissing, ASuspectListCountsForNothing) {
  InstanceRecord record = Adopted();
  EXPECT_TRUE(ObserveMissing(record, true, List(111), Before(110)));
  EXPECT_EQ(record.observation.presence, Presence::kSuspect);
  EXPECT_EQ(record.observation.missing_lists, 0);
  EXPECT_EQ(record.observation.shown_seq, 110);
  EXPECT_FALSE(ObserveMissing(record, true, List(112), Before(111)));
}

TEST(ObserveMissing, CountsOnWhereItStoodWhenTheSuspicionEnds) {
  InstanceRecord record = Adopted();
  ObserveMissing(record, false, List(111), Before(110));
  ObserveMissing(record, true, List(112), Before(111));
  EXPECT_EQ(record.observation.missing_lists, 1);
  EXPECT_EQ(record.observation.shown_seq, 110);
  ObserveMissing(record, false, List(113), Before(112));
  EXPECT_EQ(record.observation.presence, Presence::kMissing);
  EXPECT_EQ(record.observation.missing_lists, 2);
}

TEST(ObserveMissing, NeverCountsBeyondThree) {
  InstanceRecord record = Adopted();
  for (int i = 1; i <= 3; ++i) ObserveMissing(record, false, List(110 + i), Before(109 + i));
  ObserveMissing(record, true, List(114), Before(113));
  ObserveMissing(record, false, List(115), Before(114));
  EXPECT_EQ(record.observation.presence, Presence::kMissing);
  EXPECT_EQ(record.observation.missing_lists, 3);
}

// --- suspicion -----------------------------------------------------------------------------------

TEST(ObserveMissing, ASuspectListTakesNothingFromWhatWasAbsentBefore) {
  InstanceRecord record;
  record.observation.presence = Presence::kMissing;
  record.observation.missing_lists = 3;
  const Observation before = record.observation;
  EXPECT_FALSE(ObserveMissing(record, /*suspect=*/true, ListInfo{before.list_seq + 5, kNow}, {}));
  EXPECT_EQ(record.observation.presence, Presence::kMissing);
  EXPECT_EQ(record.observation.missing_lists, before.missing_lists);
}

TEST(IsSuspect, FromMoreThanAFifthOrMoreThanOne) {
  struct Row {
    size_t tracked;
    size_t lost;
    bool suspect;
  };
  const std::vector<Row> rows = {
      {1, 0, false},
      {1, 1, false},
      {2, 1, false},
      {2, 2, true},
      {5, 1, false},
      {5, 2, true},
      {9, 1, false},
      {9, 2, true},
      {10, 2, false},
      {10, 3, true},
      {14, 2, false},
      {14, 3, true},
      {15, 3, false},
      {15, 4, true},
      {35, 7, false},
      {35, 8, true},
      {100, 20, false},
      {100, 21, true},
      {1000000, 200000, false},
      {1000000, 200001, true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(IsSuspect(row.tracked, row.lost, false), row.suspect)
        << row.tracked << " " << row.lost;
  }
}

TEST(IsSuspect, IsExactForEveryNumber) {
  for (size_t tracked = 1; tracked < 3000; ++tracked) {
    const size_t bearable = std::max<size_t>(1, tracked / 5);
    ASSERT_FALSE(IsSuspect(tracked, bearable, false)) << tracked;
    ASSERT_TRUE(IsSuspect(tracked, bearable + 1, false)) << tracked;
  }
}

TEST(IsSuspect, AnEmptyListAlwaysIsUnlessNothingIsTracked) {
  EXPECT_TRUE(IsSuspect(1, 1, true));
  EXPECT_TRUE(IsSuspect(1000, 1000, true));
  EXPECT_FALSE(IsSuspect(0, 0, true));
  EXPECT_FALSE(IsSuspect(0, 0, false));
}

// --- forgetting ----------------------------------------------------------------------------------

InstanceRecord Absent() {
  InstanceRecord record;
  record.observation.presence = Presence::kMissing;
  record.observation.missing_lists = 3;
  return record;
}

TEST(IsForgettable, OnlyWhatSaysNothingToALaterProcess) {
  EXPECT_TRUE(IsForgettable(InstanceRecord(), kNow));
  EXPECT_TRUE(IsForgettable(Absent(), kNow));
}

TEST(IsForgettable, NotWhatIsDeclared) {
  InstanceRecord record = Absent();
  Declare(record, Declared(), "uid", true, 100);
  EXPECT_FALSE(IsForgettable(record, kNow));
  Release(record);
  EXPECT_TRUE(IsForgettable(record, kNow));
}

TEST(IsForgettable, NotWhatMayBeThere) {
  InstanceRecord record = Absent();
  record.observation.missing_lists = 2;
  EXPECT_FALSE(IsForgettable(record, kNow));
  record.observation.presence = Presence::kSuspect;
  EXPECT_FALSE(IsForgettable(record, kNow));
  record.observation.presence = Presence::kPresent;
  EXPECT_FALSE(IsForgettable(record, kNow));
}

TEST(IsForgettable, NotWhileAnAttemptIsOpenOrUnsettled) {
  InstanceRecord record = Absent();
  record.attempt.outcome = Outcome::kOpen;
  EXPECT_FALSE(IsForgettable(record, kNow));
  record.attempt.outcome = Outcome::kUnknown;
  record.attempt.resolved = false;
  record.attempt.ended = kNow - limits::kCallBudgetWindow + absl::Microseconds(1);
  EXPECT_FALSE(IsForgettable(record, kNow));
  record.attempt.resolved = true;
  EXPECT_TRUE(IsForgettable(record, kNow));
}

// A released instance is never latched, so nothing else would ever settle its last call.
TEST(IsForgettable, OnceAnUnclearAttemptIsAnHourOld) {
  InstanceRecord record = Absent();
  record.attempt.outcome = Outcome::kUnknown;
  record.attempt.resolved = false;
  record.attempt.ended = kNow - limits::kCallBudgetWindow;
  EXPECT_TRUE(IsForgettable(record, kNow));
}

TEST(IsForgettable, NotWhileItsCallsCountAgainstTheBudget) {
  InstanceRecord record = Absent();
  record.history.intents = {kNow - absl::Hours(1) + absl::Microseconds(1)};
  EXPECT_FALSE(IsForgettable(record, kNow));
  record.history.intents = {kNow - absl::Hours(1)};
  EXPECT_TRUE(IsForgettable(record, kNow));
}

}  // namespace
}  // namespace quiesce::core
