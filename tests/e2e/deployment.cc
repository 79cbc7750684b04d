#include "tests/e2e/deployment.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

namespace fs = std::filesystem;

using support::Process;
using support::WaitUntil;

constexpr char kDaemon[] = "daemon/app/quiesced";
constexpr char kClient[] = "client/cli/quiesce";

int BindNotifySocket(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0) << path;
  return fd;
}

// Whether READY=1 has come.
bool TakeReady(int fd) {
  char text[64];
  ssize_t size = 0;
  bool ready = false;
  while ((size = recv(fd, text, sizeof(text), 0)) > 0) {
    ready |= std::string(text, static_cast<size_t>(size)) == "READY=1";
  }
  return ready;
}

}  // namespace

DeploymentTest::DeploymentTest() {
  notify_ = BindNotifySocket(Path("notify"));
  cloud_.emplace(folder_.path());
  Write("token", "first\n");
  Write("quiesced.yaml",
        absl::StrCat(
            "server: {name: e2e, listen: [\"unix://", Path("api/s"), "\"]}\n", "store: sqlite://",
            Path("q.db"), "\n", "credentials: {main: {type: token_file, file: ", Path("token"),
            ", max_in_flight: 4}}\n", "projects:\n", "  cn: {id: ", SimulatedCloud::kProject,
            ", credential: main, endpoint: \"", cloud_->endpoint(), "\"}\n",
            "timing: {call_deadline: 2s, settle: 3s, list_idle: 500ms, list_active: "
            "100ms}\n"));
}

DeploymentTest::~DeploymentTest() {
  daemon_.reset();
  cloud_.reset();
  if (notify_ >= 0) close(notify_);
  if (HasFailure()) ADD_FAILURE() << "the daemon's log:\n" << DaemonLog();
}

void DeploymentTest::Write(const std::string& name, const std::string& text) const {
  // Appears complete, as an editor or a tool would have it.
  std::ofstream(Path(name + ".new"), std::ios::binary) << text;
  fs::rename(Path(name + ".new"), Path(name));
}

std::string DeploymentTest::Read(const std::string& name) const {
  std::ifstream stream(Path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void DeploymentTest::Edit(const std::string& name, const std::string& from,
                          const std::string& to) const {
  const std::string text = Read(name);
  ASSERT_TRUE(absl::StrContains(text, from)) << from;
  Write(name, absl::StrReplaceAll(text, {{from, to}}));
}

std::string DeploymentTest::WriteManifest(const std::vector<std::string>& ids) const {
  std::string text =
      "apiVersion: quiesce/v1\nworkspace: team\nowner: team\ncontact: \"#team\"\n"
      "defaults: {project: cn, start_grace: 1s}\ninstances:\n";
  for (const std::string& id : ids) absl::StrAppend(&text, "  - {id: ", id, "}\n");
  Write("team.yaml", text);
  return Path("team.yaml");
}

std::vector<std::string> DeploymentTest::Environment() const {
  return {absl::StrCat("NOTIFY_SOCKET=", Path("notify")),
          absl::StrCat("QUIESCE_SERVER=unix://", Path("api/s"))};
}

void DeploymentTest::StartDaemon(const std::string& setup) {
  TakeReady(notify_);  // of one before
  Process::Options options;
  options.command = {"/bin/sh", "-c",
                     absl::StrCat(setup.empty() ? ":" : setup, "; exec ", kDaemon,
                                  " --log-level=debug --config ", Path("quiesced.yaml"))};
  options.output_file = Path("quiesced.log");
  options.environment = Environment();
  auto started = Process::Start(options);
  ASSERT_TRUE(started.ok()) << started.status();
  daemon_ = *std::move(started);
  bool ready = false;
  ASSERT_TRUE(WaitUntil([&] { return (ready = TakeReady(notify_)) || !daemon_->IsRunning(); }));
  ASSERT_TRUE(ready) << "it has ended";
}

void DeploymentTest::KillDaemon() {
  daemon_->Signal(SIGKILL);
  EXPECT_EQ(daemon_->Wait(), 128 + SIGKILL);
}

std::vector<std::string> DeploymentTest::FaultyDisk(const std::string& fault) {
  const char* const asan = std::getenv("ASAN_OPTIONS");
  return {"LD_PRELOAD=tests/e2e/libfaulty_disk.so", fault,
          // Its library wants to be the first one.
          absl::StrCat("ASAN_OPTIONS=verify_asan_link_order=0:", asan == nullptr ? "" : asan)};
}

Ended DeploymentTest::RunDaemon(std::vector<std::string> options,
                                std::vector<std::string> environment) {
  const std::string output = absl::StrCat("daemon.", ++runs_, ".out");
  Process::Options process;
  process.command = {kDaemon};
  process.command.insert(process.command.end(), options.begin(), options.end());
  process.output_file = Path(output);
  process.environment = std::move(environment);
  auto started = Process::Start(process);
  if (!started.ok()) return {-1, std::string(started.status().message())};
  EXPECT_TRUE(WaitUntil([&] { return !(*started)->IsRunning(); })) << "it does not end";
  (*started)->Signal(SIGKILL);
  const int exit_code = (*started)->Wait();
  return {exit_code, Read(output)};
}

std::optional<int> DeploymentTest::WaitForDaemonToEnd(absl::Duration patience) {
  if (!WaitUntil([this] { return !daemon_->IsRunning(); }, patience)) return std::nullopt;
  return daemon_->Wait();
}

bool DeploymentTest::DaemonLogHas(const std::string& text) const {
  return absl::StrContains(DaemonLog(), text);
}

Ended DeploymentTest::Quiesce(std::vector<std::string> arguments) {
  const std::string output = absl::StrCat("client.", ++runs_, ".out");
  Process::Options options;
  options.command = {kClient};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.output_file = Path(output);
  options.environment = Environment();
  auto started = Process::Start(options);
  if (!started.ok()) return {-1, std::string(started.status().message())};
  const int exit_code = (*started)->Wait();
  return {exit_code, Read(output)};
}

size_t DeploymentTest::Count(std::vector<std::string> filters) {
  filters.insert(filters.begin(), {"list", "-o", "json"});
  const Ended listed = Quiesce(std::move(filters));
  EXPECT_EQ(listed.exit_code, 0) << listed.output;
  const auto parsed = nlohmann::json::parse(listed.output, nullptr, false);
  if (parsed.is_discarded()) return 0;
  return parsed.value("instances", nlohmann::json::array()).size();
}

void DeploymentTest::ExpectNoStopTwice() {
  const nlohmann::json stops = cloud_->Stops();
  EXPECT_EQ(stops["stopped_twice"], 0) << stops.dump(1);
  EXPECT_EQ(stops["redundant_stops"], 0);
  EXPECT_LE(stops["max_stops_in_flight"], 1);
}

}  // namespace quiesce::e2e
