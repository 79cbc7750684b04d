#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/command_fixture.h"
#include "tests/unit/client/cli/sample_fleet.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using quiesce::testing::Error;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Proto;

class Apply : public CommandFixture {
 protected:
  Apply() {
    ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
    ended_ = testing::SampleRun();
    ended_.set_state(v1::RUN_STATE_DONE);
    ended_.clear_counts();
    *ended_.add_counts() = Proto<v1::RunCount>("state: RUN_ITEM_STATE_CONVERGED count: 187");
    ended_.mutable_end_time()->set_seconds(testing::kNow);
    ScriptRun(ended_, {});
  }

  size_t Applied() { return server_.Calls("ApplyPlan").size(); }

  v1::Run ended_;
};

TEST_F(Apply, AsksWithTheServersNameAndTheStops) {
  Type("yes\n");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile()}), ExitCode::kDone);
  EXPECT_THAT(err(), HasSubstr("server prod: stop 2 instances, change 3 declarations? type yes: "));
  EXPECT_THAT(out(), HasSubstr("Plan: 2 stop"));
  EXPECT_EQ(Applied(), 1u);
}

TEST_F(Apply, AppliesExactlyWhatWasShown) {
  Type("yes\n");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile()}), ExitCode::kDone);
  const auto request = server_.Requests<v1::ApplyPlanRequest>("ApplyPlan").at(0);
  EXPECT_EQ(request.name(), testing::SamplePlan().name());
  EXPECT_EQ(request.digest(), testing::SamplePlan().digest());
}

TEST_F(Apply, TakesNothingButYesForAYes) {
  for (const std::string answer : {"no\n", "y\n", "YES\n", "\n", ""}) {
    Type(answer);
    EXPECT_EQ(Run({"apply", "-f", ManifestFile()}), ExitCode::kOther) << answer;
    EXPECT_THAT(err(), HasSubstr("not applied: the answer was not yes"));
    EXPECT_EQ(Applied(), 0u) << answer;
  }
}

TEST_F(Apply, RefusesWhereNobodyCanAnswer) {
  EXPECT_EQ(Run({"apply", "-f", ManifestFile()}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--auto-approve"));
  EXPECT_EQ(server_.Calls("CreatePlan").size(), 0u);
  EXPECT_EQ(Applied(), 0u);
}

TEST_F(Apply, AutoApproveAsksNothing) {
  EXPECT_EQ(Run({"apply", "-f", ManifestFile(), "--auto-approve"}), ExitCode::kDone);
  EXPECT_THAT(err(), Not(HasSubstr("type yes")));
  EXPECT_EQ(Applied(), 1u);
}

TEST_F(Apply, NothingToDoAsksNothingAndAppliesNothing) {
  v1::Plan plan = testing::SamplePlan();
  plan.clear_counts();
  *plan.add_counts() = Proto<v1::PlanCount>("change: CHANGE_NONE effect: EFFECT_NONE count: 187");
  ScriptPlan(plan, {});
  Type("");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile()}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("No changes. 187 instances declared, nothing to do."));
  EXPECT_EQ(Applied(), 0u);
}

TEST_F(Apply, APlanThatWasAppliedIsFollowedWithoutAQuestion) {
  v1::Plan plan = testing::SamplePlan();
  plan.set_run(ended_.name());
  ScriptPlan(plan, testing::SamplePlanItems());
  Type("");
  EXPECT_EQ(Run({"apply", "7c41e2a9"}), ExitCode::kDone);
  EXPECT_THAT(err(), Not(HasSubstr("type yes")));
  EXPECT_THAT(out(), HasSubstr("run 5d21c0aa"));
}

TEST_F(Apply, PassesTheDigestOfTheReviewer) {
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--digest", "sha256:12", "--auto-approve"}), ExitCode::kDone);
  EXPECT_EQ(server_.Requests<v1::ApplyPlanRequest>("ApplyPlan").at(0).digest(), "sha256:12");
}

TEST_F(Apply, SeveralWorkspacesAreAskedForTogether) {
  Type("yes\n");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile("billing-prod"), "-f", ManifestFile("ledger")}),
            ExitCode::kDone);
  EXPECT_THAT(err(), HasSubstr("stop 4 instances"));
  EXPECT_EQ(Applied(), 2u);
}

TEST_F(Apply, NothingIsAppliedIfOneWorkspaceCannotBePlanned) {
  server_.On(
      "CreatePlan", [](const v1::CreatePlanRequest& request, v1::CreatePlanResponse& response) {
        if (request.header().workspace() == "ledger") {
          return Error(grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_INSTANCE_CLAIMED,
                       "instance is declared by workspace \"risk\"");
        }
        *response.mutable_plan() = testing::SamplePlan();
        return grpc::Status::OK;
      });
  Type("yes\n");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile("billing-prod"), "-f", ManifestFile("ledger")}),
            ExitCode::kConflict);
  EXPECT_THAT(err(), HasSubstr("Nothing was applied."));
  EXPECT_EQ(Applied(), 0u);
}

TEST_F(Apply, OnlyTheWorkspaceThatIsNamed) {
  EXPECT_EQ(Run({"apply", "-f", ManifestFile("billing-prod"), "-f", ManifestFile("ledger"), "-w",
                 "ledger", "--auto-approve"}),
            ExitCode::kDone);
  EXPECT_EQ(server_.Requests<v1::CreatePlanRequest>("CreatePlan").at(0).header().workspace(),
            "ledger");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile("ledger"), "-w", "risk", "--auto-approve"}),
            ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("the input has no workspace \"risk\", it has ledger"));
}

TEST_F(Apply, DetachPrintsTheRunAndReturns) {
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve", "--detach"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("run 5d21c0aa   billing-prod   187 items"));
  EXPECT_THAT(out(), HasSubstr("quiesce show run/5d21c0aa"));
  EXPECT_EQ(server_.Calls("GetRun").size(), 0u);
}

TEST_F(Apply, SkippedItemsAreAConflict) {
  ended_.clear_counts();
  *ended_.add_counts() = Proto<v1::RunCount>("state: RUN_ITEM_STATE_SKIPPED count: 1");
  *ended_.add_counts() = Proto<v1::RunCount>("state: RUN_ITEM_STATE_BLOCKED count: 1");
  ScriptRun(ended_, testing::SampleRunItems());
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kConflict);
  EXPECT_THAT(out(), HasSubstr("SKIPPED"));
}

TEST_F(Apply, ARunThatSomebodyElseCancelledIsAnError) {
  ended_.set_state(v1::RUN_STATE_CANCELLED);
  ended_.set_cancelled_by("bea");
  ScriptRun(ended_, {});
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kOther);
  EXPECT_THAT(out(), HasSubstr("cancelled by bea"));
}

TEST_F(Apply, TheTimeIsOverTheRunGoesOn) {
  ScriptRun(testing::SampleRun(), testing::SampleRunItems());
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve", "--timeout", "0s"}), ExitCode::kTimeout);
  EXPECT_THAT(err(), HasSubstr("the run goes on:  quiesce show run/5d21c0aa"));
  EXPECT_THAT(out(), HasSubstr("RUNNING"));
}

TEST_F(Apply, ProgressOnlyOnATerminal) {
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kDone);
  EXPECT_EQ(err(), "");
  env_.err_is_terminal = true;
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kDone);
  EXPECT_THAT(err(), HasSubstr("\rbilling-prod  [##"));
  EXPECT_THAT(err(), ::testing::EndsWith("\r\x1b[K"));
  EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
}

TEST_F(Apply, JsonIsAloneOnStdout) {
  Type("yes\n");
  EXPECT_EQ(Run({"apply", "-f", ManifestFile(), "-o", "json"}), ExitCode::kDone);
  EXPECT_EQ(out().front(), '{');
  EXPECT_THAT(out(), HasSubstr("\"name\": \"runs/5d21c0aa"));
  EXPECT_THAT(out(), Not(HasSubstr("Plan: ")));
  EXPECT_THAT(err(), HasSubstr("Plan: 2 stop"));
}

TEST_F(Apply, ADaemonThatDiesMeanwhileDoesNotEndTheRun) {
  server_.On("GetRun", [](const v1::GetRunRequest&, v1::Run&) {
    return Error(grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_SHUTTING_DOWN, "stopping");
  });
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kUnreachable);
  EXPECT_THAT(err(), HasSubstr("The run goes on without us:  quiesce show run/5d21c0aa"));
}

// --- Ctrl-C --------------------------------------------------------------------------------------

class ApplyInterrupted : public Apply {
 protected:
  ApplyInterrupted() {
    server_.On("GetRun", [this](const v1::GetRunRequest&, v1::Run& run) {
      interrupts_.first.Cancel();
      run = testing::SampleRun();
      return grpc::Status::OK;
    });
  }
};

TEST_F(ApplyInterrupted, TheSecondOneLeavesAtOnce) {
  server_.HangOnce("CancelRun");
  std::thread user([this] {
    server_.WaitForCalls("CancelRun", 1);
    interrupts_.second.Cancel();
  });
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kInterrupted);
  user.join();
  EXPECT_THAT(err(),
              HasSubstr("Left without knowing what became of it:  quiesce show run/5d21c0aa"));
}

TEST_F(ApplyInterrupted, ARunThatHadEndedIsReportedAsItEnded) {
  server_.On("CancelRun", [this](const v1::CancelRunRequest&, v1::CancelRunResponse&) {
    ScriptRun(ended_, {});
    return Error(grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_RUN_ENDED, "has ended");
  });
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("187 as planned"));
}

TEST_F(ApplyInterrupted, AllRunsAreCancelled) {
  server_.On("CancelRun", [](const v1::CancelRunRequest&, v1::CancelRunResponse& response) {
    *response.mutable_run() = testing::SampleRun();
    return grpc::Status::OK;
  });
  EXPECT_EQ(Run({"apply", "-f", ManifestFile("billing-prod"), "-f", ManifestFile("ledger"),
                 "--auto-approve"}),
            ExitCode::kInterrupted);
  EXPECT_EQ(server_.Calls("CancelRun").size(), 2u);
}

TEST_F(ApplyInterrupted, BeforeAnythingWasAppliedNothingIs) {
  interrupts_.first.Cancel();
  EXPECT_EQ(Run({"apply", "7c41e2a9", "--auto-approve"}), ExitCode::kInterrupted);
  EXPECT_EQ(Applied(), 0u);
}

}  // namespace
}  // namespace quiesce::cli
