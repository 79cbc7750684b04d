#include "daemon/engine/wait_list.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/simulation/sim_executor.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::engine {
namespace {

using core::Action;
using core::Decision;
using core::Phase;
using core::Reason;

class WaitListTest : public testing::Test {
 protected:
  WaitListTest() { Declare(1); }

  void Declare(int64_t generation) {
    core::InstanceRecord record;
    record.key = {std::string(32, 'a'), std::string(32, 'b')};
    record.revision = ++revision_;
    record.desired.emplace();
    record.desired->uid = std::string(32, '1');
    record.desired->generation = generation;
    row_ = registry_.Put(record);
  }
  std::string Etag() { return core::EtagOf(registry_.Expand(*row_)); }

  static Decision Says(Phase phase, Reason reason, Action action = Action::kNone) {
    Decision decision;
    decision.action = action;
    decision.phase = phase;
    decision.reason = reason;
    return decision;
  }
  static Decision Pending() { return Says(Phase::kPending, Reason::kCallDue); }

  // Waits a minute.
  void Wait(const Decision& current, const std::string& etag = "") {
    result_.reset();
    waits_.Wait(*row_, current, etag, world_.now() + absl::Minutes(1), [this](WaitResult result) {
      EXPECT_FALSE(result_.has_value()) << "answered twice";
      result_ = result;
    });
  }
  void RunFor(absl::Duration time) {
    const SteadyTime end = world_.now() + time;
    while (executor_.NextTaskAt() <= end) executor_.RunNextTask(absl::Microseconds(2));
    world_.AdvanceTo(end);
  }

  simulation::SimWorld world_{1};
  simulation::SimExecutor executor_{world_};
  Registry registry_;
  WaitList waits_{executor_, registry_};
  Row* row_ = nullptr;
  int64_t revision_ = 0;
  std::optional<WaitResult> result_;
};

TEST_F(WaitListTest, AnswersAtOnceWhatIsDecided) {
  Wait(Says(Phase::kStopped, Reason::kConverged));
  EXPECT_EQ(result_, WaitResult::kConverged);
  Wait(Says(Phase::kStopped, Reason::kAssumed));
  EXPECT_EQ(result_, WaitResult::kConverged);
  Wait(Says(Phase::kWaiting, Reason::kProtected));
  EXPECT_EQ(result_, WaitResult::kBlocked);
  Wait(Says(Phase::kWaiting, Reason::kHeld));
  EXPECT_EQ(result_, WaitResult::kBlocked);
  Wait(Says(Phase::kStalled, Reason::kCloudUnavailable));
  EXPECT_EQ(result_, WaitResult::kBlocked);
  Wait(Says(Phase::kGone, Reason::kGone));
  EXPECT_EQ(result_, WaitResult::kBlocked);
  Wait(Pending(), "another etag");
  EXPECT_EQ(result_, WaitResult::kSuperseded);
  EXPECT_EQ(waits_.size(), 0u);
}

TEST_F(WaitListTest, WaitsForTheLatchToBeCommitted) {
  Wait(Says(Phase::kStopped, Reason::kConverged, Action::kLatch));
  EXPECT_FALSE(result_.has_value());
  waits_.OnDecision(*row_, Says(Phase::kStopped, Reason::kConverged, Action::kLatch));
  EXPECT_FALSE(result_.has_value());
  waits_.OnDecision(*row_, Says(Phase::kStopped, Reason::kConverged));
  EXPECT_EQ(result_, WaitResult::kConverged);
}

TEST_F(WaitListTest, GoesOnThroughWhatIsNoEnd) {
  Wait(Pending());
  for (const Decision& decision :
       {Says(Phase::kStopping, Reason::kCallInFlight), Says(Phase::kStopping, Reason::kAccepted),
        Says(Phase::kRetrying, Reason::kBackoff), Says(Phase::kWaiting, Reason::kBusy),
        Says(Phase::kWaiting, Reason::kThrottled), Says(Phase::kUnknown, Reason::kMissing)}) {
    waits_.OnDecision(*row_, decision);
    EXPECT_FALSE(result_.has_value()) << static_cast<int>(decision.reason);
  }
  EXPECT_EQ(waits_.size(), 1u);
}

TEST_F(WaitListTest, IsSupersededByAnotherGeneration) {
  Wait(Pending(), Etag());
  Declare(2);
  waits_.OnDecision(*row_, Says(Phase::kStopped, Reason::kConverged));
  EXPECT_EQ(result_, WaitResult::kSuperseded);
}

TEST_F(WaitListTest, IsSupersededWhenTheInstanceIsForgotten) {
  Wait(Pending());
  waits_.RowForgotten(registry_.KeyOf(*row_));
  EXPECT_EQ(result_, WaitResult::kSuperseded);
}

TEST_F(WaitListTest, EndsInTime) {
  Wait(Pending());
  RunFor(absl::Seconds(59));
  EXPECT_FALSE(result_.has_value());
  RunFor(absl::Seconds(2));
  EXPECT_EQ(result_, WaitResult::kNotYet);
  EXPECT_EQ(waits_.size(), 0u);
}

TEST_F(WaitListTest, AnswersOnceWhenTimeComesAfterTheEnd) {
  Wait(Pending());
  waits_.OnDecision(*row_, Says(Phase::kStopped, Reason::kConverged));
  RunFor(absl::Minutes(2));
  EXPECT_EQ(result_, WaitResult::kConverged);
}

TEST_F(WaitListTest, IsClosedForGood) {
  Wait(Pending());
  waits_.CloseAll();
  EXPECT_EQ(result_, WaitResult::kNotYet);
  Wait(Pending());
  EXPECT_EQ(result_, WaitResult::kNotYet);
}

}  // namespace
}  // namespace quiesce::engine
