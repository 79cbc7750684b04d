// The main job, with the programs as they are built.

#include <signal.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/deployment.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using ::testing::HasSubstr;

using support::WaitUntil;

class MainJobTest : public DeploymentTest {
 protected:
  // Applies a manifest of so many new instances, and waits until they are stopped.
  std::vector<std::string> ApplyAndStop(int count) {
    std::vector<std::string> ids = cloud().AddInstances(count);
    const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve"});
    EXPECT_EQ(applied.exit_code, 0) << applied.output;
    return ids;
  }
};

TEST_F(MainJobTest, PlansAppliesAndStops) {
  const std::vector<std::string> ids = cloud().AddInstances(12);
  const std::string manifest = WriteManifest(ids);
  StartDaemon();
  const Ended planned = Quiesce({"plan", "-f", manifest, "--detailed-exitcode"});
  EXPECT_EQ(planned.exit_code, 2) << planned.output;
  EXPECT_THAT(planned.output, HasSubstr("12 stop"));
  EXPECT_EQ(cloud().StopRequests(), 0);

  const Ended applied = Quiesce({"apply", "-f", manifest, "--auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_EQ(cloud().RunningCount(), 0);
  EXPECT_EQ(Count({"--phase", "stopped"}), 12u);
  EXPECT_EQ(Quiesce({"status"}).exit_code, 0);
  EXPECT_EQ(cloud().StopRequests(), 12);
  ExpectNoStopTwice();

  EXPECT_EQ(Quiesce({"plan", "-f", manifest, "--detailed-exitcode"}).exit_code, 0);
}

TEST_F(MainJobTest, StopsAgainWhatIsStarted) {
  StartDaemon();
  const std::vector<std::string> ids = ApplyAndStop(3);
  cloud().StartInstance(ids[1]);
  EXPECT_TRUE(WaitUntil([&] { return Quiesce({"drift"}).exit_code == 3; }));
  EXPECT_TRUE(WaitUntil([&] { return !cloud().IsRunning(ids[1]); }));
  EXPECT_EQ(Quiesce({"wait", ids[1], "--timeout", "30s"}).exit_code, 0);
  EXPECT_EQ(Quiesce({"drift"}).exit_code, 0);
  EXPECT_EQ(cloud().StopRequests(), 4);
  ExpectNoStopTwice();
}

TEST_F(MainJobTest, RespectsAHold) {
  StartDaemon();
  const std::vector<std::string> ids = ApplyAndStop(2);
  const Ended held = Quiesce({"hold", ids[0], "--for", "1h", "--reason", "someone must get in"});
  ASSERT_EQ(held.exit_code, 0) << held.output;
  cloud().StartInstance(ids[0]);
  EXPECT_TRUE(WaitUntil([&] {
    return Quiesce({"explain", ids[0]}).output.find("HELD") != std::string::npos;
  }));
  // Lists are half a second apart, so these take longer than its grace.
  const int64_t lists = cloud().Lists();
  EXPECT_TRUE(WaitUntil([&] { return cloud().Lists() >= lists + 5; }));
  EXPECT_TRUE(cloud().IsRunning(ids[0]));
  EXPECT_EQ(cloud().StopRequests(), 2);

  EXPECT_EQ(Quiesce({"unhold", ids[0]}).exit_code, 0);
  EXPECT_TRUE(WaitUntil([&] { return !cloud().IsRunning(ids[0]); }));
  ExpectNoStopTwice();
}

TEST_F(MainJobTest, ReadsATokenThatIsReplaced) {
  StartDaemon();
  const std::vector<std::string> ids = ApplyAndStop(1);
  cloud().Post("/_sim/tokens", {{"token", "second"}});
  Write("token", "second\n");
  cloud().Post("/_sim/tokens", {{"token", "first"}, {"state", "expired"}});
  cloud().StartInstance(ids[0]);
  EXPECT_TRUE(WaitUntil([&] { return !cloud().IsRunning(ids[0]); }));
  EXPECT_EQ(Quiesce({"wait", ids[0], "--timeout", "30s"}).exit_code, 0);
}

TEST_F(MainJobTest, GoesOnOnceAnExpiredTokenIsReplaced) {
  StartDaemon();
  const std::vector<std::string> ids = ApplyAndStop(1);
  cloud().Post("/_sim/tokens", {{"token", "first"}, {"state", "expired"}});
  EXPECT_TRUE(
      WaitUntil([this] { return DaemonLogHas("msg=\"listing fails\" project=cn class=auth"); }));
  cloud().Post("/_sim/tokens", {{"token", "second"}});
  Write("token", "second\n");
  EXPECT_TRUE(WaitUntil([this] { return DaemonLogHas("msg=\"listing works again\""); }));
  EXPECT_THAT(DaemonLog(), ::testing::Not(HasSubstr("first")));  // no token in the log
  EXPECT_THAT(DaemonLog(), ::testing::Not(HasSubstr("second")));
}

}  // namespace
}  // namespace quiesce::e2e
