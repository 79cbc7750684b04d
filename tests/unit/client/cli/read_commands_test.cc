#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/command_fixture.h"
#include "tests/unit/client/cli/golden.h"
#include "tests/unit/client/cli/sample_fleet.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using quiesce::testing::Error;
using testing::ExpectGolden;
using ::testing::HasSubstr;
using testing::Proto;

class Read : public CommandFixture {
 protected:
  Read() {
    ScriptInstances(testing::SampleInstances());
    ScriptSummary(testing::SampleSummary());
  }

  void ScriptSummary(const v1::SummarizeInstancesResponse& summary) {
    server_.On("SummarizeInstances", [summary](const v1::SummarizeInstancesRequest&,
                                               v1::SummarizeInstancesResponse& response) {
      response = summary;
      return grpc::Status::OK;
    });
  }

  std::string ListFilter() {
    return server_.Requests<v1::ListInstancesRequest>("ListInstances").back().filter();
  }
};

TEST_F(Read, StatusOfAWorkspaceShowsItsProjectsOnly) {
  EXPECT_EQ(Run({"status", "-w", "billing-prod"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("only workspace billing-prod"));
  EXPECT_THAT(out(), HasSubstr("billing-cn  cn-north-4"));
  EXPECT_THAT(out(), ::testing::Not(HasSubstr("risk-tr")));
  EXPECT_EQ(server_.Requests<v1::SummarizeInstancesRequest>("SummarizeInstances").at(0).filter(),
            "workspace=billing-prod");
}

TEST_F(Read, ListShowsDeclaredOnesUnlessToldOtherwise) {
  Run({"list"});
  EXPECT_EQ(ListFilter(), "declared=true");
  Run({"list", "--unmanaged", "-p", "billing-cn"});
  EXPECT_EQ(ListFilter(), "project=billing-cn AND declared=false");
  Run({"list", "--all"});
  EXPECT_EQ(ListFilter(), "");
}

TEST_F(Read, ListFlagsBecomeAFilter) {
  Run({"list", "-w", "billing-prod", "--phase", "stalled", "--reason", "name-mismatch", "--needs",
       "owner", "--state", "running", "--name", "om 3", "--filter", "id_prefix=abcdef"});
  EXPECT_EQ(ListFilter(),
            "id_prefix=abcdef AND workspace=billing-prod AND phase=STALLED AND "
            "reason=NAME_MISMATCH AND needs=OWNER AND power_state=RUNNING AND cloud_name=\"om 3\" "
            "AND declared=true");
}

TEST_F(Read, ListTakesItsWorkspaceFromTheEnvironmentWhereThatMakesSense) {
  variables_["QUIESCE_WORKSPACE"] = "billing-prod";
  Run({"list"});
  EXPECT_EQ(ListFilter(), "workspace=billing-prod AND declared=true");
  Run({"list", "--unmanaged"});
  EXPECT_EQ(ListFilter(), "declared=false");
}

TEST_F(Read, ListLimit) {
  EXPECT_EQ(Run({"list", "--limit", "2", "-o", "json"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("\"revision\": \"90210\""));
  EXPECT_THAT(out(), ::testing::Not(HasSubstr("billing-om-17\"")));
}

TEST_F(Read, NothingMatches) {
  ScriptInstances({});
  EXPECT_EQ(Run({"list"}), ExitCode::kDone);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err(), "Nothing matches.\n");
}

TEST_F(Read, GetJsonIsTheMessageOfTheApi) {
  ScriptInstances({testing::SampleInstances()[2]});
  EXPECT_EQ(Run({"get", "billing-om-17", "-o", "json"}), ExitCode::kDone);
  ExpectGolden("get_json", out());
}

TEST_F(Read, ExplainOfSeveral) {
  server_.On("ExplainInstance",
             [](const v1::ExplainInstanceRequest&, v1::Explanation& explanation) {
               explanation = testing::SampleExplanation();
               return grpc::Status::OK;
             });
  const std::string name = testing::SampleInstances()[2].name();
  EXPECT_EQ(Run({"explain", name, name}), ExitCode::kDone);
  const size_t first = out().find("Nobody has to act");
  EXPECT_NE(out().find("Nobody has to act", first + 1), std::string::npos);
}

TEST_F(Read, ExplainUsesTheClockOfTheDaemon) {
  server_.On("ExplainInstance",
             [](const v1::ExplainInstanceRequest&, v1::Explanation& explanation) {
               explanation = testing::SampleExplanation();
               return grpc::Status::OK;
             });
  env_.clock = [] { return absl::FromUnixSeconds(testing::kNow) - absl::Hours(5); };
  EXPECT_EQ(Run({"explain", testing::SampleInstances()[2].name()}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("03:26:30 +08, in 14 min"));
}

TEST_F(Read, ShowFindsPlansAndRunsByABareId) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  ScriptRun(testing::SampleRun(), testing::SampleRunItems());
  EXPECT_EQ(Run({"show", "7c41e2a9"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("Apply exactly this:  quiesce apply 7c41e2a9"));
  server_.On("GetPlan", [](const v1::GetPlanRequest&, v1::Plan&) {
    return Error(grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_PLAN_NOT_FOUND, "no plan");
  });
  EXPECT_EQ(Run({"show", "5d21c0aa"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("run 5d21c0aa   billing-prod"));
  server_.On("GetRun", [](const v1::GetRunRequest&, v1::Run&) {
    return Error(grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_RUN_NOT_FOUND, "no run");
  });
  EXPECT_EQ(Run({"show", "12345678"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("no plan and no run has an id that begins with 12345678"));
}

TEST_F(Read, ShowRunLeavesOutWhatEndedWell) {
  ScriptRun(testing::SampleRun(), testing::SampleRunItems());
  EXPECT_EQ(Run({"show", "run/5d21c0aa"}), ExitCode::kDone);
  EXPECT_THAT(out(), ::testing::Not(HasSubstr("CONVERGED")));
  EXPECT_THAT(out(), HasSubstr("STALLED  billing-om-44"));
  EXPECT_EQ(Run({"show", "run/5d21c0aa", "--all"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("CONVERGED  billing-om-03"));
}

TEST_F(Read, PlanJsonHasAStableShape) {
  ScriptPlan(testing::SamplePlan(), {testing::SamplePlanItems()[0]});
  EXPECT_EQ(Run({"plan", "-f", ManifestFile(), "-o", "json"}), ExitCode::kDone);
  ExpectGolden("plan_json", out());
}

TEST_F(Read, PlanWithUnknownEffectsCannotTell) {
  v1::Plan plan = testing::SamplePlan();
  *plan.add_counts() = Proto<v1::PlanCount>("change: CHANGE_ADOPT effect: EFFECT_UNKNOWN count: 1");
  ScriptPlan(plan, testing::SamplePlanItems());
  EXPECT_EQ(Run({"plan", "-f", ManifestFile(), "--detailed-exitcode"}), ExitCode::kBlocked);
  EXPECT_EQ(Run({"plan", "-f", ManifestFile()}), ExitCode::kDone);
}

TEST_F(Read, PlanGoesOnWithTheNextWorkspace) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  server_.Once("CreatePlan", Error(grpc::StatusCode::FAILED_PRECONDITION,
                                   v1::ERROR_REASON_INSTANCE_CLAIMED, "claimed by risk"));
  EXPECT_EQ(Run({"plan", "-f", ManifestFile("ledger"), "-f", ManifestFile("billing-prod")}),
            ExitCode::kConflict);
  EXPECT_THAT(out(), HasSubstr("billing-prod   owner"));
  EXPECT_THAT(err(), HasSubstr("claimed by risk"));
}

TEST_F(Read, PlanAllListsWhatDoesNotChange) {
  ScriptPlan(testing::SamplePlan(), testing::SamplePlanItems());
  EXPECT_EQ(Run({"plan", "-f", ManifestFile(), "--all"}), ExitCode::kDone);
  EXPECT_EQ(ListFilter(), "workspace=billing-prod");
  EXPECT_THAT(out(), HasSubstr("OK       billing-om-17"));
}

TEST_F(Read, DriftNone) {
  ScriptInstances({});
  ScriptSummary(Proto<v1::SummarizeInstancesResponse>("declared_count: 302"));
  EXPECT_EQ(Run({"drift"}), ExitCode::kDone);
  EXPECT_EQ(out(), "No drift among 302 declared.\n");
}

TEST_F(Read, DriftThatCannotBeTold) {
  ScriptSummary(Proto<v1::SummarizeInstancesResponse>(
      "declared_count: 302 reasons { reason: REASON_STALE needs: NEEDS_NOBODY count: 1 }"));
  EXPECT_EQ(Run({"drift"}), ExitCode::kBlocked) << "4 goes before 3";
  EXPECT_EQ(ListFilter(), "reason=STALE");
}

TEST_F(Read, ProjectsAndRefresh) {
  server_.On("RefreshProject", [](const v1::RefreshProjectRequest& request, v1::Project& project) {
    if (request.name() == "projects/risk-tr") {
      return Error(grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_LIST_FAILED, "HTTP 403");
    }
    project = testing::SampleProjects()[0];
    return grpc::Status::OK;
  });
  EXPECT_EQ(Run({"projects"}), ExitCode::kDone);
  EXPECT_EQ(Run({"refresh", "billing-cn", "--accept-absence"}), ExitCode::kDone);
  EXPECT_TRUE(server_.Requests<v1::RefreshProjectRequest>("RefreshProject").at(0).accept_absence());
  EXPECT_EQ(Run({"refresh", "billing-cn", "risk-tr"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("HTTP 403"));
}

TEST_F(Read, Version) {
  EXPECT_EQ(Run({"version"}), ExitCode::kDone);
  EXPECT_EQ(out(),
            "quiesce   0.1.0\n"
            "quiesced  0.1.0   server prod (unix:///run/quiesced/api.sock)   you are unix:1000\n");
}

TEST_F(Read, ValidateAsksNobody) {
  server_.Stop();
  EXPECT_EQ(Run({"validate", "-f", ManifestFile()}), ExitCode::kDone);
  EXPECT_EQ(out(), "billing-prod.yaml: ok: billing-prod, owner billing-platform, 2 instances\n");
}

TEST_F(Read, ManifestFromStandardInput) {
  in_.str("apiVersion: quiesce/v1\nworkspace: w\nowner: o\ncontact: c\ninstances: []\n");
  EXPECT_EQ(Run({"validate", "-f", "-"}), ExitCode::kDone);
  EXPECT_EQ(out(), "<stdin>: ok: w, owner o, 0 instances\n");
}

TEST_F(Read, ErrorsAreCleanedAndNameEveryField) {
  server_.On("ListProjects", [](const v1::ListProjectsRequest&, v1::ListProjectsResponse&) {
    return Error(grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_FIELD,
                 "name: is \x1b[31mred", {}, {{"name", "is \x1b[31mred"}, {"size", "is negative"}});
  });
  EXPECT_EQ(Run({"projects"}), ExitCode::kUsage);
  EXPECT_EQ(err(), "quiesce: name: is \\x1b[31mred\n  size: is negative\n");
}

}  // namespace
}  // namespace quiesce::cli
