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

core::Policy Continuous() {
  core::Policy policy;
  policy.start_grace = absl::Seconds(10);
  return policy;
}

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
  store::CreateHold create;
  create.hold.scope = core::HoldScope::kFleet;
  create.hold.reason = "a test";
  create.hold.owner = "test";
  create.expiration = absl::Minutes(3);
  ASSERT_TRUE(quiet.Do(std::move(create)).ok());
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.RunFor(absl::Minutes(2));
  EXPECT_EQ(quiet.stops(), 0);
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).reason, Reason::kFrozen);
  quiet.RunFor(absl::Minutes(2));
  EXPECT_TRUE(quiet.IsOff(quiet.key(0))) << "nobody had to wake it";
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
  while (credential.throttled_until.is_never()) quiet.RunFor(absl::Milliseconds(10));
  quiet.faults().stop_throttled = 0;
  quiet.RunFor(absl::Seconds(2));
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).reason, Reason::kThrottled);
  const int stops = quiet.stops();
  const int lists = quiet.lists();
  const absl::Duration pause = credential.throttled_until - quiet.world().now();
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
  EXPECT_EQ(row->reason, Reason::kStale);
  quiet.RunFor(absl::Minutes(30));
  EXPECT_EQ(row->phase, Phase::kStalled);
  quiet.faults().list_lost = 0;
  quiet.RunFor(absl::Minutes(2));
  EXPECT_EQ(row->phase, Phase::kStopped);
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

TEST(Engine, CancelsARunThatHasCalledNothing) {
  QuietEngine quiet(2);
  store::CreateHold create;
  create.hold.scope = core::HoldScope::kFleet;
  create.hold.reason = "a test";
  create.hold.owner = "test";
  create.expiration = absl::Hours(1);
  quiet.RunFor(absl::Seconds(5));
  const auto plan = MakePlan(quiet, PlanFor("declared", {quiet.key(0), quiet.key(1)}));
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_TRUE(quiet.Do(std::move(create)).ok());
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
