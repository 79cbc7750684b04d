// SIGKILL at bad moments: nothing that was accepted is lost, and nothing is stopped twice.

#include <signal.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/deployment.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using support::WaitUntil;

class CrashTest : public DeploymentTest {
 protected:
  // What a stop does takes a while, and lists lag behind it.
  void MakeTheCloudSlow() {
    cloud().Post("/_sim/settings", {{"stop_latency_ms", 100}});
    cloud().Post("/_sim/timeline", {{"visible_lag_ms", 100}, {"powering_off_ms", 200}});
  }
};

TEST_F(CrashTest, AnApplyThatIsKilledAgainAndAgainFinishes) {
  constexpr int kInstances = 40;
  MakeTheCloudSlow();
  const std::string manifest = WriteManifest(cloud().AddInstances(kInstances));
  StartDaemon();
  const Ended applied = Quiesce({"apply", "-f", manifest, "--auto-approve", "--detach"});
  ASSERT_EQ(applied.exit_code, 0) << applied.output;
  for (const int stops : {3, 13, 27}) {
    ASSERT_TRUE(WaitUntil([&] { return cloud().StopRequests() >= stops; }));
    KillDaemon();
    EXPECT_LT(cloud().StopRequests(), kInstances) << "killed too late to show anything";
    StartDaemon();
  }
  EXPECT_EQ(Quiesce({"wait", "-w", "team", "--timeout", "60s"}).exit_code, 0);
  EXPECT_EQ(Count({"-w", "team", "--phase", "stopped"}), static_cast<size_t>(kInstances));
  EXPECT_EQ(cloud().RunningCount(), 0);
  ExpectNoStopTwice();
}

TEST_F(CrashTest, WhatWasAcceptedIsNotLost) {
  const std::vector<std::string> ids = cloud().AddInstances(2);
  StartDaemon();
  // No call gets through, so that the declaration is all there is.
  cloud().Post("/_sim/settings", {{"stop_latency_ms", 60000}});
  const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve", "--detach"});
  ASSERT_EQ(applied.exit_code, 0) << applied.output;
  KillDaemon();
  cloud().Post("/_sim/settings", {{"stop_latency_ms", 0}});
  StartDaemon();
  EXPECT_EQ(Count({"-w", "team"}), 2u);
  EXPECT_TRUE(WaitUntil([this] { return cloud().RunningCount() == 0; }));
}

TEST_F(CrashTest, AStoreThatFailsEndsTheDaemonAtOnce) {
  constexpr int kInstances = 200;
  const std::string manifest = WriteManifest(cloud().AddInstances(kInstances));
  // Files may grow to half a megabyte, which is what a full disk looks like.
  StartDaemon("trap '' XFSZ; ulimit -f 1024");
  const Ended applied = Quiesce({"apply", "-f", manifest, "--auto-approve", "--detach"});
  EXPECT_THAT(WaitForDaemonToEnd(support::kPatience), ::testing::Optional(1)) << applied.output;
  EXPECT_TRUE(DaemonLogHas("level=error msg=\"the store failed, exiting\"")) << DaemonLog();

  StartDaemon();
  EXPECT_EQ(Quiesce({"apply", "-f", manifest, "--auto-approve"}).exit_code, 0);
  EXPECT_EQ(cloud().RunningCount(), 0);
  ExpectNoStopTwice();
}

TEST_F(CrashTest, AHoldSurvives) {
  const std::vector<std::string> ids = cloud().AddInstances(1);
  StartDaemon();
  const Ended held = Quiesce({"freeze", "--for", "1h", "--reason", "audit"});
  ASSERT_EQ(held.exit_code, 0) << held.output;
  KillDaemon();
  StartDaemon();
  const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve", "--detach"});
  const int64_t lists = cloud().Lists();
  EXPECT_TRUE(WaitUntil([&] { return cloud().Lists() >= lists + 3; }));
  EXPECT_EQ(cloud().StopRequests(), 0);
  EXPECT_EQ(Quiesce({"unfreeze"}).exit_code, 0);
  EXPECT_TRUE(WaitUntil([this] { return cloud().RunningCount() == 0; }));
}

}  // namespace
}  // namespace quiesce::e2e
