// The first hour of somebody who has a project and a token: a configuration, a look at what is
// there, and manifests of it.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/deployment.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FirstContactTest : public DeploymentTest {
 protected:
  // The configuration that `quiesced init` writes, in place of the one that is there; sockets and
  // data in the test's own folder.
  void Init() {
    const Ended init =
        RunDaemon({"init", "--project", SimulatedCloud::kProject, "--endpoint", cloud().endpoint(),
                   "--alias", "cn", "--token-file", Path("token"), "--config", Path("first.yaml")});
    EXPECT_EQ(init.exit_code, 0) << init.output;
    EXPECT_THAT(init.output, HasSubstr("quiesce doctor"));
    Write("quiesced.yaml", Read("first.yaml"));
    Edit("quiesced.yaml", "unix:///run/quiesced/api.sock", "unix://" + Path("api/s"));
    Edit("quiesced.yaml", "/var/lib/quiesced/quiesced.db", Path("q.db"));
  }
  void AddInstance(const std::string& id, const std::string& name) {
    cloud().Post("/_sim/seed", {{"projects",
                                 {{{"id", SimulatedCloud::kProject},
                                   {"name", "cn-north-4"},
                                   {"instances", {{{"id", id}, {"name", name}}}}}}}});
  }
};

TEST_F(FirstContactTest, FromATokenToADeclaredFleetWithoutAStop) {
  cloud().AddInstances(3);
  AddInstance(std::string(32, 'f'), "odd: \"name\", 运维 #1");
  Init();
  StartDaemon();

  const Ended doctor = Quiesce({"doctor"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.output;
  EXPECT_THAT(doctor.output,
              AllOf(HasSubstr("4 instances of 4 nodes; 0 declared, 4 declared by nobody"),
                    HasSubstr("clocks agree"), HasSubstr("0 FAIL")));

  const Ended import = Quiesce({"import", "--all", "--owner", "team", "--output-dir", Path("m")});
  ASSERT_EQ(import.exit_code, 0) << import.output;
  const Ended valid = Quiesce({"validate", "-f", Path("m")});
  EXPECT_EQ(valid.exit_code, 0) << valid.output;
  const Ended plan = Quiesce({"plan", "-f", Path("m")});
  EXPECT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_THAT(plan.output, AllOf(HasSubstr("4 adopt"), Not(HasSubstr("BLOCKED"))));
  const Ended apply = Quiesce({"apply", "-f", Path("m"), "--auto-approve"});
  EXPECT_EQ(apply.exit_code, 0) << apply.output;
  EXPECT_EQ(Count({}), 4u);
  EXPECT_EQ(cloud().StopRequests(), 0);
  EXPECT_EQ(cloud().RunningCount(), 4);

  // All is declared now, and a second import finds nothing.
  EXPECT_THAT(Quiesce({"import", "--all"}).output, HasSubstr("declared by nobody"));
}

TEST_F(FirstContactTest, TheDoctorListsOnceAndNamesTheLineThatMapsAState) {
  const std::vector<std::string> ids = cloud().AddInstances(2);
  cloud().Post("/_sim/force",
               {{"project", SimulatedCloud::kProject}, {"instance", ids[0]}, {"status", "PAUSED"}});
  Edit("quiesced.yaml", "list_idle: 500ms, list_active: 100ms", "list_idle: 10m, list_active: 10m");
  StartDaemon();
  ASSERT_TRUE(support::WaitUntil([this] { return cloud().Lists() == 1; }));
  const Ended doctor = Quiesce({"doctor", "-o", "json"});
  EXPECT_EQ(doctor.exit_code, 4) << doctor.output;
  EXPECT_EQ(cloud().Lists(), 2);
  EXPECT_EQ(cloud().StopRequests(), 0);
  const auto parsed = nlohmann::json::parse(doctor.output, nullptr, false);
  ASSERT_FALSE(parsed.is_discarded()) << doctor.output;
  EXPECT_EQ(parsed["findings"][0]["level"], "FAIL");
  EXPECT_EQ(parsed["findings"][0]["command"], "status_map: {PAUSED: UNAVAILABLE}");

  // What it says helps.
  KillDaemon();
  Edit("quiesced.yaml", "credential: main,",
       "credential: main, status_map: {PAUSED: UNAVAILABLE},");
  StartDaemon();
  EXPECT_EQ(Quiesce({"doctor"}).exit_code, 0);
}

TEST_F(FirstContactTest, TheDoctorTellsAWrongTokenAndTheWayOut) {
  Write("token", "wrong\n");
  StartDaemon();
  const Ended doctor = Quiesce({"doctor"});
  EXPECT_EQ(doctor.exit_code, 4) << doctor.output;
  EXPECT_THAT(doctor.output,
              AllOf(HasSubstr("FAIL  cn  credential \"main\": the cloud does not accept"),
                    HasSubstr("->"), HasSubstr(Path("token"))));
}

TEST_F(FirstContactTest, TheDoctorTellsAClockThatIsWrong) {
  cloud().Post("/_sim/settings", {{"wall_offset_ms", (20 * 60 + 30) * 1000}});
  StartDaemon();
  const Ended doctor = Quiesce({"doctor"});
  EXPECT_EQ(doctor.exit_code, 4) << doctor.output;
  EXPECT_THAT(doctor.output, HasSubstr("the daemon's clock is 20 min behind the cloud's"));
}

TEST_F(FirstContactTest, TheDoctorDoesNotListWhatCannotBeListed) {
  Edit("quiesced.yaml", "credential: main,", "credential: main, observation: none,");
  StartDaemon();
  const Ended doctor = Quiesce({"doctor"});
  EXPECT_EQ(doctor.exit_code, 0) << doctor.output;
  EXPECT_THAT(doctor.output, HasSubstr("warn  cn  nothing can be looked at"));
  EXPECT_EQ(cloud().Lists(), 0);
}

}  // namespace
}  // namespace quiesce::e2e
