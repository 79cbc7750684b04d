#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "gtest/gtest.h"
#include "tests/unit/core/transition_facts.h"

namespace quiesce::core {
namespace {

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

}  // namespace
}  // namespace quiesce::core
