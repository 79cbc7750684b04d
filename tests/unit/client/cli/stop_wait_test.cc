#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

class Instances : public CommandFixture {
 protected:
  Instances() : drifted_(testing::SampleInstances()[2]), unmanaged_(testing::SampleInstances()[0]) {
    ScriptInstances({drifted_});
    ScriptWait(v1::WAIT_RESULT_CONVERGED, Stopped(drifted_));
    ScriptReconcile(v1::EFFECT_STOP, v1::REASON_CALL_DUE);
  }

  static v1::Instance Stopped(v1::Instance instance) {
    instance.mutable_verdict()->set_phase(v1::PHASE_STOPPED);
    instance.mutable_verdict()->set_reason(v1::REASON_CONVERGED);
    instance.mutable_observation()->set_power_state(v1::POWER_STATE_STOPPED);
    return instance;
  }

  void ScriptWait(v1::WaitResult result, const v1::Instance& instance) {
    server_.On("WaitInstance",
               [=](const v1::WaitInstanceRequest&, v1::WaitInstanceResponse& response) {
                 response.set_result(result);
                 *response.mutable_instance() = instance;
                 return grpc::Status::OK;
               });
  }

  void ScriptReconcile(v1::Effect effect, v1::Reason reason) {
    server_.On("RequestReconcile",
               [=](const v1::RequestReconcileRequest&, v1::RequestReconcileResponse& response) {
                 *response.mutable_instance() = drifted_;
                 response.mutable_instance()->set_etag("after");
                 response.set_effect(effect);
                 response.set_reason(reason);
                 return grpc::Status::OK;
               });
  }

  const v1::Instance drifted_;
  const v1::Instance unmanaged_;
};

// --- stop ----------------------------------------------------------------------------------------

using Stop = Instances;

TEST_F(Stop, ADeclaredInstanceIsReconciledAndWaitedFor) {
  EXPECT_EQ(Run({"stop", "billing-om-17"}), ExitCode::kDone);
  EXPECT_EQ(out(), "billing-om-17  stopped, seen 03:11:59\n");
  EXPECT_EQ(server_.Requests<v1::RequestReconcileRequest>("RequestReconcile").at(0).name(),
            drifted_.name());
  const auto wait = server_.Requests<v1::WaitInstanceRequest>("WaitInstance").at(0);
  EXPECT_EQ(wait.name(), drifted_.name());
  EXPECT_EQ(wait.etag(), "after") << "what the request led to, not what was before";
}

TEST_F(Stop, SkipsGatesWithAReason) {
  EXPECT_EQ(Run({"stop", "billing-om-17", "--skip", "start-grace", "--skip", "backoff", "--reason",
                 "INC-4711 is over"}),
            ExitCode::kDone);
  const auto request = server_.Requests<v1::RequestReconcileRequest>("RequestReconcile").at(0);
  EXPECT_EQ(request.reason(), "INC-4711 is over");
  ASSERT_EQ(request.skip_gates_size(), 2);
  EXPECT_EQ(request.skip_gates(0), v1::GATE_KIND_START_GRACE);
  EXPECT_EQ(request.skip_gates(1), v1::GATE_KIND_BACKOFF);
}

TEST_F(Stop, OneThatNobodyDeclaresNeedsAWorkspace) {
  ScriptInstances({unmanaged_});
  EXPECT_EQ(Run({"stop", "scratch"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("\"scratch\" is declared by nobody"));
  // The way out can be pasted, also where the workspace is new.
  EXPECT_THAT(err(), HasSubstr("quiesce stop scratch -w WORKSPACE --owner TEAM --contact WHERE\n"));
  EXPECT_THAT(err(), HasSubstr("quiesce stop scratch -w WORKSPACE"));
}

class StopDeclares : public Instances {
 protected:
  StopDeclares() {
    ScriptInstances({unmanaged_});
    server_.On("SetDesiredState",
               [this](const v1::SetDesiredStateRequest&, v1::SetDesiredStateResponse& response) {
                 *response.mutable_instance() = drifted_;
                 response.set_change(v1::CHANGE_ADOPT);
                 response.set_effect(v1::EFFECT_STOP);
                 return grpc::Status::OK;
               });
  }
};

TEST_F(StopDeclares, InTheWorkspaceThatIsNamed) {
  EXPECT_EQ(Run({"stop", "scratch", "-w", "adhoc", "--owner", "dba", "--contact", "#dba"}),
            ExitCode::kDone);
  const auto request = server_.Requests<v1::SetDesiredStateRequest>("SetDesiredState").at(0);
  EXPECT_EQ(request.workspace(), "adhoc");
  EXPECT_EQ(request.owner(), "dba");
  EXPECT_EQ(request.contact(), "#dba");
  EXPECT_EQ(request.spec().project(), testing::kCn);
  EXPECT_EQ("projects/" + request.spec().project() + "/instances/" + request.spec().instance_id(),
            unmanaged_.name());
}

TEST_F(StopDeclares, TheWorkspaceMayComeFromTheEnvironment) {
  variables_["QUIESCE_WORKSPACE"] = "adhoc";
  EXPECT_EQ(Run({"stop", "scratch"}), ExitCode::kDone);
  EXPECT_EQ(server_.Requests<v1::SetDesiredStateRequest>("SetDesiredState").at(0).workspace(),
            "adhoc");
}

TEST_F(StopDeclares, AlsoWhatNobodyHasSeenIfItIsNamedWhole) {
  ScriptInstances({});
  const std::string id(32, 'b');
  EXPECT_EQ(Run({"stop", "billing-cn/" + id, "-w", "adhoc"}), ExitCode::kDone);
  const auto request = server_.Requests<v1::SetDesiredStateRequest>("SetDesiredState").at(0);
  EXPECT_EQ(request.spec().project(), "billing-cn");
  EXPECT_EQ(request.spec().instance_id(), id);
}

TEST_F(StopDeclares, ANewWorkspaceWithoutOwnerIsAMatterOfFlags) {
  server_.On(
      "SetDesiredState", [](const v1::SetDesiredStateRequest&, v1::SetDesiredStateResponse&) {
        return Error(grpc::StatusCode::FAILED_PRECONDITION, v1::ERROR_REASON_WORKSPACE_NEEDS_OWNER,
                     "workspace \"adhoc\" does not exist yet");
      });
  EXPECT_EQ(Run({"stop", "scratch", "-w", "adhoc"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("add --owner WHO --contact HOW"));
}

TEST_F(Stop, WhatIsHeldIsSaidAndNotWaitedFor) {
  ScriptReconcile(v1::EFFECT_BLOCKED, v1::REASON_HELD);
  EXPECT_EQ(Run({"stop", "billing-om-17"}), ExitCode::kBlocked);
  EXPECT_THAT(out(), HasSubstr("billing-om-17  NOT stopped: HELD"));
  EXPECT_THAT(out(), HasSubstr("quiesce explain billing-om-17"));
  EXPECT_EQ(server_.Calls("WaitInstance").size(), 0u);
}

TEST_F(Stop, DetachDoesNotWait) {
  EXPECT_EQ(Run({"stop", "billing-om-17", "--detach"}), ExitCode::kDone);
  EXPECT_EQ(out(), "billing-om-17  will be stopped: CALL_DUE\n");
  EXPECT_EQ(server_.Calls("WaitInstance").size(), 0u);
}

TEST_F(Stop, TheTimeIsOver) {
  ScriptWait(v1::WAIT_RESULT_NOT_YET, drifted_);
  EXPECT_EQ(Run({"stop", "billing-om-17", "--timeout", "0s"}), ExitCode::kTimeout);
  EXPECT_THAT(err(), HasSubstr("The time is over, the work goes on."));
}

TEST_F(Stop, ReplacedMeanwhile) {
  ScriptWait(v1::WAIT_RESULT_SUPERSEDED, drifted_);
  EXPECT_EQ(Run({"stop", "billing-om-17"}), ExitCode::kConflict);
}

TEST_F(Stop, OneThatFailsKeepsNoOtherFromBeingStopped) {
  server_.Once("ListInstances",
               Error(grpc::StatusCode::INTERNAL, v1::ERROR_REASON_INTERNAL, "oops"));
  EXPECT_EQ(Run({"stop", "some-other", "billing-om-17"}), ExitCode::kOther);
  EXPECT_THAT(out(), HasSubstr("billing-om-17  stopped"));
  EXPECT_THAT(err(), HasSubstr("oops"));
}

TEST_F(Stop, CtrlCEndsTheWaitingOnly) {
  interrupts_.first.Cancel();
  EXPECT_EQ(Run({"stop", "billing-om-17"}), ExitCode::kInterrupted);
  EXPECT_THAT(err(), HasSubstr("the daemon goes on with what was asked for"));
  EXPECT_EQ(server_.Calls("RequestReconcile").size(), 1u);
}

TEST_F(Stop, Json) {
  EXPECT_EQ(Run({"stop", "billing-om-17", "-o", "json"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("\"effect\": \"EFFECT_STOP\""));
  EXPECT_THAT(out(), HasSubstr("\"result\": \"WAIT_RESULT_CONVERGED\""));
  EXPECT_THAT(out(), HasSubstr("\"phase\": \"PHASE_STOPPED\""));
}

TEST_F(Stop, AmbiguousNamesAreListed) {
  v1::Instance other = drifted_;
  other.set_name(testing::InstanceName(testing::kCn, 17));
  other.set_project_alias("billing-cn");
  ScriptInstances({drifted_, other});
  EXPECT_EQ(Run({"stop", "billing-om-17"}), ExitCode::kUsage);
  EXPECT_THAT(err(),
              HasSubstr("\n    f19b543c-b22a-4da8-b43d-a9003aaec146  billing-sg/billing-om-17\n"));
  EXPECT_EQ(server_.Calls("RequestReconcile").size(), 0u);
}

// --- release -------------------------------------------------------------------------------------

TEST_F(Instances, ReleaseSaysWhatItLeavesBehind) {
  server_.On("ReleaseInstance", [this](const v1::ReleaseInstanceRequest&, v1::Instance& instance) {
    instance = drifted_;
    instance.mutable_attempt()->set_in_flight(true);
    return grpc::Status::OK;
  });
  EXPECT_EQ(Run({"release", "billing-om-17"}), ExitCode::kDone);
  EXPECT_EQ(out(),
            "billing-om-17  released: no longer kept stopped, left as it is (running)\n"
            "  a stop call was on its way, and may still take effect\n");
}

// --- wait ----------------------------------------------------------------------------------------

TEST_F(Instances, WaitForEachTheWorstDecides) {
  ScriptWait(v1::WAIT_RESULT_BLOCKED, drifted_);
  EXPECT_EQ(Run({"wait", "billing-om-17"}), ExitCode::kBlocked);
  EXPECT_THAT(out(), HasSubstr("NOT stopped: START_GRACE"));
  EXPECT_EQ(server_.Requests<v1::WaitInstanceRequest>("WaitInstance").at(0).etag(), "");
}

class WaitForSet : public CommandFixture {
 protected:
  // The summaries that the daemon gives one after the other, the last one again and again.
  void ScriptSummaries(std::vector<std::string> texts) {
    server_.On("SummarizeInstances", [texts, count = std::make_shared<size_t>(0)](
                                         const v1::SummarizeInstancesRequest&,
                                         v1::SummarizeInstancesResponse& response) {
      response = Proto<v1::SummarizeInstancesResponse>(texts[std::min(*count, texts.size() - 1)]);
      ++*count;
      return grpc::Status::OK;
    });
  }
};

TEST_F(WaitForSet, UntilAllAreStopped) {
  ScriptSummaries({"declared_count: 2 phases { phase: PHASE_STOPPING count: 2 }",
                   "declared_count: 2 phases { phase: PHASE_STOPPED count: 1 } "
                   "phases { phase: PHASE_RETRYING count: 1 }",
                   "declared_count: 2 phases { phase: PHASE_STOPPED count: 2 }"});
  EXPECT_EQ(Run({"wait", "-w", "billing-prod"}), ExitCode::kDone);
  EXPECT_EQ(out(), "2 declared: 2 stopped\n");
  const auto requests = server_.Requests<v1::SummarizeInstancesRequest>("SummarizeInstances");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].filter(), "workspace=billing-prod");
}

TEST_F(WaitForSet, WhatNeedsSomebodyIsNotWaitedFor) {
  ScriptSummaries(
      {"declared_count: 4 phases { phase: PHASE_STOPPED count: 1 } "
       "phases { phase: PHASE_WAITING count: 1 } "
       "phases { phase: PHASE_STALLED count: 1 } phases { phase: PHASE_GONE count: 1 } "
       "reasons { reason: REASON_HELD count: 1 } "
       "reasons { reason: REASON_NAME_MISMATCH count: 1 }"});
  EXPECT_EQ(Run({"wait", "--all"}), ExitCode::kBlocked);
  EXPECT_THAT(err(), HasSubstr("3 instances are not stopped, and will not be by waiting"));
}

TEST_F(WaitForSet, BusyOnesAreWaitedFor) {
  ScriptSummaries(
      {"declared_count: 1 phases { phase: PHASE_WAITING count: 1 } "
       "reasons { reason: REASON_BUSY count: 1 }"});
  EXPECT_EQ(Run({"wait", "--all", "--timeout", "10s"}), ExitCode::kTimeout);
  EXPECT_EQ(server_.Calls("SummarizeInstances").size(), 11u) << "once a second";
  EXPECT_THAT(err(), HasSubstr("The time is over, the work goes on."));
}

TEST_F(WaitForSet, NothingToWaitForIsAnError) {
  ScriptSummaries({""});
  EXPECT_EQ(Run({"wait", "-w", "nobodys"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("nothing is declared in workspace nobodys"));
}

TEST_F(WaitForSet, CtrlC) {
  ScriptSummaries({"declared_count: 2 phases { phase: PHASE_STOPPING count: 2 }"});
  interrupts_.first.Cancel();
  EXPECT_EQ(Run({"wait", "--all"}), ExitCode::kInterrupted);
  EXPECT_THAT(err(), HasSubstr("nothing else has changed"));
}

}  // namespace
}  // namespace quiesce::cli
