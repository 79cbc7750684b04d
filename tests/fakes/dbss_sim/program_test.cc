// The dbss_sim program as a script runs it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace quiesce::dbss_sim {
namespace {

constexpr char kProgram[] = "tests/fakes/dbss_sim/dbss_sim";

// A running program and the pipe of its output.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    arguments.insert(arguments.begin(), kProgram);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::execv(kProgram, argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }

  ~Program() {
    if (pid_ > 0) End(SIGKILL);
    std::fclose(output_);
  }

  // The next line; blocks until there is one or the output ends.
  std::string Line() {
    char line[512] = "";
    return std::fgets(line, sizeof line, output_) != nullptr ? line : "";
  }

  // Sends the signal, none for 0, and returns the exit status; -1 when it was killed.
  int End(int signal) {
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = 0;
  std::FILE* output_ = nullptr;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ProgramTest, ServesTheFleetOfItsFlagsUntilSigterm) {
  const std::string port_file = ::testing::TempDir() + "/serve.port";
  const std::string fleet_file = ::testing::TempDir() + "/serve.fleet";
  Program program({"--projects=2", "--instances=10", "--token=secret", "--port_file=" + port_file,
                   "--write_fleet=" + fleet_file});
  const std::string line = program.Line();
  const int port = std::stoi(ReadFile(port_file));
  EXPECT_EQ(line, "dbss_sim: listening on http://127.0.0.1:" + std::to_string(port) + "\n");

  httplib::Client client("127.0.0.1", port);
  const auto fleet = nlohmann::json::parse(ReadFile(fleet_file));
  ASSERT_EQ(fleet["projects"].size(), 2u);
  const std::string project = fleet["projects"][0]["id"];
  const auto list = client.Post(("/v2/" + project + "/db-om/instances").c_str(),
                                httplib::Headers{{"X-Auth-Token", "secret"}}, "", "");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->status, 200);
  EXPECT_EQ(nlohmann::json::parse(list->body)["clusters"].size(), 5u);
  EXPECT_EQ(program.End(SIGTERM), 0);
}

TEST(ProgramTest, ServesTlsWithACertificateMadeOnTheSpot) {
  const std::string folder = ::testing::TempDir();
  Program program({"--projects=1", "--token=secret", "--tls=good",
                   "--tls_ca_file=" + folder + "/ca", "--tls_port_file=" + folder + "/tls.port"});
  ASSERT_EQ(program.Line().rfind("dbss_sim: listening on http://127.0.0.1:", 0), 0u);
  const std::string port = std::to_string(std::stoi(ReadFile(folder + "/tls.port")));
  EXPECT_EQ(program.Line(), "dbss_sim: listening on https://localhost:" + port + "\n");
  // The address, which the certificate names too: a bare machine cannot look up localhost.
  httplib::Client client("https://127.0.0.1:" + port);
  client.set_ca_cert_path((folder + "/ca").c_str());
  client.enable_server_certificate_verification(true);
  const auto health = client.Get("/_sim/health");
  ASSERT_TRUE(health) << httplib::to_string(health.error());
  EXPECT_EQ(health->status, 200);
  httplib::Client stranger("https://127.0.0.1:" + port);
  EXPECT_FALSE(stranger.Get("/_sim/health")) << "nobody knows the authority";
  EXPECT_EQ(program.End(SIGTERM), 0);
}

TEST(ProgramTest, ACertificateFileThatIsNoneIsRefused) {
  const std::string path = ::testing::TempDir() + "/no.pem";
  std::ofstream(path) << "nothing";
  Program program({"--tls_cert=" + path, "--tls_key=" + path});
  EXPECT_EQ(program.Line(),
            "dbss_sim: " + path + ", " + path + ": are not a certificate and its key in PEM\n");
  EXPECT_EQ(program.End(0), 1);
}

TEST(ProgramTest, ReadsBackTheFleetThatItWrote) {
  const std::string first = ::testing::TempDir() + "/first.fleet";
  const std::string second = ::testing::TempDir() + "/second.fleet";
  Program writer({"--projects=3", "--instances=50", "--state=mixed", "--ha_share=0.5",
                  "--write_fleet=" + first});
  ASSERT_NE(writer.Line(), "");
  Program reader({"--fleet=" + first, "--write_fleet=" + second});
  ASSERT_NE(reader.Line(), "");
  EXPECT_EQ(ReadFile(first), ReadFile(second));
  EXPECT_EQ(reader.End(SIGINT), 0);
}

TEST(ProgramTest, AWrongFlagIsAUsageError) {
  Program program({"--listen_port=many"});
  EXPECT_EQ(program.Line(), "dbss_sim: --listen_port: must be an integer from 0 to 65535\n");
  EXPECT_EQ(program.End(0), 64);
}

TEST(ProgramTest, AFleetFileThatIsWrongIsRefusedNamingTheField) {
  const std::string path = ::testing::TempDir() + "/wrong.fleet";
  std::ofstream(path) << R"({"projects":[{"id":"short"}]})";
  Program program({"--fleet=" + path});
  EXPECT_EQ(program.Line(),
            "dbss_sim: " + path + ": projects[0].id must have 32 to 64 characters\n");
  EXPECT_EQ(program.End(0), 1);
}

TEST(ProgramTest, APortThatIsTakenIsRefused) {
  const std::string port_file = ::testing::TempDir() + "/taken.port";
  Program first({"--port_file=" + port_file});
  ASSERT_NE(first.Line(), "");
  const std::string port = std::to_string(std::stoi(ReadFile(port_file)));
  Program second({"--listen_port=" + port});
  EXPECT_EQ(second.Line(), "dbss_sim: port " + port + " is taken\n");
  EXPECT_EQ(second.End(0), 1);
}

TEST(ProgramTest, HelpIsShownOnRequest) {
  Program program({"--help"});
  EXPECT_EQ(program.Line().rfind("dbss_sim - ", 0), 0u);
  while (program.Line() != "") {
  }
  EXPECT_EQ(program.End(0), 0);
}

}  // namespace
}  // namespace quiesce::dbss_sim
