#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/run_operations.h"
#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

// Runs: items applied under a durable cursor, ended once, or taken back.
namespace quiesce::store {
namespace {

using core::Effect;
using core::PowerState;

std::map<ItemState, int64_t> Counts(std::map<ItemState, int64_t> counts) { return counts; }

// --- applying ------------------------------------------------------------------------------------

TEST_P(StateStoreContract, ItemsAreCommittedAsPlanned) {
  ApplyAll({Planned(core::Change::kAdopt, Key(1)), Planned(core::Change::kAdopt, Key(2))});
  core::Policy policy;
  policy.start_grace = absl::Minutes(1);
  const store::Run run = ApplyAll({Planned(core::Change::kAdopt, Key(3)),
                                   Planned(core::Change::kUpdate, Key(1), Effect::kNone, policy),
                                   Planned(core::Change::kRelease, Key(2), Effect::kNone)});
  EXPECT_EQ(run.state, RunState::kRunning);
  EXPECT_EQ(run.cursor, 3);
  EXPECT_EQ(run.counts, Counts({{ItemState::kPending, 2}, {ItemState::kConverged, 1}}));
  EXPECT_EQ(Read(Key(3)).desired->policy, core::Policy());
  EXPECT_EQ(Read(Key(1)).desired->policy, policy);
  EXPECT_EQ(Read(Key(1)).desired->generation, 2);
  EXPECT_FALSE(Exists(Key(2))) << "released, and never seen";
  const RunItem adopted = Item(run.id, 0);
  EXPECT_EQ(adopted.state, ItemState::kPending);
  EXPECT_EQ(adopted.uid, Read(Key(3)).desired->uid);
  EXPECT_EQ(adopted.generation, 1);
  EXPECT_EQ(Item(run.id, 2).state, ItemState::kConverged);
  EXPECT_EQ(Item(run.id, 2).ended, now().wall);
}

TEST_P(StateStoreContract, ItemThatChangedSinceThePlanIsSkipped) {
  ApplyAll({Planned(core::Change::kAdopt, Key(1))});
  List({{Key(1)}, {Key(2)}});
  const Plan plan =
      Do(PlanOf({Planned(core::Change::kRelease, Key(1)), Planned(core::Change::kAdopt, Key(2))}));
  RequestReconcile reconcile;
  reconcile.key = Key(1);
  Do(reconcile);
  Declare(Key(2));
  const store::Run run = FinishApplying(ApplyIt(plan));
  EXPECT_EQ(run.state, RunState::kDone);
  EXPECT_EQ(run.counts, Counts({{ItemState::kSkipped, 2}}));
  EXPECT_TRUE(Read(Key(1)).desired.has_value());
  EXPECT_EQ(Read(Key(2)).desired->workspace, kWorkspace);
  EXPECT_EQ(Item(run.id, 0).uid, "");
}

TEST_P(StateStoreContract, ApplyingGoesOnAfterAKillWhereItStood) {
  std::vector<core::PlanItem> items;
  for (int i = 0; i < 25; ++i) items.push_back(Planned(core::Change::kAdopt, Key(i)));
  store::Run run = ApplyIt(Do(PlanOf(std::move(items))));
  run = Do(ApplyRunSlice{run.id, 10});
  EXPECT_EQ(run.cursor, 10);
  EXPECT_EQ(run.counts, Counts({{ItemState::kPending, 25}}));
  EXPECT_TRUE(Exists(Key(9)));
  EXPECT_FALSE(Exists(Key(10)));
  const std::string uid = Read(Key(9)).desired->uid;

  StoreModel model;
  model.Load(harness_->Restart(Ending::kKilled));
  EXPECT_EQ(model.rows().count("run " + run.id), 1u);
  EXPECT_EQ(model.rows().count("item " + run.id + "#9"), 1u);
  EXPECT_EQ(model.rows().count("item " + run.id + "#10"), 0u);
  run = Do(ApplyRunSlice{run.id, 10});
  EXPECT_EQ(run.cursor, 20);
  run = Do(ApplyRunSlice{run.id, 10});
  EXPECT_EQ(run.state, RunState::kRunning);
  EXPECT_EQ(Read(Key(9)).desired->uid, uid) << "applied once";
  EXPECT_TRUE(Exists(Key(24)));
  EXPECT_EQ(Describe(Do(ApplyRunSlice{run.id, 10})), Describe(run)) << "nothing is left to do";
}

TEST_P(StateStoreContract, RunItemsNotAppliedYetAreListedAsPending) {
  std::vector<core::PlanItem> items;
  for (int i = 0; i < 5; ++i) items.push_back(Planned(core::Change::kAdopt, Key(i)));
  const store::Run run = ApplyIt(Do(PlanOf(std::move(items))));
  Do(ApplyRunSlice{run.id, 2});
  const ListRunItems::Result listed = Do(ListRunItems{run.id.substr(0, 8), 1, 3});
  ASSERT_EQ(listed.size(), 3u);
  EXPECT_EQ(listed[0].item.index, 1);
  EXPECT_NE(listed[0].item.uid, "");
  EXPECT_EQ(listed[2].item.index, 3);
  EXPECT_EQ(listed[2].item.key, Key(3));
  EXPECT_EQ(listed[2].item.uid, "");
  EXPECT_EQ(listed[2].item.state, ItemState::kPending);
}

TEST_P(StateStoreContract, PlannedStopOfADriftedInstanceStartsAGeneration) {
  const store::Run first = ApplyDue({Key(1)});
  FinishIt(ClaimIt(Key(1)), Accepted());
  List({{Key(1), PowerState::kStopped}});
  Do(Latch{{Key(1)}});
  List({{Key(1)}});
  Advance(absl::Hours(1));
  List({});
  const store::Run run = ApplyAll({Planned(core::Change::kNone, Key(1))});
  EXPECT_EQ(Read(Key(1)).desired->generation, 2);
  EXPECT_EQ(Item(run.id, 0).generation, 2);
  EXPECT_NE(run.id, first.id);
}

TEST_P(StateStoreContract, MoveTakesAnInstanceOverAndMakesTheOtherWorkspacesPlansStale) {
  Declare(Key(1));
  const std::string uid = Read(Key(1)).desired->uid;
  const int64_t generation = ReadWorkspaceRow(kWorkspace).generation;
  ApplyAll({Planned(core::Change::kMove, Key(1))});
  EXPECT_EQ(Read(Key(1)).desired->workspace, kPlanned);
  EXPECT_EQ(Read(Key(1)).desired->uid, uid);
  EXPECT_EQ(ReadWorkspaceRow(kWorkspace).generation, generation + 1);
}

// --- ending --------------------------------------------------------------------------------------

TEST_P(StateStoreContract, ItemsEndOnceAndTheRunWithTheLast) {
  const store::Run run = ApplyDue({Key(1), Key(2), Key(3)});
  store::Run after =
      Do(EndRunItems{run.id, {{0, ItemState::kConverged, core::Reason::kConverged}}});
  EXPECT_EQ(after.state, RunState::kRunning);
  EXPECT_EQ(after.counts, Counts({{ItemState::kPending, 2}, {ItemState::kConverged, 1}}));
  Advance(absl::Seconds(1));
  after = Do(EndRunItems{run.id,
                         {{0, ItemState::kStalled, core::Reason::kStuck},
                          {1, ItemState::kBlocked, core::Reason::kHeld},
                          {1, ItemState::kGone, core::Reason::kGone},
                          {2, ItemState::kPending, std::nullopt},
                          {99, ItemState::kConverged, std::nullopt}}});
  EXPECT_EQ(
      after.counts,
      Counts({{ItemState::kPending, 1}, {ItemState::kConverged, 1}, {ItemState::kBlocked, 1}}));
  after = Do(EndRunItems{run.id, {{2, ItemState::kSuperseded, std::nullopt}}});
  EXPECT_EQ(after.state, RunState::kDone);
  EXPECT_EQ(after.ended, now().wall);
  EXPECT_EQ(Item(run.id, 0).reason, core::Reason::kConverged);
  EXPECT_EQ(Item(run.id, 1).state, ItemState::kBlocked);
  EXPECT_EQ(Item(run.id, 2).reason, std::nullopt);
  EXPECT_EQ(Do(GetRun{run.id.substr(0, 9)}).ended, after.ended);
  const size_t feed = FeedSize();
  Do(EndRunItems{run.id, {{2, ItemState::kGone, std::nullopt}}});
  EXPECT_EQ(FeedSize(), feed);
}

TEST_P(StateStoreContract, RunIsNotDoneWhileItemsAreNotApplied) {
  const Plan plan =
      Do(PlanOf({Planned(core::Change::kAdopt, Key(1)), Planned(core::Change::kAdopt, Key(2))}));
  store::Run run = ApplyIt(plan);
  Do(ApplyRunSlice{run.id, 1});
  run = Do(EndRunItems{run.id, {{0, ItemState::kConverged, std::nullopt}}});
  EXPECT_EQ(run.state, RunState::kApplying);
  run = Do(EndRunItems{run.id, {{1, ItemState::kConverged, std::nullopt}}});
  EXPECT_EQ(run.counts.at(ItemState::kPending), 1) << "what is not applied cannot end";
}

TEST_P(StateStoreContract, UnknownRunIsRefused) {
  const std::string id(32, '1');
  EXPECT_EQ(ReasonOf(Execute(GetRun{id}).status()), "RUN_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Execute(ApplyRunSlice{id}).status()), "RUN_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Execute(EndRunItems{id, {}}).status()), "RUN_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Execute(CancelRun{id, "alice"}).status()), "RUN_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Execute(ListRunItems{id, 0, 10}).status()), "RUN_NOT_FOUND");
}

// --- cancelling ----------------------------------------------------------------------------------

TEST_P(StateStoreContract, CancelTakesBackWhatWasNotCalled) {
  ApplyAll({Planned(core::Change::kAdopt, Key(1), Effect::kStop)});
  core::Policy policy;
  policy.start_grace = absl::Minutes(1);
  store::Run run = ApplyIt(
      Do(PlanOf({Planned(core::Change::kUpdate, Key(1), Effect::kStop, policy),
                 Planned(core::Change::kAdopt, Key(2)), Planned(core::Change::kAdopt, Key(3))})));
  Do(ApplyRunSlice{run.id, 2});
  run = Do(CancelRun{run.id, "bob"});
  EXPECT_EQ(run.state, RunState::kCancelling);
  EXPECT_EQ(run.cancelled_by, "bob");
  EXPECT_EQ(Do(ApplyRunSlice{run.id}).cursor, 2) << "nothing more is applied";
  const CancelRunSlice::Result cancelled = Do(CancelRunSlice{run.id});
  EXPECT_TRUE(cancelled.settled());
  EXPECT_EQ(cancelled.run.state, RunState::kCancelled);
  EXPECT_EQ(cancelled.run.counts, Counts({{ItemState::kCancelled, 3}}));
  EXPECT_EQ(cancelled.run.cancel_counts.at(CallAtCancel::kNotCalled), 3);
  EXPECT_EQ(Read(Key(1)).desired->policy, core::Policy()) << "the spec before the plan";
  EXPECT_EQ(Read(Key(1)).desired->generation, 3);
  EXPECT_FALSE(Exists(Key(2)));
  EXPECT_FALSE(Exists(Key(3)));
  const ListCancelledItems::Result lists = Do(ListCancelledItems{run.id});
  EXPECT_EQ(lists.not_called.size(), 3u);
  EXPECT_TRUE(lists.accepted.empty());
  EXPECT_EQ(ReadWorkspaceRow(kPlanned).changing_run, "");
}

TEST_P(StateStoreContract, CancelTellsCalledFromNotCalled) {
  const store::Run run = ApplyDue({Key(0), Key(1), Key(2), Key(3), Key(4), Key(5)});
  FinishIt(ClaimIt(Key(1)), Accepted());
  FinishIt(ClaimIt(Key(2)), Unknown());
  FinishIt(ClaimIt(Key(3)), Rejected(core::CallClass::kTransient));
  FinishIt(ClaimIt(Key(4)), Rejected(core::CallClass::kAlreadyInState));
  Do(EndRunItems{run.id, {{5, ItemState::kBlocked, core::Reason::kHeld}}});
  Do(CancelRun{run.id, "bob"});
  const CancelRunSlice::Result cancelled = Do(CancelRunSlice{run.id});
  EXPECT_TRUE(cancelled.settled());
  EXPECT_EQ(cancelled.run.state, RunState::kCancelling) << "one is followed to its end";
  const ListCancelledItems::Result lists = Do(ListCancelledItems{run.id});
  ASSERT_EQ(lists.not_called.size(), 2u);
  EXPECT_EQ(lists.not_called[0].key, Key(0));
  EXPECT_EQ(lists.not_called[1].key, Key(3));
  ASSERT_EQ(lists.accepted.size(), 1u);
  EXPECT_EQ(lists.accepted[0].key, Key(1));
  EXPECT_EQ(lists.accepted[0].state, ItemState::kPending);
  ASSERT_EQ(lists.unknown.size(), 2u) << "an opaque refusal tells nothing";
  EXPECT_TRUE(Read(Key(1)).desired.has_value());
  EXPECT_FALSE(Read(Key(2)).desired.has_value());
  EXPECT_TRUE(Read(Key(5)).desired.has_value()) << "an item that has ended keeps what it has";

  const store::Run ended = Do(EndRunItems{run.id, {{1, ItemState::kConverged, std::nullopt}}});
  EXPECT_EQ(ended.state, RunState::kCancelled);
  EXPECT_EQ(Do(ListCancelledItems{run.id}).accepted.size(), 1u) << "the same lists again";
  EXPECT_EQ(Do(CancelRun{run.id, "carol"}).cancelled_by, "bob");
}

TEST_P(StateStoreContract, CancelWaitsForCallsInFlight) {
  const store::Run run = ApplyDue({Key(0), Key(1), Key(2)});
  const ClaimedCall accepted = ClaimIt(Key(0));
  const ClaimedCall refused = ClaimIt(Key(1));
  Do(CancelRun{run.id, "bob"});
  CancelRunSlice::Result cancelled = Do(CancelRunSlice{run.id});
  EXPECT_TRUE(cancelled.looked_at_all);
  EXPECT_EQ(cancelled.open_calls, 2);
  EXPECT_FALSE(cancelled.settled());
  EXPECT_TRUE(Read(Key(0)).desired.has_value());
  EXPECT_EQ(Do(EndRunItems{run.id, {{0, ItemState::kConverged, std::nullopt}}})
                .counts.at(ItemState::kPending),
            2)
      << "what came of the call is not known yet";

  FinishIt(accepted, Accepted());
  harness_->Restart(Ending::kKilled);  // It is remembered who waits.
  cancelled = Do(CancelRunSlice{run.id});
  EXPECT_EQ(cancelled.open_calls, 1);
  EXPECT_NE(ReadWorkspaceRow(kPlanned).generation, 0);
  RestartAndRecover(Ending::kKilled);  // Gives the other call up.
  cancelled = Do(CancelRunSlice{run.id});
  EXPECT_TRUE(cancelled.settled());
  EXPECT_FALSE(Read(refused.key).desired.has_value());
  EXPECT_EQ(cancelled.run.cancel_counts,
            (std::map<CallAtCancel, int64_t>{{CallAtCancel::kNotCalled, 1},
                                             {CallAtCancel::kAccepted, 1},
                                             {CallAtCancel::kUnknown, 1}}));
  const size_t feed = FeedSize();
  Do(CancelRunSlice{run.id});
  EXPECT_EQ(FeedSize(), feed) << "settled: nothing is left to do";
}

TEST_P(StateStoreContract, CancelledItemsCannotBeCalledAnyMore) {
  const store::Run run = ApplyDue({Key(0), Key(1)});
  Do(CancelRun{run.id, "bob"});
  EXPECT_TRUE(Do(CancelRunSlice{run.id}).settled());
  EXPECT_EQ(WhyNotClaimed(Key(0)).reason, core::Reason::kUnmanaged);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, core::Reason::kUnmanaged);
}

TEST_P(StateStoreContract, CancelLeavesWhatWasDeclaredSince) {
  const store::Run run = ApplyDue({Key(0), Key(1)});
  RequestReconcile reconcile;
  reconcile.key = Key(0);
  Do(reconcile);
  Do(CancelRun{run.id, "bob"});
  Do(CancelRunSlice{run.id});
  EXPECT_TRUE(Read(Key(0)).desired.has_value());
  EXPECT_EQ(Item(run.id, 0).state, ItemState::kSuperseded);
  EXPECT_EQ(Item(run.id, 1).state, ItemState::kCancelled);
}

TEST_P(StateStoreContract, CallForAnEarlierGenerationIsNotOneOfTheRun) {
  ApplyDue({Key(1)});
  FinishIt(ClaimIt(Key(1)), Accepted());
  core::Policy policy;
  policy.start_grace = absl::Minutes(1);
  const store::Run run = ApplyAll({Planned(core::Change::kUpdate, Key(1), Effect::kNone, policy)});
  Do(CancelRun{run.id, "bob"});
  EXPECT_EQ(Do(CancelRunSlice{run.id}).run.cancel_counts.at(CallAtCancel::kNotCalled), 1);
  EXPECT_EQ(Read(Key(1)).desired->policy, core::Policy());
}

TEST_P(StateStoreContract, CancelLeavesAnItemThatChangedNoDeclarationAsItIs) {
  ApplyDue({Key(1)});
  core::PlanItem item = Planned(core::Change::kNone, Key(1));
  item.prior_policy.reset();
  const store::Run run = ApplyAll({item});
  const std::string before = Describe(Read(Key(1)));
  Do(CancelRun{run.id, "bob"});
  EXPECT_EQ(Do(CancelRunSlice{run.id}).run.state, RunState::kCancelled);
  EXPECT_EQ(Describe(Read(Key(1))), before);
}

TEST_P(StateStoreContract, CancelGivesAMovedInstanceBack) {
  core::Policy policy;
  policy.start_grace = absl::Minutes(2);
  Declare(Key(1), policy);
  const store::Run run = ApplyAll({Planned(core::Change::kMove, Key(1))});
  Do(CancelRun{run.id, "bob"});
  Do(CancelRunSlice{run.id});
  EXPECT_EQ(Read(Key(1)).desired->workspace, kWorkspace);
  EXPECT_EQ(Read(Key(1)).desired->policy, policy);
}

TEST_P(StateStoreContract, CancelGoesInBoundedStepsAndGoesOnAfterAKill) {
  std::vector<core::InstanceKey> keys;
  for (int i = 0; i < 25; ++i) keys.push_back(Key(i));
  const store::Run run = ApplyDue(keys);
  Do(CancelRun{run.id, "bob"});
  EXPECT_EQ(Do(CancelRunSlice{run.id, 10}).run.cancel_cursor, 10);
  EXPECT_FALSE(Read(Key(9)).desired.has_value());
  EXPECT_TRUE(Read(Key(10)).desired.has_value());
  harness_->Restart(Ending::kKilled);
  EXPECT_FALSE(Do(CancelRunSlice{run.id, 10}).looked_at_all);
  const CancelRunSlice::Result last = Do(CancelRunSlice{run.id, 10});
  EXPECT_TRUE(last.settled());
  EXPECT_EQ(last.run.state, RunState::kCancelled);
  EXPECT_EQ(last.run.counts, Counts({{ItemState::kCancelled, 25}}));
  EXPECT_EQ(Do(ListCancelledItems{run.id, 7}).not_called.size(), 7u);
}

TEST_P(StateStoreContract, PlanMadeBeforeACancelIsStale) {
  const store::Run run = ApplyDue({Key(0)});
  const Plan plan = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  Do(CancelRun{run.id, "bob"});
  Do(CancelRunSlice{run.id});
  EXPECT_EQ(ReasonOf(Execute(ApplyPlan{plan.id, "alice"}).status()), "PLAN_STALE");
}

TEST_P(StateStoreContract, DoneRunCannotBeCancelled) {
  const store::Run run = ApplyDue({Key(0)});
  Do(EndRunItems{run.id, {{0, ItemState::kConverged, std::nullopt}}});
  const absl::Status refused = Execute(CancelRun{run.id, "bob"}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "RUN_ENDED");
  EXPECT_EQ(Execute(CancelRunSlice{run.id}).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace quiesce::store
