// A project that may be stopped in and not looked at: `observation: none`.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/deployment.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using nlohmann::literals::operator""_json_pointer;
using ::testing::HasSubstr;
using ::testing::Not;

class UnseenProjectTest : public DeploymentTest {
 protected:
  UnseenProjectTest() {
    Edit("quiesced.yaml", "credential: main,", "credential: main, observation: none,");
  }
  ~UnseenProjectTest() override { EXPECT_EQ(cloud().Lists(), 0); }

  // What `quiesce list -o json` says: whether the only instance is assumed to be stopped.
  bool IsAssumed() {
    const Ended listed = Quiesce({"list", "-o", "json"});
    const auto parsed = nlohmann::json::parse(listed.output, nullptr, false);
    if (parsed.is_discarded() || !parsed.contains("instances")) {
      ADD_FAILURE() << listed.output;
      return false;
    }
    return parsed["instances"][0].value("/observation/assumed"_json_pointer, false);
  }
};

TEST_F(UnseenProjectTest, AStopThatIsAcceptedIsShownAsAssumed) {
  const std::vector<std::string> ids = cloud().AddInstances(1);
  StartDaemon();
  const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_EQ(cloud().RunningCount(), 0);
  EXPECT_TRUE(IsAssumed());
  EXPECT_THAT(Quiesce({"explain", ids[0]}).output, HasSubstr("assumed"));
  EXPECT_THAT(Quiesce({"status"}).output, HasSubstr("assumed"));
  EXPECT_EQ(cloud().StopRequests(), 1);
}

TEST_F(UnseenProjectTest, WhatIsAssumedOutlivesTheDaemon) {
  const std::vector<std::string> ids = cloud().AddInstances(1);
  StartDaemon();
  ASSERT_EQ(Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve"}).exit_code, 0);
  KillDaemon();
  StartDaemon();
  EXPECT_EQ(Quiesce({"wait", ids[0], "--timeout", "30s"}).exit_code, 0);
  EXPECT_TRUE(IsAssumed());
  EXPECT_EQ(cloud().StopRequests(), 1);
}

TEST_F(UnseenProjectTest, AStopThatIsRefusedIsNotAssumed) {
  const std::vector<std::string> ids = cloud().AddInstances(1);
  cloud().Post("/_sim/settings", {{"stop_in_wrong_state", "failed"}});
  cloud().Post("/_sim/stop",
               {{"project", SimulatedCloud::kProject}, {"instance", ids[0]}, {"instant", true}});
  StartDaemon();
  const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve", "--detach"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_TRUE(support::WaitUntil([this] { return DaemonLogHas("msg=\"stop called\""); }));
  EXPECT_FALSE(IsAssumed());
  EXPECT_THAT(Quiesce({"explain", ids[0]}).output, Not(HasSubstr("(assumed)")));
}

}  // namespace
}  // namespace quiesce::e2e
