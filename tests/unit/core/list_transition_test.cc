#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "gtest/gtest.h"
#include "tests/unit/core/transition_facts.h"

namespace quiesce::core {
namespace {

// --- present ------------------------------------------------------------------------------------

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

// --- when a start was seen -----------------------------------------------------------------------

// The lists 10, 11, ... show these states in a row.
InstanceRecord Shown(const std::vector<PowerState>& states) {
  InstanceRecord record;
  int64_t seq = 10;
  for (const PowerState state : states) ObservePresent(record, Listed(state), List(seq++));
  return record;
}

TEST(StartSeen, IsTheFirstListThatShowsWhatRunsSinceItWasOff) {
  struct Row {
    const char* name;
    std::vector<PowerState> states;
    int64_t seq;  // 0: never
  };
  constexpr auto kOff = PowerState::kStopped;
  constexpr auto kGoingOff = PowerState::kStopping;
  constexpr auto kOn = PowerState::kRunning;
  constexpr auto kHalf = PowerState::kPartial;
  constexpr auto kBusy = PowerState::kBusy;
  constexpr auto kFrozen = PowerState::kUnavailable;
  constexpr auto kOdd = PowerState::kUnknown;
  const std::vector<Row> rows = {
      {"is off", {kOff}, 0},
      {"is on when it is first seen", {kOn}, 10},
      {"is started", {kOff, kOn}, 11},
      {"is started, and seen on its way", {kOff, kBusy, kOn}, 11},
      {"is started node by node", {kOff, kHalf, kBusy, kOn}, 11},
      {"runs, and another task comes and goes", {kOff, kOn, kBusy, kOn}, 11},
      {"runs, and loses a node for a while", {kOff, kOn, kHalf, kOn}, 11},
      {"runs, and shows an odd state for a while", {kOff, kOn, kOdd, kOn}, 11},
      {"runs, and is frozen for a while", {kOff, kOn, kFrozen, kOn}, 11},
      {"an odd state is no start", {kOff, kOdd, kFrozen, kOn}, 13},
      {"goes off and comes again", {kOn, kGoingOff, kOn}, 12},
      {"was off and comes again", {kOn, kOff, kBusy, kOn}, 12},
      {"goes off", {kOn, kGoingOff}, 0},
      {"a task on what is off starts nothing for long", {kOff, kBusy, kOff}, 0},
  };
  for (const Row& row : rows) {
    const SteadyTime expected = row.seq == 0 ? SteadyTime::Never() : List(row.seq).started;
    EXPECT_EQ(Shown(row.states).observation.start_seen, expected) << row.name;
  }
}

TEST(StartSeen, IsANewOneAfterAnAbsenceButNotAfterAGap) {
  for (const int lists : {1, limits::kListsUntilAbsent - 1, limits::kListsUntilAbsent}) {
    InstanceRecord record = Shown({PowerState::kRunning});
    for (int i = 0; i < lists; ++i) ObserveMissing(record, false, List(20 + i), Before(19 + i));
    ObservePresent(record, Listed(PowerState::kRunning), List(30));
    const bool was_absent = lists == limits::kListsUntilAbsent;
    EXPECT_EQ(record.observation.start_seen, List(was_absent ? 30 : 10).started) << lists;
  }
}

// --- missing ------------------------------------------------------------------------------------

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

TEST(ObserveMissing, ASuspectListTakesNothingFromWhatWasAbsentBefore) {
  InstanceRecord record;
  record.observation.presence = Presence::kMissing;
  record.observation.missing_lists = 3;
  const Observation before = record.observation;
  EXPECT_FALSE(ObserveMissing(record, /*suspect=*/true, ListInfo{before.list_seq + 5, kNow}, {}));
  EXPECT_EQ(record.observation.presence, Presence::kMissing);
  EXPECT_EQ(record.observation.missing_lists, before.missing_lists);
}

// --- suspicion -----------------------------------------------------------------------------------

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
