#include "tests/e2e/simulated_cloud.h"

#include <httplib.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using nlohmann::json;

json Answer(const std::string& path, const httplib::Result& result) {
  if (!result) {
    ADD_FAILURE() << path << ": " << httplib::to_string(result.error());
    return json::object();
  }
  EXPECT_EQ(result->status, 200) << path << ": " << result->body;
  json body = json::parse(result->body, nullptr, false);
  return body.is_discarded() ? json::object() : body;
}

}  // namespace

SimulatedCloud::SimulatedCloud(const std::string& folder) {
  const std::string port_file = folder + "/sim.port";
  support::Process::Options options;
  options.command = {"tests/fakes/dbss_sim/dbss_sim", "--port_file=" + port_file, "--token=first"};
  options.output_file = folder + "/sim.log";
  auto process = support::Process::Start(options);
  if (!process.ok()) {
    ADD_FAILURE() << process.status();
    return;
  }
  process_ = *std::move(process);
  // The file appears complete.
  EXPECT_TRUE(support::WaitUntil([&] { return std::ifstream(port_file) >> port_, port_ != 0; }));
  // Empty, so that a daemon finds it from the start.
  Post("/_sim/seed",
       {{"projects", {{{"id", kProject}, {"name", "cn-north-4"}, {"instances", json::array()}}}}});
}

std::string SimulatedCloud::endpoint() const { return absl::StrCat("http://127.0.0.1:", port_); }

std::vector<std::string> SimulatedCloud::AddInstances(int count) {
  const json added = Post("/_sim/seed_bulk", {{"project", kProject}, {"count", count}});
  return added.value("instances", std::vector<std::string>());
}

void SimulatedCloud::StartInstance(const std::string& id) {
  Post("/_sim/start", {{"project", kProject}, {"instance", id}, {"instant", true}});
}

bool SimulatedCloud::IsRunning(const std::string& id) {
  const json all = Get(absl::StrCat("/_sim/instances?project=", kProject));
  for (const json& instance : all["instances"]) {
    if (instance["id"] == id) return instance["nodes"][0]["status"] == "ACTIVE";
  }
  ADD_FAILURE() << "no instance " << id;
  return false;
}

int SimulatedCloud::RunningCount() { return Get("/_sim/fleet")["running"].get<int>(); }

json SimulatedCloud::Stops() { return Get("/_sim/stops"); }

int64_t SimulatedCloud::Lists() { return Get("/_sim/counters")["list"]["requests"].get<int64_t>(); }

json SimulatedCloud::Get(const std::string& path) {
  httplib::Client client("127.0.0.1", port_);
  client.set_read_timeout(30);
  return Answer(path, client.Get(path.c_str()));
}

json SimulatedCloud::Post(const std::string& path, const json& body) {
  httplib::Client client("127.0.0.1", port_);
  client.set_read_timeout(30);
  return Answer(path, client.Post(path.c_str(), body.dump(), "application/json"));
}

}  // namespace quiesce::e2e
