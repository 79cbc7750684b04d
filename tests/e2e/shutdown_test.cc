// The end of the daemon: in time, whatever the cloud and the clients do.

#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/deployment.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

using support::Process;
using support::WaitUntil;

// What the user is promised.
constexpr absl::Duration kExitTimeout = absl::Seconds(10);

class ShutdownTest : public DeploymentTest {
 protected:
  // Declares instances while each stop takes so long, and waits until one was sent.
  void HaveCallsInFlight(int latency_ms) {
    cloud().Post("/_sim/settings", {{"stop_latency_ms", latency_ms}});
    const std::string manifest = WriteManifest(cloud().AddInstances(3));
    StartDaemon();
    const Ended applied = Quiesce({"apply", "-f", manifest, "--auto-approve", "--detach"});
    ASSERT_EQ(applied.exit_code, 0) << applied.output;
    ASSERT_TRUE(WaitUntil(
        [this] { return cloud().Get("/_sim/counters")["stop"]["in_flight"].get<int>() == 3; }));
  }
  // Calls may take long, before they are given up.
  void AllowLongCalls() const {
    Edit("quiesced.yaml", "call_deadline: 2s, settle: 3s", "call_deadline: 30s, settle: 31s");
  }
};

TEST_F(ShutdownTest, AnIdleDaemonLeavesAtOnceWithClientsWatching) {
  StartDaemon();
  Process::Options watch;
  watch.command = {"client/cli/quiesce", "watch", "--server", "unix://" + Path("api/s")};
  watch.output_file = Path("watch.out");
  auto watcher = Process::Start(watch);
  ASSERT_TRUE(watcher.ok());
  EXPECT_TRUE(WaitUntil([this] { return DaemonLogHas("msg=started"); }));
  daemon().Signal(SIGTERM);
  EXPECT_THAT(WaitForDaemonToEnd(absl::Seconds(5)), Optional(0));
  EXPECT_THAT(DaemonLog(), HasSubstr("msg=\"told to stop\" signal=SIGTERM"));
  EXPECT_THAT(DaemonLog(), HasSubstr("msg=stopped"));
}

TEST_F(ShutdownTest, InterruptsAreLikeTerms) {
  StartDaemon();
  daemon().Signal(SIGINT);
  EXPECT_THAT(WaitForDaemonToEnd(kExitTimeout), Optional(0));
}

TEST_F(ShutdownTest, CallsInFlightMayEnd) {
  AllowLongCalls();
  ASSERT_NO_FATAL_FAILURE(HaveCallsInFlight(2000));
  daemon().Signal(SIGTERM);
  EXPECT_THAT(WaitForDaemonToEnd(kExitTimeout), Optional(0));
  EXPECT_EQ(cloud().Stops()["stops_with_effect"], 3);
  StartDaemon();
  EXPECT_THAT(DaemonLog(), HasSubstr("open_attempts=0 pid=" + std::to_string(daemon().pid())));
  EXPECT_EQ(Quiesce({"wait", "-w", "team", "--timeout", "60s"}).exit_code, 0);
  EXPECT_EQ(cloud().StopRequests(), 3);
  ExpectNoStopTwice();
}

TEST_F(ShutdownTest, CallsThatHangAreCut) {
  AllowLongCalls();
  ASSERT_NO_FATAL_FAILURE(HaveCallsInFlight(60000));
  daemon().Signal(SIGTERM);
  EXPECT_THAT(WaitForDaemonToEnd(kExitTimeout), Optional(0));
  EXPECT_THAT(DaemonLog(), HasSubstr("calls are still in flight"));
  StartDaemon();  // the store is whole, and all is still declared
  EXPECT_EQ(Count({"-w", "team"}), 3u);
  EXPECT_EQ(cloud().StopRequests(), 3);
}

TEST_F(ShutdownTest, ASecondSignalEndsItAtOnce) {
  AllowLongCalls();
  ASSERT_NO_FATAL_FAILURE(HaveCallsInFlight(60000));
  daemon().Signal(SIGTERM);
  ASSERT_TRUE(WaitUntil([this] { return DaemonLogHas("told to stop"); }));
  daemon().Signal(SIGTERM);
  EXPECT_THAT(WaitForDaemonToEnd(absl::Seconds(5)), Optional(1));
}

TEST_F(ShutdownTest, ADiskThatHangsDelaysItNoLonger) {
  const std::string hangs = Path("hangs");
  StartDaemon("export " + absl::StrJoin(FaultyDisk("FAULTY_DISK_HANGS=" + hangs), " "));
  Write("hangs", "");
  daemon().Signal(SIGTERM);
  EXPECT_THAT(WaitForDaemonToEnd(kExitTimeout), Optional(1));
  EXPECT_THAT(DaemonLog(), HasSubstr("level=error msg=\"stopping takes too long, exiting\""));
  std::filesystem::remove(hangs);
  StartDaemon();  // the store is whole
}

TEST_F(ShutdownTest, AReloadThatHangsDelaysItNoLonger) {
  const std::string hangs = Path("hangs");
  StartDaemon("export " + absl::StrJoin(FaultyDisk("FAULTY_DISK_HANGS=" + hangs), " "));
  Write("hangs", "");
  Edit("quiesced.yaml", "  cn:", "  renamed:");
  daemon().Signal(SIGHUP);
  daemon().Signal(SIGTERM);
  EXPECT_THAT(WaitForDaemonToEnd(kExitTimeout), Optional(1));
  std::filesystem::remove(hangs);
  StartDaemon();
}

TEST_F(ShutdownTest, ALogThatNobodyReadsIsNoReasonToEnd) {
  const std::vector<std::string> ids = cloud().AddInstances(2);
  Process::Options options;
  options.command = {
      "/bin/sh", "-c",
      "exec daemon/app/quiesced --log-level=debug --config " + Path("quiesced.yaml") + " 2>&1"};
  options.read_stdout = true;
  auto piped = Process::Start(options);
  ASSERT_TRUE(piped.ok());
  EXPECT_THAT((*piped)->ReadLine(), Optional(HasSubstr("msg=started")));
  (*piped)->CloseOutput();
  const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_TRUE((*piped)->IsRunning());
  (*piped)->Signal(SIGTERM);
  EXPECT_EQ((*piped)->Wait(), 0);
}

}  // namespace
}  // namespace quiesce::e2e
