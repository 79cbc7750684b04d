#include "daemon/engine/engine.h"

#include <string>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/store/hold_operations.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/run_operations.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/quiet_engine.h"

namespace quiesce::engine {
namespace {

using core::Phase;
using core::Reason;

PlanRequest PlanFor(const std::string& workspace, const std::vector<core::InstanceKey>& keys) {
  PlanRequest request;
  request.workspace = workspace;
  request.header.owner = "team";
  request.header.contact = "#team";
  request.principal = "test";
  for (const core::InstanceKey& key : keys) {
    request.specs.push_back(core::Spec{key, Continuous(), ""});
  }
  return request;
}

absl::StatusOr<store::Plan> MakePlan(QuietEngine& quiet, PlanRequest request) {
  return quiet.Await<store::Plan>([&](Done<store::Plan> done) {
    quiet.engine().planner().CreatePlan(std::move(request), std::move(done));
  });
}

absl::StatusOr<store::Run> Apply(QuietEngine& quiet, const std::string& plan_id) {
  store::ApplyPlan apply;
  apply.plan_id = plan_id;
  apply.principal = "test";
  return quiet.Do(std::move(apply));
}

store::RunState StateOf(QuietEngine& quiet, const std::string& run_id) {
  store::GetRun get;
  get.run_id = run_id;
  const auto run = quiet.Do(std::move(get));
  EXPECT_TRUE(run.ok()) << run.status();
  return run.ok() ? run->state : store::RunState::kApplying;
}

absl::Status Freeze(QuietEngine& quiet, absl::Duration lasts) {
  store::CreateHold create;
  create.hold.scope = core::HoldScope::kFleet;
  create.hold.reason = "a test";
  create.hold.owner = "test";
  create.expiration = lasts;
  return quiet.Do(std::move(create)).status();
}

TEST(Engine, StopsWhatIsDeclaredAndNothingElse) {
  QuietEngine quiet(3);
  ASSERT_TRUE(quiet.Declare({quiet.key(0), quiet.key(1)}, Continuous()).ok());
  quiet.RunFor(absl::Minutes(1));
  EXPECT_TRUE(quiet.IsOff(quiet.key(0)));
  EXPECT_TRUE(quiet.IsOff(quiet.key(1)));
  EXPECT_FALSE(quiet.IsOff(quiet.key(2)));
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).phase, Phase::kStopped);
  EXPECT_EQ(quiet.stops(), 2);
}

TEST(Engine, LooksOftenWhileSomethingMovesAndSeldomAtRest) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.RunFor(absl::Seconds(10));
  EXPECT_GE(quiet.lists(), 3);
  quiet.RunFor(absl::Minutes(1));
  const int before = quiet.lists();
  quiet.RunFor(absl::Minutes(5));
  EXPECT_GE(quiet.lists() - before, 9);
  EXPECT_LE(quiet.lists() - before, 11);
}

// The list that shows it stopped still promised the next one soon.
TEST(Engine, KnowsAllTheTimeThatWhatItStoppedIsStopped) {
  QuietEngine quiet(1);
  quiet.RunFor(absl::Seconds(5));
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  const Row* row = quiet.engine().registry().Find(quiet.key(0));
  while (row->phase != Phase::kStopped) quiet.RunFor(absl::Milliseconds(100));
  quiet.RunFor(absl::Seconds(1));
  const int64_t revision = quiet.engine().registry().last_revision();
  for (int second = 0; second < 300; ++second) {
    quiet.RunFor(absl::Seconds(1));
    ASSERT_EQ(quiet.DecisionOf(quiet.key(0)).phase, Phase::kStopped) << second;
    ASSERT_EQ(row->phase, Phase::kStopped) << second;
  }
  EXPECT_EQ(quiet.engine().registry().last_revision(), revision) << "and wrote nothing";
}

TEST(Engine, StopsAgainWhatWasStartedOnceTheGraceIsOver) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.RunFor(absl::Minutes(1));
  ASSERT_TRUE(quiet.truth().Start(quiet.key(0)));
  quiet.RunFor(absl::Minutes(2));
  EXPECT_TRUE(quiet.IsOff(quiet.key(0)));
  EXPECT_EQ(quiet.stops(), 2);
}

TEST(Engine, RespectsAHoldUntilItEnds) {
  QuietEngine quiet(1);
  ASSERT_TRUE(Freeze(quiet, absl::Minutes(3)).ok());
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.RunFor(absl::Minutes(2));
  EXPECT_EQ(quiet.stops(), 0);
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).reason, Reason::kFrozen);
  quiet.RunFor(absl::Minutes(2));
  EXPECT_TRUE(quiet.IsOff(quiet.key(0))) << "nobody had to wake it";
}

// Every correction of the wall clock moves the end of the hold on the time line that is measured.
TEST(Engine, KeepsOneTimerForWhatIsHeldForLong) {
  QuietEngine quiet(20);
  std::vector<core::InstanceKey> all;
  for (int n = 0; n < 20; ++n) all.push_back(quiet.key(n));
  ASSERT_TRUE(Freeze(quiet, absl::Hours(24 * 90)).ok());
  ASSERT_TRUE(quiet.Declare(all, Continuous()).ok());
  quiet.RunFor(absl::Minutes(5));
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).reason, Reason::kFrozen);
  const size_t timers = quiet.engine().reconciler().timers();
  EXPECT_EQ(timers, 20u);
  const size_t tasks = quiet.waiting_tasks();
  for (int n = 0; n < 500; ++n) {
    quiet.world().JumpWall(absl::Milliseconds(1));
    quiet.RunFor(absl::Seconds(30));
  }
  EXPECT_EQ(quiet.engine().reconciler().timers(), timers);
  EXPECT_LE(quiet.waiting_tasks(), tasks + 10);
}

// Lists, holds and answers may ask for the same instances many times before the loop gets to them.
TEST(Engine, DecidesOnceAboutWhatIsAskedForManyTimesAtOnce) {
  QuietEngine quiet(20);
  std::vector<core::InstanceKey> all;
  for (int n = 0; n < 20; ++n) all.push_back(quiet.key(n));
  ASSERT_TRUE(Freeze(quiet, absl::Hours(1)).ok());
  ASSERT_TRUE(quiet.Declare(all, Continuous()).ok());
  quiet.RunFor(absl::Minutes(5));
  store::ProjectChanged listed;
  listed.project.id = quiet.key(0).project_id;
  listed.project.freshness = quiet.project().rows->freshness;
  for (int n = 0; n < 100; ++n) quiet.engine().OnFeed({listed});
  EXPECT_EQ(quiet.engine().reconciler().swept(), 20u);
  quiet.RunFor(absl::Seconds(1));
  EXPECT_EQ(quiet.engine().reconciler().swept(), 0u);
  quiet.engine().OnFeed({listed});
  EXPECT_EQ(quiet.engine().reconciler().swept(), 20u) << "a row that had its turn can have another";
}

TEST(Engine, CallsOnceAlsoWhenItIsKilledDuringTheCall) {
  QuietEngine quiet(1);
  quiet.faults().stop_lost_after = 1;
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  while (quiet.stops() == 0) quiet.RunFor(absl::Milliseconds(10));
  quiet.RunFor(absl::Seconds(1));
  quiet.Restart();
  quiet.RunFor(absl::Minutes(1));
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).phase, Phase::kStopped);
  EXPECT_EQ(quiet.stops(), 1);
}

TEST(Engine, SendsNothingWhileTheCredentialPauses) {
  QuietEngine quiet(4);
  quiet.RunFor(absl::Seconds(5));
  quiet.faults().stop_throttled = 1;
  ASSERT_TRUE(
      quiet.Declare({quiet.key(0), quiet.key(1), quiet.key(2), quiet.key(3)}, Continuous()).ok());
  const CredentialState& credential = *quiet.project().credential;
  while (credential.paused_until().is_never()) quiet.RunFor(absl::Milliseconds(10));
  quiet.faults().stop_throttled = 0;
  quiet.RunFor(absl::Seconds(2));
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).reason, Reason::kThrottled);
  const int stops = quiet.stops();
  const int lists = quiet.lists();
  const absl::Duration pause = credential.paused_until() - quiet.world().now();
  if (pause > absl::Seconds(1)) {
    quiet.RunFor(pause - absl::Seconds(1));
    EXPECT_EQ(quiet.stops(), stops);
    EXPECT_EQ(quiet.lists(), lists);
  }
  quiet.RunFor(absl::Minutes(4));
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(quiet.IsOff(quiet.key(n))) << n;
}

TEST(Engine, DoesNotKnowWhenListsStopComing) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.RunFor(absl::Minutes(2));
  const Row* row = quiet.engine().registry().Find(quiet.key(0));
  EXPECT_EQ(row->phase, Phase::kStopped);
  quiet.faults().list_lost = 1;
  quiet.RunFor(absl::Minutes(3));
  EXPECT_EQ(row->phase, Phase::kUnknown) << "also in what watches are told";
  EXPECT_EQ(row->reason, Reason::kEndpointDown);
  quiet.RunFor(absl::Minutes(30));
  EXPECT_EQ(row->phase, Phase::kStalled);
  quiet.faults().list_lost = 0;
  quiet.RunFor(absl::Minutes(2));
  EXPECT_EQ(row->phase, Phase::kStopped);
}

std::vector<core::PlanItem> ItemsOf(QuietEngine& quiet, const std::string& plan_id) {
  store::ListPlanItems list;
  list.plan_id = plan_id;
  list.count = 100;
  auto items = quiet.Do(std::move(list));
  EXPECT_TRUE(items.ok()) << items.status();
  return items.ok() ? *std::move(items) : std::vector<core::PlanItem>();
}

TEST(Engine, LooksOnceMoreBeforeAPlanCallsAnIdWrong) {
  QuietEngine quiet(2);
  quiet.RunFor(absl::Minutes(2));
  const core::InstanceKey fresh{quiet.key(0).project_id, std::string(32, 'f')};
  const core::InstanceKey wrong{quiet.key(0).project_id, std::string(32, 'e')};
  quiet.truth().Create(fresh, /*running=*/true);
  const int before = quiet.lists();
  const auto plan = MakePlan(quiet, PlanFor("declared", {wrong, fresh}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(quiet.lists() - before, 1);
  const std::vector<core::PlanItem> items = ItemsOf(quiet, plan->id);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].effect, core::Effect::kBlocked);
  EXPECT_EQ(items[0].reason, Reason::kNotListed);
  EXPECT_EQ(items[1].effect, core::Effect::kStop) << "it is newer than the last list";
  EXPECT_EQ(plan->counts.kept.at({core::Change::kAdopt, core::Effect::kStop}), 1);
}

TEST(Engine, TakesNoIdForWrongWhenItCannotLook) {
  QuietEngine quiet(1);
  quiet.RunFor(absl::Minutes(2));
  quiet.faults().list_lost = 1;
  const core::InstanceKey wrong{quiet.key(0).project_id, std::string(32, 'e')};
  const auto plan = MakePlan(quiet, PlanFor("declared", {wrong}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const std::vector<core::PlanItem> items = ItemsOf(quiet, plan->id);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].effect, core::Effect::kUnknown);
  EXPECT_EQ(items[0].reason, Reason::kMissing);
}

TEST(Engine, EndsARunWhenAllItsInstancesAreStopped) {
  QuietEngine quiet(3);
  const auto plan = MakePlan(quiet, PlanFor("declared", {quiet.key(0), quiet.key(1)}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto run = Apply(quiet, plan->id);
  ASSERT_TRUE(run.ok()) << run.status();
  quiet.RunFor(absl::Minutes(1));
  EXPECT_EQ(StateOf(quiet, run->id), store::RunState::kDone);
  EXPECT_TRUE(quiet.IsOff(quiet.key(0)));
  EXPECT_TRUE(quiet.IsOff(quiet.key(1)));
  EXPECT_FALSE(quiet.IsOff(quiet.key(2)));
}

TEST(Engine, GoesOnWithARunAfterARestart) {
  QuietEngine quiet(450);  // more than two slices
  std::vector<core::InstanceKey> all;
  for (int n = 0; n < 450; ++n) all.push_back(quiet.key(n));
  const auto plan = MakePlan(quiet, PlanFor("declared", all));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto run = Apply(quiet, plan->id);
  ASSERT_TRUE(run.ok()) << run.status();
  quiet.Restart();
  quiet.RunFor(absl::Minutes(30));
  EXPECT_EQ(StateOf(quiet, run->id), store::RunState::kDone);
  for (const core::InstanceKey& key : all) EXPECT_TRUE(quiet.IsOff(key)) << key.instance_id;
  EXPECT_EQ(quiet.stops(), 450);
}

// Each used to mark the rows that it names, and to release those with another's mark.
TEST(Engine, MakesTwoPlansAtATime) {
  QuietEngine quiet(4);
  const std::vector<core::InstanceKey> mine = {quiet.key(0), quiet.key(1)};
  const auto first = MakePlan(quiet, PlanFor("mine", mine));
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(Apply(quiet, first->id).ok());
  quiet.RunFor(absl::Minutes(1));

  std::optional<absl::StatusOr<store::Plan>> again;
  quiet.engine().planner().CreatePlan(
      PlanFor("mine", mine),
      [&again](absl::StatusOr<store::Plan> plan) { again = std::move(plan); });
  PlanRequest other = PlanFor("other", {quiet.key(2), quiet.key(3), quiet.key(0), quiet.key(1)});
  for (core::Spec& spec : other.specs) spec.move_from = "mine";
  ASSERT_TRUE(MakePlan(quiet, std::move(other)).ok());
  quiet.RunFor(absl::Seconds(5));
  ASSERT_TRUE(again && again->ok());
  EXPECT_TRUE((*again)->counts.kept.empty()) << "nothing has changed";
  EXPECT_EQ((*again)->counts.unchanged, 2);
}

// An item of a run whose instance is no longer declared ends when that is committed. A process that
// is killed in between leaves it to the next.
TEST(Engine, EndsWhatARunHasLostAlsoAfterAKill) {
  QuietEngine quiet(1);
  quiet.faults().stop_no_effect = 1;
  const auto plan = MakePlan(quiet, PlanFor("declared", {quiet.key(0)}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto run = Apply(quiet, plan->id);
  ASSERT_TRUE(run.ok()) << run.status();
  while (quiet.stops() == 0) quiet.RunFor(absl::Milliseconds(10));
  const auto release = MakePlan(quiet, PlanFor("declared", {}));
  ASSERT_TRUE(release.ok()) << release.status();
  ASSERT_TRUE(Apply(quiet, release->id).ok());
  const Row* row = quiet.engine().registry().Find(quiet.key(0));
  while (row->declared) quiet.RunFor(absl::Microseconds(1));
  quiet.Restart();
  EXPECT_EQ(StateOf(quiet, run->id), store::RunState::kRunning) << "the kill came in between";
  quiet.RunFor(absl::Seconds(1));
  EXPECT_EQ(StateOf(quiet, run->id), store::RunState::kDone);
}

TEST(Engine, LatchesOnceAStoreThatRefusedItTakesWorkAgain) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  while (quiet.engine().registry().Find(quiet.key(0)) == nullptr) {
    quiet.RunFor(absl::Milliseconds(1));
  }
  const Row* row = quiet.engine().registry().Find(quiet.key(0));
  while (row->state != core::PowerState::kStopped) quiet.RunFor(absl::Microseconds(1));
  quiet.faults().list_lost = 1;  // so that no list comes back to it
  quiet.faults().store_refuses = 1;
  quiet.RunFor(absl::Milliseconds(500));
  EXPECT_EQ(row->stopped_generation, 0u);
  EXPECT_FALSE(row->latching);
  quiet.faults().store_refuses = 0;
  quiet.RunFor(limits::kBackoffBase);
  EXPECT_EQ(row->stopped_generation, row->generation);
}

TEST(Engine, CancelsARunThatHasCalledNothing) {
  QuietEngine quiet(2);
  quiet.RunFor(absl::Seconds(5));
  const auto plan = MakePlan(quiet, PlanFor("declared", {quiet.key(0), quiet.key(1)}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(Freeze(quiet, absl::Hours(1)).ok());
  const auto run = Apply(quiet, plan->id);
  ASSERT_TRUE(run.ok()) << run.status();
  const auto cancelled = quiet.Await<store::Run>([&](Done<store::Run> done) {
    quiet.engine().runs().Cancel(run->id, "test", std::move(done));
  });
  ASSERT_TRUE(cancelled.ok()) << cancelled.status();
  quiet.RunFor(absl::Minutes(1));
  EXPECT_EQ(StateOf(quiet, run->id), store::RunState::kCancelled);
  const Row* row = quiet.engine().registry().Find(quiet.key(0));
  EXPECT_TRUE(row == nullptr || !row->declared) << "it is as it was before the plan";
}

// It was answered as done, with calls of the run still to come.
TEST(Engine, DoesNotSayThatARunIsCancelledWhileItStops) {
  QuietEngine quiet(2);
  const auto plan = MakePlan(quiet, PlanFor("declared", {quiet.key(0), quiet.key(1)}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const auto run = Apply(quiet, plan->id);
  ASSERT_TRUE(run.ok()) << run.status();
  quiet.Drain();
  const auto cancelled = quiet.Await<store::Run>([&](Done<store::Run> done) {
    quiet.engine().runs().Cancel(run->id, "test", std::move(done));
  });
  EXPECT_TRUE(absl::IsUnavailable(cancelled.status())) << cancelled.status();
}

TEST(Engine, CallsNothingOnceItStops) {
  QuietEngine quiet(5);
  quiet.RunFor(absl::Seconds(5));
  quiet.Drain();
  ASSERT_TRUE(quiet.Declare({quiet.key(0), quiet.key(1)}, Continuous()).ok());
  const int lists = quiet.lists();
  quiet.RunFor(absl::Minutes(5));
  EXPECT_EQ(quiet.stops(), 0);
  EXPECT_EQ(quiet.lists(), lists);
}

}  // namespace
}  // namespace quiesce::engine
