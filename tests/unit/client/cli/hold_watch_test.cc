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
using ::testing::HasSubstr;
using testing::Proto;

class Holds : public CommandFixture {
 protected:
  Holds() {
    ScriptInstances({testing::SampleInstances()[2]});
    server_.On("CreateHold",
               [](const v1::CreateHoldRequest& request, v1::CreateHoldResponse& response) {
                 *response.mutable_hold() = testing::SampleHolds()[0];
                 response.mutable_hold()->set_scope(request.scope());
                 response.set_covered_count(1);
                 return grpc::Status::OK;
               });
    server_.On("EndHold", [](const v1::EndHoldRequest& request, v1::Hold& hold) {
      hold = testing::SampleHolds()[0];
      hold.set_name(request.name());
      hold.set_active(false);
      return grpc::Status::OK;
    });
    ScriptHolds({testing::SampleHolds()[0]});
  }

  void ScriptHolds(const std::vector<v1::Hold>& holds) {
    server_.On("ListHolds", [holds](const v1::ListHoldsRequest&, v1::ListHoldsResponse& response) {
      for (const v1::Hold& hold : holds) *response.add_holds() = hold;
      return grpc::Status::OK;
    });
  }

  v1::CreateHoldRequest Created(size_t index = 0) {
    return server_.Requests<v1::CreateHoldRequest>("CreateHold").at(index);
  }
  std::string ListedFilter() {
    return server_.Requests<v1::ListHoldsRequest>("ListHolds").back().filter();
  }
};

TEST_F(Holds, OnAnInstance) {
  variables_["USER"] = "ana";
  EXPECT_EQ(Run({"hold", "billing-om-17", "--for", "4h", "--reason", "INC-4711"}), ExitCode::kDone);
  EXPECT_EQ(Created().scope(), testing::SampleInstances()[2].name());
  EXPECT_EQ(Created().ttl().seconds(), 4 * 3600);
  EXPECT_EQ(Created().reason(), "INC-4711");
  EXPECT_EQ(Created().owner(), "ana");
  EXPECT_THAT(out(), HasSubstr("end it:  quiesce unhold hold/1a2b3c4d"));
}

TEST_F(Holds, OnAWorkspaceAndAProjectUntilATime) {
  EXPECT_EQ(Run({"hold", "workspace/billing-prod", "project/billing-cn", "--until", "14:00",
                 "--reason", "month end", "--owner", "ops"}),
            ExitCode::kDone);
  EXPECT_EQ(Created(0).scope(), "workspaces/billing-prod");
  EXPECT_EQ(Created(1).scope(), "projects/billing-cn");
  EXPECT_EQ(Created(0).expire_time().seconds(), testing::kNow + 38860);
}

TEST_F(Holds, OnWhatDoesNotExistYet) {
  ScriptInstances({});
  const std::string id(32, 'b');
  EXPECT_EQ(Run({"hold", "billing-cn/" + id, "--for", "1h", "--reason", "r", "--owner", "o"}),
            ExitCode::kDone);
  EXPECT_EQ(Created().scope(), "projects/billing-cn/instances/" + id);
  EXPECT_EQ(Run({"hold", "no-such-name", "--for", "1h", "--reason", "r", "--owner", "o"}),
            ExitCode::kOther);
}

TEST_F(Holds, ListNamesInstances) {
  v1::Hold hold = testing::SampleHolds()[0];
  hold.set_scope(testing::SampleInstances()[2].name());
  ScriptHolds({hold, testing::SampleHolds()[1]});
  EXPECT_EQ(Run({"hold", "--list"}), ExitCode::kDone);
  EXPECT_THAT(out(), HasSubstr("1a2b3c4d  billing-om-17"));
  EXPECT_THAT(out(), HasSubstr("2b2b3c4d  workspace/billing-prod"));
}

TEST_F(Holds, Extend) {
  server_.On("ExtendHold", [](const v1::ExtendHoldRequest& request, v1::Hold& hold) {
    hold = testing::SampleHolds()[0];
    EXPECT_EQ(request.ttl().seconds(), 8 * 3600);
    return grpc::Status::OK;
  });
  EXPECT_EQ(Run({"hold", "--extend", "1a2b3c4d", "--for", "8h"}), ExitCode::kDone);
  EXPECT_EQ(server_.Requests<v1::ExtendHoldRequest>("ExtendHold").at(0).name(), "holds/1a2b3c4d");
}

TEST_F(Holds, UnholdByScopeTurnsAnAliasIntoTheId) {
  EXPECT_EQ(Run({"unhold", "project/billing-cn"}), ExitCode::kDone);
  EXPECT_EQ(ListedFilter(), "scope=projects/" + std::string(testing::kCn));
  EXPECT_EQ(server_.Requests<v1::EndHoldRequest>("EndHold").at(0).name(),
            testing::SampleHolds()[0].name());
  EXPECT_THAT(out(), HasSubstr("no longer held: "));
}

TEST_F(Holds, UnholdById) {
  EXPECT_EQ(Run({"unhold", "hold/1a2b3c4d"}), ExitCode::kDone);
  EXPECT_EQ(server_.Requests<v1::EndHoldRequest>("EndHold").at(0).name(), "holds/1a2b3c4d");
  EXPECT_EQ(server_.Calls("ListHolds").size(), 0u);
}

TEST_F(Holds, UnholdOfSeveralNeedsAWord) {
  ScriptHolds({testing::SampleHolds()[0], testing::SampleHolds()[1]});
  EXPECT_EQ(Run({"unhold", "billing-om-17"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("there are 2 holds on it"));
  EXPECT_EQ(server_.Calls("EndHold").size(), 0u);
  EXPECT_EQ(Run({"unhold", "billing-om-17", "--all"}), ExitCode::kDone);
  EXPECT_EQ(server_.Calls("EndHold").size(), 2u);
}

TEST_F(Holds, UnholdOfNothing) {
  ScriptHolds({});
  EXPECT_EQ(Run({"unhold", "billing-om-17"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("there is no hold on exactly billing-om-17"));
  EXPECT_EQ(Run({"unfreeze"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("nothing is frozen"));
}

TEST_F(Holds, FreezeAndUnfreeze) {
  EXPECT_EQ(Run({"freeze", "--for", "2h", "--reason", "core switch", "--owner", "ops"}),
            ExitCode::kDone);
  EXPECT_EQ(Created().scope(), "fleet");
  EXPECT_THAT(out(), HasSubstr("the whole fleet is frozen until"));
  EXPECT_THAT(out(), HasSubstr("end it:  quiesce unfreeze\n"));
  EXPECT_EQ(Run({"unfreeze"}), ExitCode::kDone);
  EXPECT_EQ(ListedFilter(), "scope=fleet");
}

// --- watch ---------------------------------------------------------------------------------------

class Watch : public CommandFixture {
 protected:
  static v1::WatchInstancesResponse Changed(v1::Phase phase, v1::Reason reason) {
    v1::WatchInstancesResponse response;
    *response.mutable_instance() = testing::SampleInstances()[2];
    response.mutable_instance()->mutable_verdict()->set_phase(phase);
    response.mutable_instance()->mutable_verdict()->set_reason(reason);
    return response;
  }
  static v1::WatchInstancesResponse Bookmark(bool complete) {
    v1::WatchInstancesResponse response;
    response.mutable_bookmark()->set_revision(42);
    response.mutable_bookmark()->set_snapshot_complete(complete);
    return response;
  }
  static v1::WatchInstancesResponse Removed() {
    v1::WatchInstancesResponse response;
    response.mutable_removed()->set_name(testing::SampleInstances()[2].name());
    return response;
  }

  void Script() {
    quiesce::testing::ApiServer::WatchScript script;
    script.messages = {Changed(v1::PHASE_STOPPED, v1::REASON_CONVERGED), Bookmark(true),
                       Changed(v1::PHASE_STOPPED, v1::REASON_CONVERGED),
                       Changed(v1::PHASE_DRIFTED, v1::REASON_START_GRACE), Removed()};
    script.ends = true;
    script.end =
        Error(grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_FILTER, "that was all");
    server_.OnWatch(script);
  }
};

TEST_F(Watch, PrintsWhatChangesAndNotWhatThereIs) {
  Script();
  EXPECT_EQ(Run({"watch", "-w", "billing-prod"}), ExitCode::kUsage);  // the end of the script
  EXPECT_EQ(out(),
            "03:12:20  DRIFTED    billing-om-17         billing-sg  START_GRACE  was STOPPED\n"
            "03:12:20  REMOVED    billing-om-17         no longer matches, or no longer exists\n");
  EXPECT_EQ(server_.Requests<v1::WatchInstancesRequest>("WatchInstances").at(0).filter(),
            "workspace=billing-prod");
}

TEST_F(Watch, JsonIsEveryEventOneALine) {
  Script();
  EXPECT_EQ(Run({"watch", "-o", "json"}), ExitCode::kUsage);
  std::vector<std::string> kinds;
  std::stringstream lines(out());
  for (std::string line; std::getline(lines, line);) kinds.push_back(line.substr(0, 9));
  EXPECT_THAT(kinds, ::testing::ElementsAre("{\"snapsho", "{\"instanc", "{\"bookmar", "{\"instanc",
                                            "{\"instanc", "{\"removed"));
}

TEST_F(Watch, CtrlCIsItsUsualEnd) {
  interrupts_.first.Cancel();
  EXPECT_EQ(Run({"watch"}), ExitCode::kInterrupted);
  EXPECT_EQ(err(), "");
}

}  // namespace
}  // namespace quiesce::cli
