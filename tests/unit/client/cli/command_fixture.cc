#include "tests/unit/client/cli/command_fixture.h"

#include <cstdlib>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/command_line.h"
#include "client/cli/run_command.h"
#include "tests/unit/client/cli/sample_fleet.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {

CommandFixture::CommandFixture() {
  env_.in = &in_;
  env_.out = &out_;
  env_.err = &err_;
  env_.interrupts = &interrupts_;
  env_.out_view = testing::SampleView();
  env_.err_view = testing::SampleView();
  env_.clock = [this] { return absl::FromUnixSeconds(testing::kNow) + slept_; };
  env_.sleep = [this](absl::Duration duration, client::CancelToken* cancel) {
    slept_ += duration;
    return !cancel->cancelled();
  };
  server_.On("GetServerInfo", [](const v1::GetServerInfoRequest&, v1::ServerInfo& info) {
    info = testing::SampleServer();
    return grpc::Status::OK;
  });
  server_.On("ListProjects",
             [](const v1::ListProjectsRequest&, v1::ListProjectsResponse& response) {
               for (const v1::Project& project : testing::SampleProjects()) {
                 *response.add_projects() = project;
               }
               return grpc::Status::OK;
             });
}

ExitCode CommandFixture::Run(const std::vector<std::string>& arguments) {
  ParseContext context;
  context.getenv = [this](const std::string& name) { return variables_[name]; };
  context.now = env_.clock();
  context.zone = env_.out_view.zone;
  const auto line = ParseCommandLine(arguments, context);
  if (!line.ok()) return Report(env_, ExitCode::kUsage, std::string(line.status().message()));
  env_.output = line->globals.output;
  client::ClientOptions options;
  options.target = server_.target();
  options.sleep = [](absl::Duration, client::CancelToken* cancel) {
    return cancel == nullptr || !cancel->cancelled();
  };
  options.patience = absl::ZeroDuration();
  auto client = client::Client::Create(options);
  EXPECT_TRUE(client.ok()) << client.status();
  client_ = *std::move(client);
  env_.client = client_.get();
  return RunCommand(line->command, env_);
}

std::string CommandFixture::Screen(const std::vector<std::string>& arguments) {
  const ExitCode code = Run(arguments);
  return WithoutPaths(absl::StrCat("$ quiesce ", absl::StrJoin(arguments, " "), "\n", out_.str(),
                                   err_.str().empty() ? "" : "--- stderr\n", err_.str(),
                                   "--- exit ", static_cast<int>(code), "\n"));
}

void CommandFixture::Type(const std::string& text) {
  env_.in_is_terminal = true;
  in_.str(text);
}

std::string CommandFixture::WriteFile(const std::string& name, const std::string& text) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
  std::ofstream(path) << text;
  return path;
}

std::string CommandFixture::ManifestFile(const std::string& workspace) {
  return WriteFile(workspace + ".yaml",
                   absl::StrCat("apiVersion: quiesce/v1\nworkspace: ", workspace,
                                "\nowner: billing-platform\ncontact: \"#billing-oncall\"\n"
                                "defaults: {project: billing-cn}\ninstances:\n  - {id: ",
                                std::string(31, workspace[0]),
                                "1}\n  - {id: ", std::string(31, workspace[0]), "2}\n"));
}

void CommandFixture::ScriptPlan(const v1::Plan& plan, const std::vector<v1::PlanItem>& items) {
  server_.On("CreatePlan",
             [plan](const v1::CreatePlanRequest& request, v1::CreatePlanResponse& response) {
               *response.mutable_plan() = plan;
               *response.mutable_plan()->mutable_header() = request.header();
               const PlanDocument sample = testing::SamplePlanDocument();
               *response.add_projects() = sample.projects[0];
               return grpc::Status::OK;
             });
  server_.On("GetPlan", [plan](const v1::GetPlanRequest&, v1::Plan& response) {
    response = plan;
    return grpc::Status::OK;
  });
  server_.On("ListPlanItems",
             [items](const v1::ListPlanItemsRequest&, v1::ListPlanItemsResponse& response) {
               for (const v1::PlanItem& item : items) *response.add_items() = item;
               return grpc::Status::OK;
             });
}

void CommandFixture::ScriptRun(const v1::Run& run, const std::vector<v1::RunItem>& items) {
  server_.On("ApplyPlan", [run](const v1::ApplyPlanRequest&, v1::Run& response) {
    response = run;
    return grpc::Status::OK;
  });
  server_.On("GetRun", [run](const v1::GetRunRequest&, v1::Run& response) {
    response = run;
    return grpc::Status::OK;
  });
  server_.On("ListRunItems", [items](const v1::ListRunItemsRequest& request,
                                     v1::ListRunItemsResponse& response) {
    for (const v1::RunItem& item : items) {
      const std::string state = v1::RunItemState_Name(item.state());
      const std::string filter = "state=" + state.substr(std::string("RUN_ITEM_STATE_").size());
      if (request.filter().empty() || request.filter() == filter) {
        *response.add_items() = item;
      }
    }
    return grpc::Status::OK;
  });
}

void CommandFixture::ScriptInstances(const std::vector<v1::Instance>& instances) {
  server_.On("ListInstances",
             [instances](const v1::ListInstancesRequest&, v1::ListInstancesResponse& response) {
               for (const v1::Instance& instance : instances) *response.add_instances() = instance;
               response.set_revision(90210);
               return grpc::Status::OK;
             });
  server_.On("GetInstance", [instances](const v1::GetInstanceRequest& request,
                                        v1::Instance& response) {
    for (const v1::Instance& instance : instances) {
      if (instance.name() == request.name()) response = instance;
    }
    return response.name().empty()
               ? quiesce::testing::Error(grpc::StatusCode::NOT_FOUND,
                                         v1::ERROR_REASON_INSTANCE_NOT_FOUND, "no such instance")
               : grpc::Status::OK;
  });
}

std::string CommandFixture::WithoutPaths(std::string text) const {
  return absl::StrReplaceAll(text, {{server_.target(), "unix:///run/quiesced/api.sock"},
                                    {absl::StrReplaceAll(server_.target(), {{"unix://", "unix:"}}),
                                     "unix:/run/quiesced/api.sock"},
                                    {std::string(std::getenv("TEST_TMPDIR")) + "/", ""}});
}

}  // namespace quiesce::cli
