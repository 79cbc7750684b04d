#include "client/cli/exit_code.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/command_fixture.h"
#include "tests/unit/client/cli/golden.h"
#include "tests/unit/client/cli/sample_fleet.h"
#include "tests/unit/client/cli/sample_messages.h"

// One screen for each exit code: what a user sees, and what a pipeline branches on.
namespace quiesce::cli {
namespace {

using quiesce::testing::Error;
using testing::ExpectGolden;
using testing::Proto;

TEST(ExitCode, Precedence) {
  const std::vector<ExitCode> order = {
      ExitCode::kInterrupted, ExitCode::kUsage,    ExitCode::kPermission, ExitCode::kUnreachable,
      ExitCode::kOther,       ExitCode::kConflict, ExitCode::kBlocked,    ExitCode::kTimeout,
      ExitCode::kDrift,       ExitCode::kChanges,  ExitCode::kDone};
  for (size_t i = 0; i < order.size(); ++i) {
    for (size_t j = i; j < order.size(); ++j) {
      EXPECT_EQ(Worse(order[i], order[j]), order[i]);
      EXPECT_EQ(Worse(order[j], order[i]), order[i]);
    }
  }
}

TEST(ExitCode, ValuesAreFrozen) {
  EXPECT_EQ(static_cast<int>(ExitCode::kDone), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kOther), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::kChanges), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kDrift), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kBlocked), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kConflict), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::kTimeout), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 64);
  EXPECT_EQ(static_cast<int>(ExitCode::kUnreachable), 69);
  EXPECT_EQ(static_cast<int>(ExitCode::kPermission), 77);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
}

class ExitCodeScreen : public CommandFixture {
 protected:
  v1::Run EndedRun(const std::string& counts) {
    v1::Run run = Proto<v1::Run>(
        "name: 'runs/5d21c0aa1b2c3d4e5f60718293a4b5c6' plan: 'plans/7c41e2a9' "
        "workspace: 'billing-prod' state: RUN_STATE_DONE item_count: 2 created_by: 'ana' " +
        counts);
    run.mutable_create_time()->set_seconds(testing::kNow - 34);
    run.mutable_end_time()->set_seconds(testing::kNow);
    return run;
  }
};

TEST_F(ExitCodeScreen, Done) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  ScriptRun(EndedRun("counts { state: RUN_ITEM_STATE_CONVERGED count: 2 }"), {});
  ExpectGolden("exit_0", Screen({"apply", "-f", ManifestFile(), "--auto-approve"}));
}

TEST_F(ExitCodeScreen, OtherError) {
  server_.On("GetRun", [](const v1::GetRunRequest&, v1::Run&) {
    return Error(grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_RUN_NOT_FOUND,
                 "run \"12345678\" does not exist");
  });
  ExpectGolden("exit_1", Screen({"show", "run/12345678"}));
}

TEST_F(ExitCodeScreen, Changes) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  ExpectGolden("exit_2", Screen({"plan", "--detailed-exitcode", "-f", ManifestFile()}));
}

TEST_F(ExitCodeScreen, Drift) {
  server_.On("SummarizeInstances",
             [](const v1::SummarizeInstancesRequest&, v1::SummarizeInstancesResponse& response) {
               response = testing::SampleSummary();
               return grpc::Status::OK;
             });
  ScriptInstances({testing::SampleInstances()[2]});
  ExpectGolden("exit_3", Screen({"drift"}));
  EXPECT_EQ(server_.Requests<v1::ListInstancesRequest>("ListInstances")[0].filter(),
            "phase=DRIFTED");
}

TEST_F(ExitCodeScreen, EndedBlockedOrStalled) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  ScriptRun(EndedRun("counts { state: RUN_ITEM_STATE_CONVERGED count: 1 } "
                     "counts { state: RUN_ITEM_STATE_STALLED count: 1 }"),
            {testing::SampleRunItems()[0], testing::SampleRunItems()[4]});
  ExpectGolden("exit_4", Screen({"apply", "-f", ManifestFile(), "--auto-approve"}));
}

TEST_F(ExitCodeScreen, Conflict) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  server_.On("ApplyPlan", [](const v1::ApplyPlanRequest&, v1::Run&) {
    return Error(grpc::StatusCode::ABORTED, v1::ERROR_REASON_PLAN_STALE,
                 "workspace \"billing-prod\" was changed after this plan was made, nothing was "
                 "applied; make a new one with `quiesce plan`");
  });
  ExpectGolden("exit_5", Screen({"apply", "7c41e2a9", "--auto-approve"}));
}

TEST_F(ExitCodeScreen, Timeout) {
  ScriptInstances(testing::SampleInstances());
  server_.On("WaitInstance",
             [](const v1::WaitInstanceRequest&, v1::WaitInstanceResponse& response) {
               response.set_result(v1::WAIT_RESULT_NOT_YET);
               *response.mutable_instance() = testing::SampleInstances()[2];
               return grpc::Status::OK;
             });
  const std::string name = testing::SampleInstances()[2].name();
  ExpectGolden("exit_6", Screen({"wait", name, "--timeout", "0s"}));
}

TEST_F(ExitCodeScreen, Usage) {
  const std::string path = WriteFile("prod.yaml",
                                     "apiVersion: quiesce/v1\nworkspace: billing-prod\n"
                                     "owner: o\ncontact: c\nlabls: {tier: prod}\ninstances:\n"
                                     "  - {id: a8c37c9be61f, project: billing-cn}\n");
  ExpectGolden("exit_64_manifest", Screen({"plan", "-f", path}));
}

TEST_F(ExitCodeScreen, UsageOfFlags) {
  ExpectGolden("exit_64", Screen({"stop", "billing-om-17", "--skp", "start-grace"}));
}

TEST_F(ExitCodeScreen, Unreachable) {
  server_.Stop();
  const ExitCode code = Run({"status"});
  EXPECT_EQ(code, ExitCode::kUnreachable);
  EXPECT_EQ(err(),
            "quiesce: cannot reach quiesced at unix:///run/quiesced/api.sock: no such file\n"
            "  is it running? Another address: --server, or QUIESCE_SERVER\n");
  EXPECT_EQ(out(), "");
}

TEST_F(ExitCodeScreen, Permission) {
  server_.On("GetServerInfo", [](const v1::GetServerInfoRequest&, v1::ServerInfo&) {
    return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "not in the group quiesced");
  });
  ExpectGolden("exit_77", Screen({"status"}));
}

TEST_F(ExitCodeScreen, Interrupted) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  ScriptRun(testing::SampleRun(), testing::SampleRunItems());
  server_.On("GetRun", [this](const v1::GetRunRequest&, v1::Run& run) {
    interrupts_.first.Cancel();
    run = testing::SampleRun();
    return grpc::Status::OK;
  });
  server_.On("CancelRun", [](const v1::CancelRunRequest&, v1::CancelRunResponse& response) {
    const std::vector<v1::RunItem> items = testing::SampleRunItems();
    *response.mutable_run() = testing::SampleRun();
    response.add_not_called(items[1].instance());
    response.set_not_called_count(1);
    response.add_accepted(items[4].instance());
    response.set_accepted_count(1);
    return grpc::Status::OK;
  });
  ExpectGolden("exit_130", Screen({"apply", "7c41e2a9", "--auto-approve"}));
}

// --- what an error of the daemon means -----------------------------------------------------------

struct ErrorCase {
  grpc::StatusCode status;
  v1::ErrorReason reason;
  ExitCode code;
};

class ExitCodeOfError : public CommandFixture, public ::testing::WithParamInterface<ErrorCase> {};

TEST_P(ExitCodeOfError, IsFrozen) {
  server_.On("ListProjects", [](const v1::ListProjectsRequest&, v1::ListProjectsResponse&) {
    return Error(GetParam().status, GetParam().reason, "no");
  });
  EXPECT_EQ(Run({"projects"}), GetParam().code) << v1::ErrorReason_Name(GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    All, ExitCodeOfError,
    ::testing::Values(
        ErrorCase{grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_FIELD,
                  ExitCode::kUsage},
        ErrorCase{grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_AMBIGUOUS_NAME,
                  ExitCode::kUsage},
        ErrorCase{grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_INSTANCE_NOT_FOUND,
                  ExitCode::kOther},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_NOT_DECLARED,
                  ExitCode::kOther},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_INSTANCE_CLAIMED,
                  ExitCode::kConflict},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_WORKSPACE_KIND_MISMATCH,
                  ExitCode::kConflict},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_WORKSPACE_NEEDS_OWNER,
                  ExitCode::kUsage},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_PLAN_EXPIRED,
                  ExitCode::kConflict},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_PLAN_DIGEST_MISMATCH,
                  ExitCode::kConflict},
        ErrorCase{grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_HOLD_ENDED,
                  ExitCode::kConflict},
        ErrorCase{grpc::StatusCode::ABORTED, v1::ERROR_REASON_ETAG_MISMATCH, ExitCode::kConflict},
        ErrorCase{grpc::StatusCode::RESOURCE_EXHAUSTED, v1::ERROR_REASON_OVERLOADED,
                  ExitCode::kOther},
        ErrorCase{grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_SHUTTING_DOWN,
                  ExitCode::kUnreachable},
        ErrorCase{grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_LIST_FAILED, ExitCode::kOther},
        ErrorCase{grpc::StatusCode::DEADLINE_EXCEEDED, v1::ERROR_REASON_DEADLINE_EXCEEDED,
                  ExitCode::kTimeout},
        ErrorCase{grpc::StatusCode::INTERNAL, v1::ERROR_REASON_INTERNAL, ExitCode::kOther}));

}  // namespace
}  // namespace quiesce::cli
