// What keeps the daemon from starting, and how it says so.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/deployment.h"

namespace quiesce::e2e {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::StartsWith;

class StartTest : public DeploymentTest {
 protected:
  Ended Run() { return RunDaemon({"--config", Path("quiesced.yaml")}); }
};

TEST_F(StartTest, ASecondDaemonOnTheSameFileIsRefused) {
  StartDaemon();
  // On another socket, so that the file is what they share.
  Edit("quiesced.yaml", Path("api/s"), Path("api2/s"));
  const Ended second = Run();
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output, AllOf(HasSubstr("cannot start"), HasSubstr(Path("q.db")),
                                   HasSubstr(std::to_string(daemon().pid()))));
  EXPECT_EQ(Quiesce({"version"}).exit_code, 0);  // the first is none the worse
}

TEST_F(StartTest, ASecondDaemonOnTheSameSocketIsRefused) {
  StartDaemon();
  Edit("quiesced.yaml", Path("q.db"), Path("q2.db"));
  const Ended second = Run();
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.output, HasSubstr("another process listens"));
  EXPECT_EQ(Quiesce({"version"}).exit_code, 0);
}

TEST_F(StartTest, AStoreOnANetworkFileSystemIsRefused) {
  const Ended run =
      RunDaemon({"--config", Path("quiesced.yaml")}, FaultyDisk("FAULTY_DISK_IS_NFS=1"));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, AllOf(HasSubstr("cannot start"), HasSubstr("is on NFS"),
                                HasSubstr("use a local disk")));
  EXPECT_EQ(access(Path("q.db").c_str(), F_OK), -1) << "it was made nevertheless";
}

TEST_F(StartTest, AKilledOneLeavesNothingInTheWay) {
  StartDaemon();
  KillDaemon();
  StartDaemon();
  EXPECT_EQ(Quiesce({"version"}).exit_code, 0);
}

TEST_F(StartTest, EveryMistakeOfTheConfigurationIsReported) {
  Edit("quiesced.yaml", "settle: 3s", "settle: 3");
  Edit("quiesced.yaml", "credential: main", "credential: mian");
  Edit("quiesced.yaml", "server:", "servre:");
  const Ended run = Run();
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_THAT(run.output,
              AllOf(HasSubstr(Path("quiesced.yaml") + ":1:1: unknown key \"servre\""),
                    HasSubstr("(did you mean \"main\"?)"), HasSubstr("timing.settle: \"3\"")));
  EXPECT_EQ(RunDaemon({"--check-config", "--config", Path("quiesced.yaml")}).exit_code, 78);
}

TEST_F(StartTest, AnAddressThatOthersCanReachIsRefused) {
  Edit("quiesced.yaml", "unix://" + Path("api/s"), "0.0.0.0:7443");
  const Ended run = Run();
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_THAT(run.output, HasSubstr("will need TLS and roles"));
}

TEST_F(StartTest, CheckConfigChecks) {
  const Ended good = RunDaemon({"--check-config", "--config=" + Path("quiesced.yaml")});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(good.output, Path("quiesced.yaml") + ": valid, 1 project\n");
  Edit("quiesced.yaml", "credential: main", "ca_file: /nonexistent.pem, credential: main");
  const Ended bad = RunDaemon({"--check-config", "--config=" + Path("quiesced.yaml")});
  EXPECT_EQ(bad.exit_code, 78);
  EXPECT_THAT(bad.output, HasSubstr("/nonexistent.pem"));
}

TEST_F(StartTest, ABadAddressOfAProxyIsRefusedByTheNameOfItsVariable) {
  for (const char* variable : {"HTTPS_PROXY", "https_proxy"}) {
    for (const char* address : {"http://proxy.example.com", "socks5://proxy.example.com:1080"}) {
      const std::vector<std::string> environment = {absl::StrCat(variable, "=", address)};
      const Ended run = RunDaemon({"--config", Path("quiesced.yaml")}, environment);
      EXPECT_EQ(run.exit_code, 1) << address;
      EXPECT_THAT(run.output, AllOf(HasSubstr("cannot start"),
                                    HasSubstr(absl::StrCat("variable ", variable, ": ")),
                                    HasSubstr("write http://HOST:PORT")));
      const Ended check =
          RunDaemon({"--check-config", "--config", Path("quiesced.yaml")}, environment);
      EXPECT_EQ(check.exit_code, 78) << address;
      EXPECT_THAT(check.output, AllOf(HasSubstr(absl::StrCat("variable ", variable, ": ")),
                                      HasSubstr("write http://HOST:PORT")));
    }
  }
}

TEST_F(StartTest, TheCommandLineExplainsItself) {
  const Ended help = RunDaemon({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, StartsWith("quiesced - keeps database O&M instances stopped\n"));
  const Ended version = RunDaemon({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, ContainsRegex("^quiesced [0-9.]+\n$"));
  const Ended wrong = RunDaemon({"--confg"});
  EXPECT_EQ(wrong.exit_code, 64);
  EXPECT_THAT(wrong.output, HasSubstr("did you mean \"--config\"?"));
}

TEST_F(StartTest, AnEndpointThatChangedIsRefusedUntilItIsSaid) {
  StartDaemon();
  daemon().Signal(SIGTERM);
  ASSERT_THAT(WaitForDaemonToEnd(absl::Seconds(10)), Optional(0));
  Edit("quiesced.yaml", cloud().endpoint(), "http://127.0.0.1:1");
  const Ended refused = Run();
  EXPECT_EQ(refused.exit_code, 1);
  const std::string moved_from = "moved_from: " + cloud().endpoint();
  EXPECT_THAT(refused.output, HasSubstr("projects.cn." + moved_from));

  Edit("quiesced.yaml", "endpoint: \"http://127.0.0.1:1\"",
       "endpoint: \"http://127.0.0.1:1\", moved_from: \"" + cloud().endpoint() + "\"");
  StartDaemon();
  EXPECT_THAT(DaemonLog(), HasSubstr("endpoint changed, as configured"));
}

TEST_F(StartTest, ASocketInADirectoryThatIsOpenIsRefused) {
  ASSERT_EQ(mkdir(Path("api").c_str(), 0755), 0);
  const Ended run = Run();
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("closed to others"));
}

TEST_F(StartTest, LoopbackIsServedWhenAskedFor) {
  Edit("quiesced.yaml", "\"unix://" + Path("api/s") + "\"]", "\"127.0.0.1:0\"]");
  const Ended refused = Run();
  EXPECT_EQ(refused.exit_code, 78);
  EXPECT_THAT(refused.output, HasSubstr("insecure_loopback: true"));

  Edit("quiesced.yaml", "name: e2e", "name: e2e, insecure_loopback: true");
  StartDaemon();
  const std::string log = DaemonLog();
  const size_t start = log.find("listen=") + 7;
  const std::string address = log.substr(start, log.find(' ', start) - start);
  EXPECT_THAT(address, ContainsRegex("^127\\.0\\.0\\.1:[1-9][0-9]+$"));
  const Ended version = Quiesce({"version", "--server", address});
  EXPECT_EQ(version.exit_code, 0) << version.output;
}

TEST_F(StartTest, KeepsItsFilesAndItsMemoryToItself) {
  StartDaemon();
  for (const char* file : {"q.db", "q.db.lock", "api/s"}) {
    struct stat info {};
    ASSERT_EQ(stat(Path(file).c_str(), &info), 0) << file;
    EXPECT_EQ(info.st_mode & 077, 0u) << file;
  }
  std::ifstream limits(absl::StrCat("/proc/", daemon().pid(), "/limits"));
  const std::string text{std::istreambuf_iterator<char>(limits), {}};
  EXPECT_THAT(text, ContainsRegex("Max core file size +0 +0"));
}

}  // namespace
}  // namespace quiesce::e2e
