#include <string>
#include <variant>
#include <vector>

#include "daemon/base/limits.h"
#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

// Lists as evidence, and forgetting.
namespace quiesce::store {
namespace {

using core::PowerState;
using core::Presence;

Observe Part(const std::string& project, int64_t seq, SteadyTime started) {
  Observe observe;
  observe.project_id = project;
  observe.list = core::ListInfo{seq, started};
  return observe;
}

bool Forgot(const std::vector<Change>& changes, const core::InstanceKey& key) {
  for (const Change& change : changes) {
    const auto* forgotten = std::get_if<InstanceForgotten>(&change);
    if (forgotten != nullptr && forgotten->key == key) return true;
  }
  return false;
}

TEST_P(StateStoreContract, ListNumbersGrowAcrossProcesses) {
  int64_t last = 0;
  for (const Ending ending : {Ending::kKilled, Ending::kOrderly, Ending::kKilled}) {
    for (int i = 0; i < 3; ++i) {
      const int64_t seq = Do(BeginList{});
      EXPECT_GT(seq, last);
      last = seq;
    }
    harness_->Restart(ending);
  }
}

TEST_P(StateStoreContract, FreshnessAdvancesWithTheLastPartOnly) {
  List({{Key(1)}, {Key(2)}});
  const int64_t before = ReadProjectRow(kProject).freshness.last_seq;
  const int64_t seq = Do(BeginList{});
  Observe first = Part(kProject, seq, now().steady);
  first.present.push_back(Listed({Key(1), PowerState::kStopped}));
  Do(first);
  EXPECT_EQ(Read(Key(1)).observation.state, PowerState::kStopped);
  EXPECT_EQ(ReadProjectRow(kProject).freshness.last_seq, before);
  EXPECT_EQ(ReadProjectRow(kProject).observed_seq, seq);

  Observe last = Part(kProject, seq, now().steady);
  last.present.push_back(Listed({Key(2), PowerState::kStopped}));
  last.completion.emplace();
  last.completion->took = absl::Seconds(3);
  last.completion->interval = absl::Seconds(5);
  last.completion->listed_at = now().wall;
  Do(last);
  const Project project = ReadProjectRow(kProject);
  EXPECT_EQ(project.freshness.last_seq, seq);
  EXPECT_EQ(project.freshness.list_started, now().steady);
  EXPECT_EQ(project.freshness.list_took, absl::Seconds(3));
  EXPECT_EQ(project.freshness.interval, absl::Seconds(5));
  EXPECT_EQ(project.listed_at, now().wall);
}

// A row that a newer list left alone was confirmed by it: what is older has nothing to say, even
// to a row that has not changed since.
TEST_P(StateStoreContract, OlderListIsIgnoredAsAWhole) {
  List({{Key(1)}, {Key(2)}});
  const int64_t older = Do(BeginList{});
  const SteadyTime older_started = now().steady;
  List({{Key(1), PowerState::kStopped}});
  const size_t feed = FeedSize();
  Observe late = Part(kProject, older, older_started);
  late.present.push_back(Listed({Key(2), PowerState::kStopped}));
  late.missing.push_back(Key(1).instance_id);
  late.completion.emplace();
  EXPECT_TRUE(Do(late).ignored);
  EXPECT_EQ(FeedSize(), feed);
  EXPECT_EQ(Read(Key(2)).observation.state, PowerState::kRunning);
}

TEST_P(StateStoreContract, ListThatIsCompleteTakesNoMoreParts) {
  List({{Key(1)}});
  const int64_t seq = ReadProjectRow(kProject).freshness.last_seq;
  Observe again = Part(kProject, seq, now().steady);
  again.present.push_back(Listed({Key(2), PowerState::kStopped}));
  EXPECT_TRUE(Do(again).ignored);
  EXPECT_FALSE(Exists(Key(2)));
}

TEST_P(StateStoreContract, ListOlderThanAPartOfANewerOneIsIgnored) {
  List({{Key(1)}, {Key(2)}});
  const int64_t older = Do(BeginList{});
  const int64_t newer = Do(BeginList{});
  Do(Part(kProject, newer, now().steady));  // Some part, and no more of it yet.
  Observe late = Part(kProject, older, now().steady);
  late.present.push_back(Listed({Key(2), PowerState::kStopped}));
  EXPECT_TRUE(Do(late).ignored);
  Observe rest = Part(kProject, newer, now().steady);
  rest.completion.emplace();
  EXPECT_FALSE(Do(rest).ignored);
}

TEST_P(StateStoreContract, ListThatBeganBeforeAnAdoptionSaysNothingAboutIt) {
  List({{Key(1)}});
  const int64_t seq = Do(BeginList{});
  Declare(Key(1));
  Observe observe = Part(kProject, seq, now().steady);
  observe.completion.emplace();
  Do(observe);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, core::Reason::kAwaitingLook);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, UndeclaredInstancesAreObserved) {
  const Observe::Result result = List({{Key(1)}, {Key(2), PowerState::kStopped}});
  EXPECT_EQ(result.changed, 2);
  const core::InstanceRecord record = Read(Key(2));
  EXPECT_FALSE(record.desired.has_value());
  EXPECT_EQ(record.observation.state, PowerState::kStopped);
  EXPECT_EQ(record.observation.presence, Presence::kPresent);
  EXPECT_EQ(record.observation.cloud_name, "om-0002");
  EXPECT_EQ(record.observation.nodes.size(), 1u);
  EXPECT_EQ(List({{Key(1)}, {Key(2), PowerState::kStopped}}).changed, 0);
}

TEST_P(StateStoreContract, DeclaredInstanceIsGoneAfterThreeListsAndKept) {
  Declare(Key(1));
  List({{Key(1)}});
  for (int lists = 1; lists <= limits::kListsUntilAbsent; ++lists) {
    EXPECT_EQ(List({}, {Key(1)}).changed, 1);
    EXPECT_EQ(Read(Key(1)).observation.missing_lists, lists);
  }
  EXPECT_EQ(List({}, {Key(1)}).changed, 0);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, core::Reason::kGone);
  List({{Key(1)}});
  EXPECT_EQ(Read(Key(1)).observation.presence, Presence::kPresent);
}

TEST_P(StateStoreContract, SuspectListFreezesAndCountsForNothing) {
  MakeDue(Key(1));
  for (int i = 0; i < 5; ++i) {
    Observe observe = Part(kProject, Do(BeginList{}), now().steady);
    observe.missing.push_back(Key(1).instance_id);
    observe.suspect = true;
    observe.completion.emplace();
    Do(observe);
  }
  EXPECT_EQ(Read(Key(1)).observation.presence, Presence::kSuspect);
  EXPECT_EQ(Read(Key(1)).observation.missing_lists, 0);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, core::Reason::kSuspectList);
}

TEST_P(StateStoreContract, UndeclaredInstanceIsForgottenAfterThreeListsWithATombstone) {
  List({{Key(1)}});
  const int64_t shown_at = Read(Key(1)).revision;
  List({}, {Key(1)});
  List({}, {Key(1)});
  const size_t feed = FeedSize();
  EXPECT_EQ(List({}, {Key(1)}).forgotten, 1);
  EXPECT_TRUE(Forgot(FeedSince(feed), Key(1)));
  EXPECT_FALSE(Exists(Key(1)));
  StoreModel model;
  model.Load(harness_->Restart(Ending::kKilled));
  EXPECT_EQ(model.tombstones().count(kProject + "/" + Key(1).instance_id), 1u);
  // Back again: the tombstone goes, revisions go on.
  List({{Key(1)}});
  EXPECT_GT(Read(Key(1)).revision, shown_at);
  StoreModel back;
  back.Load(harness_->Restart(Ending::kKilled));
  EXPECT_EQ(back.tombstones().count(kProject + "/" + Key(1).instance_id), 0u);
  for (int i = 0; i < 3; ++i) List({}, {Key(1)});
  EXPECT_FALSE(Exists(Key(1)));
}

TEST_P(StateStoreContract, RowWithACallThatStillCountsIsKept) {
  MakeDue(Key(1));
  FinishIt(ClaimIt(Key(1)), Accepted());
  Do(Release{{}, Key(1), ""});
  for (int i = 0; i < 4; ++i) List({}, {Key(1)});
  EXPECT_TRUE(Exists(Key(1))) << "its attempt is not resolved";
}

TEST_P(StateStoreContract, ForgetInstancesTakesOnlyWhatSaysNothing) {
  Declare(Key(1));             // never shown
  Declare(Key(2, kUnlisted));  // never shown, in a project without lists
  List({{Key(3)}});
  EXPECT_EQ(Do(ForgetInstances{{Key(1), Key(2, kUnlisted), Key(3), Key(4)}}), 0);
  ClaimIt(Key(2, kUnlisted));
  Do(Release{{}, Key(2, kUnlisted), ""});
  EXPECT_EQ(Do(ForgetInstances{{Key(2, kUnlisted)}}), 0) << "a call is open";
}

TEST_P(StateStoreContract, ReleasedInstanceThatWasNeverSeenIsForgottenAtOnce) {
  Declare(Key(1));
  const size_t feed = FeedSize();
  const core::InstanceRecord released = Do(Release{{}, Key(1), ""});
  EXPECT_FALSE(released.desired.has_value());
  EXPECT_TRUE(Forgot(FeedSince(feed), Key(1)));
  EXPECT_FALSE(Exists(Key(1)));
}

// --- Prune ---------------------------------------------------------------------------------------

TEST_P(StateStoreContract, TombstonesArePrunedAfterADayAndMoveTheHorizon) {
  Declare(Key(1));
  Do(Release{{}, Key(1), ""});
  Advance(limits::kTombstoneLifetime);
  Declare(Key(2));
  Do(Release{{}, Key(2), ""});
  EXPECT_EQ(Do(Prune{}).oldest_resumable_revision, 0);
  Advance(absl::Seconds(1));
  const Prune::Result pruned = Do(Prune{});
  EXPECT_GT(pruned.oldest_resumable_revision, 0);
  StoreModel model;
  model.Load(harness_->Restart(Ending::kKilled));
  EXPECT_EQ(model.tombstones().count(kProject + "/" + Key(1).instance_id), 0u);
  EXPECT_EQ(model.tombstones().count(kProject + "/" + Key(2).instance_id), 1u);
  EXPECT_LT(pruned.oldest_resumable_revision, model.last_revision());
  EXPECT_EQ(Do(Prune{}).oldest_resumable_revision, pruned.oldest_resumable_revision)
      << "the horizon is durable";
}

TEST_P(StateStoreContract, TombstonesAreLoadedInTheOrderOfTheirRevisions) {
  for (const int i : {3, 1, 2}) {
    Declare(Key(i));
    Do(Release{{}, Key(i), ""});
  }
  std::vector<std::string> loaded;
  for (const Change& change : harness_->Restart(Ending::kKilled)) {
    const auto* forgotten = std::get_if<InstanceForgotten>(&change);
    if (forgotten != nullptr) loaded.push_back(forgotten->key.instance_id);
  }
  EXPECT_EQ(loaded,
            (std::vector<std::string>{Key(3).instance_id, Key(1).instance_id, Key(2).instance_id}));
}

TEST_P(StateStoreContract, PruneGoesInBoundedSteps) {
  for (int i = 0; i < 25; ++i) {
    Declare(Key(i));
    Do(Release{{}, Key(i), ""});
  }
  Advance(absl::Hours(25));
  Prune prune;
  prune.rows = 10;
  EXPECT_TRUE(Do(prune).more);
  EXPECT_TRUE(Do(prune).more);
  EXPECT_FALSE(Do(prune).more);
}

TEST_P(StateStoreContract, EndedHoldsArePrunedAfterADay) {
  const std::string expired = Do(HoldOn(Key(1), absl::Hours(1))).hold.hold.id;
  const std::string ended = Do(HoldOn(Key(1), absl::Hours(1000))).hold.hold.id;
  const std::string lasting = Do(HoldOn(Key(1), absl::Hours(1000))).hold.hold.id;
  Do(EndHold{ended, "alice"});
  Advance(limits::kEndedHoldLifetime + absl::Minutes(1));
  Do(Prune{});
  EXPECT_TRUE(Execute(EndHold{expired, "alice"}).ok()) << "it expired an hour later";
  EXPECT_EQ(ReasonOf(Execute(EndHold{ended, "alice"}).status()), "HOLD_NOT_FOUND");
  Advance(absl::Hours(1));
  Do(Prune{});
  EXPECT_EQ(ReasonOf(Execute(EndHold{expired, "alice"}).status()), "HOLD_NOT_FOUND");
  EXPECT_EQ(Do(EndHold{lasting, "alice"}).ended_by, "alice");
}

}  // namespace
}  // namespace quiesce::store
