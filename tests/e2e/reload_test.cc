// SIGHUP: the configuration is put in force whole, or not at all, while everything goes on.

#include <signal.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/deployment.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using support::WaitUntil;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRefused[] = "the configuration is not reloaded, the one before stays in force";

class ReloadTest : public DeploymentTest {
 protected:
  // A second project at the simulated cloud, with one instance; its id.
  std::string AddSecondProject() {
    cloud().Post(
        "/_sim/seed",
        {{"projects",
          {{{"id", kSecond}, {"name", "cn-north-9"}, {"instances", nlohmann::json::array()}}}}});
    const nlohmann::json added =
        cloud().Post("/_sim/seed_bulk", {{"project", kSecond}, {"count", 1}});
    return added.at("instances").at(0);
  }
  void ConfigureSecondProject() {
    Edit("quiesced.yaml", "projects:\n",
         absl::StrCat("projects:\n  de: {id: ", kSecond, ", credential: main, endpoint: \"",
                      cloud().endpoint(), "\"}\n"));
  }
  // Sends SIGHUP and waits until that many reloads have been logged.
  void Reload() {
    daemon().Signal(SIGHUP);
    ++reloads_;
    ASSERT_TRUE(WaitUntil([this] { return CountInLog("configuration reloaded") == reloads_; }));
  }
  void ReloadInVain() {
    daemon().Signal(SIGHUP);
    ++refusals_;
    ASSERT_TRUE(WaitUntil([this] { return CountInLog(kRefused) == refusals_; }));
  }
  int CountInLog(const std::string& text) {
    const std::string log = DaemonLog();
    int count = 0;
    for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }
  std::string Doctor() { return Quiesce({"doctor"}).output; }

  static constexpr char kSecond[] = "fedcba9876543210fedcba9876543210";
  int reloads_ = 0;
  int refusals_ = 0;
};

TEST_F(ReloadTest, AProjectThatIsAddedIsManagedAtOnceAndOneThatIsTakenAwayIsLeftAlone) {
  const std::string id = AddSecondProject();
  const std::string without = Read("quiesced.yaml");
  StartDaemon();
  EXPECT_THAT(Quiesce({"refresh", "de"}).output,
              HasSubstr("projects/de\" is not in the daemon's configuration"));
  ConfigureSecondProject();
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_THAT(DaemonLog(), HasSubstr("project_count=2 added=de"));
  const std::string manifest = WriteManifest({id});
  Edit("team.yaml", "project: cn", "project: de");
  const Ended applied = Quiesce({"apply", "-f", manifest, "--auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;

  Write("quiesced.yaml", without);
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_THAT(DaemonLog(), HasSubstr("removed=de"));
  cloud().Post("/_sim/start", {{"project", kSecond}, {"instance", id}, {"instant", true}});
  EXPECT_THAT(Quiesce({"explain", absl::StrCat(kSecond, "/", id)}).output,
              HasSubstr("not configured"));

  ConfigureSecondProject();
  ASSERT_NO_FATAL_FAILURE(Reload());
  const Ended again = Quiesce({"wait", "de/" + id, "--timeout", "60s"});
  EXPECT_EQ(again.exit_code, 0) << again.output << "\nwhat is declared was not lost";
  ExpectNoStopTwice();
}

TEST_F(ReloadTest, AMistakeChangesNothingAndIsToldWithItsPlace) {
  const std::vector<std::string> ids = cloud().AddInstances(1);
  StartDaemon();
  Edit("quiesced.yaml", "settle: 3s", "settle: never");
  Edit("quiesced.yaml", "name: e2e", "name: other");
  ASSERT_NO_FATAL_FAILURE(ReloadInVain());
  EXPECT_THAT(DaemonLog(), HasSubstr("quiesced.yaml:"));
  EXPECT_THAT(DaemonLog(), HasSubstr("timing.settle"));
  EXPECT_THAT(Doctor(), AllOf(HasSubstr("e2e"), HasSubstr("timing.settle")));
  const Ended applied = Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  Edit("quiesced.yaml", "settle: never", "settle: 3s");
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_THAT(Doctor(), AllOf(HasSubstr("other"), Not(HasSubstr("timing.settle"))));
}

TEST_F(ReloadTest, AMissingFileOfAuthoritiesChangesNothing) {
  AddSecondProject();
  StartDaemon();
  ConfigureSecondProject();
  Edit("quiesced.yaml", "projects:\n",
       absl::StrCat("projects:\n  tls: {id: ", std::string(32, '7'),
                    ", credential: main, endpoint: \"https://dbss.example\", ca_file: ",
                    Path("missing.pem"), "}\n"));
  ASSERT_NO_FATAL_FAILURE(ReloadInVain());
  EXPECT_THAT(DaemonLog(), HasSubstr("missing.pem"));
  EXPECT_THAT(Quiesce({"projects"}).output, Not(HasSubstr("de")));
}

TEST_F(ReloadTest, AnotherEndpointIsRefusedUntilItIsSaidThatItMoved) {
  StartDaemon();
  const std::string old_endpoint = cloud().endpoint();
  const std::string other = "http://127.0.0.1:9";
  Edit("quiesced.yaml", old_endpoint, other);
  ASSERT_NO_FATAL_FAILURE(ReloadInVain());
  EXPECT_THAT(DaemonLog(), HasSubstr("projects.cn.moved_from: " + old_endpoint));
  EXPECT_EQ(Quiesce({"refresh", "cn"}).exit_code, 0) << "the old one is still in use";
  Edit("quiesced.yaml", other + "\"", other + "\", moved_from: \"" + old_endpoint + "\"");
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_NE(Quiesce({"refresh", "cn"}).exit_code, 0);
}

TEST_F(ReloadTest, ListenersAndStoreStayAsTheyAreUntilARestart) {
  StartDaemon();
  Edit("quiesced.yaml", Path("api/s"), Path("api/t"));
  Edit("quiesced.yaml", Path("q.db"), Path("other.db"));
  Edit("quiesced.yaml", "name: e2e", "name: other");
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_THAT(DaemonLog(), HasSubstr("server.listen has changed, restart to listen there"));
  EXPECT_THAT(DaemonLog(), HasSubstr("store has changed, restart to use it"));
  EXPECT_THAT(Quiesce({"version"}).output, HasSubstr("other"));
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_EQ(CountInLog("store has changed, restart to use it"), 2) << "as long as it is so";
  Edit("quiesced.yaml", Path("other.db"), Path("q.db"));
  ASSERT_NO_FATAL_FAILURE(Reload());
  EXPECT_EQ(CountInLog("store has changed, restart to use it"), 2);
}

// Longer than a stop of the daemon would let them.
TEST_F(ReloadTest, CallsInFlightEndAsTheyWouldHave) {
  Edit("quiesced.yaml", "call_deadline: 2s, settle: 3s", "call_deadline: 30s, settle: 31s");
  const std::vector<std::string> ids = cloud().AddInstances(3);
  StartDaemon();
  cloud().Post("/_sim/settings", {{"stop_latency_ms", 9000}});
  ASSERT_EQ(Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve", "--detach"}).exit_code,
            0);
  ASSERT_TRUE(WaitUntil(
      [this] { return cloud().Get("/_sim/counters")["stop"]["in_flight"].get<int>() == 3; }));
  // Another number of connections, so that those before are retired with their calls.
  Edit("quiesced.yaml", "max_in_flight: 4", "max_in_flight: 2");
  ASSERT_NO_FATAL_FAILURE(Reload());
  const Ended waited = Quiesce({"wait", "-w", "team", "--timeout", "60s"});
  EXPECT_EQ(waited.exit_code, 0) << waited.output;
  EXPECT_EQ(CountInLog("outcome=accepted"), 3) << "and none is unknown";
  ExpectNoStopTwice();
  EXPECT_EQ(cloud().StopRequests(), 3);
}

}  // namespace
}  // namespace quiesce::e2e
