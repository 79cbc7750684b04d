#include "tests/benchmark/daemon.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/base/status_macros.h"
#include "tests/benchmark/simulator.h"

namespace quiesce::benchmark {
namespace {

constexpr char kProgram[] = "daemon/app/quiesced";
constexpr absl::Duration kAnswerPatience = absl::Seconds(1);
constexpr int kAnswerAttempts = 30;

std::string SocketOf(const std::string& folder) {
  return absl::StrCat("unix://", folder, "/api/api.sock");
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return absl::InternalError(absl::StrCat("cannot write ", path));
  chmod(path.c_str(), S_IRUSR | S_IWUSR);
  return absl::OkStatus();
}

client::ClientOptions ClientOptionsFor(const std::string& folder) {
  client::ClientOptions options;
  options.target = SocketOf(folder);
  options.user_agent = "quiesce-benchmark";
  // The daemon is busy, and may be starting: patience rather than an error.
  options.timeout = absl::Seconds(60);
  options.slow_timeout = absl::Minutes(5);
  options.retry.max_attempts = 1000;
  options.retry.first_pause = absl::Milliseconds(10);
  options.retry.max_pause = absl::Milliseconds(100);
  return options;
}

absl::StatusOr<std::string> ReadProc(int pid, const char* name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/", name));
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::InternalError(absl::StrCat("process ", pid, " has ended"));
  return text.str();
}

}  // namespace

absl::Status WriteDaemonFiles(const DaemonOptions& options, const Fleet& fleet) {
  const std::string token_file = absl::StrCat(options.folder, "/token");
  QUIESCE_RETURN_IF_ERROR(WriteFile(token_file, kToken));
  std::string config =
      absl::StrCat("server: {name: benchmark, listen: [\"", SocketOf(options.folder), "\"]}\n",
                   "store: sqlite://", options.folder, "/quiesced.db\n",
                   "credentials:\n  main: {type: token_file, file: ", token_file,
                   ", max_in_flight: ", options.max_in_flight, "}\nprojects:\n");
  for (size_t i = 0; i < fleet.size(); ++i) {
    absl::StrAppend(&config, "  project-", i, ": {id: \"", fleet[i].id,
                    "\", endpoint: \"http://127.0.0.1:", options.sim_port,
                    "\", credential: main}\n");
  }
  absl::StrAppend(&config, "timing: ", options.timing, "\n");
  return WriteFile(absl::StrCat(options.folder, "/quiesced.yaml"), config);
}

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const std::string& folder) {
  std::unique_ptr<Daemon> daemon(new Daemon());
  support::Process::Options process;
  process.command = {kProgram, absl::StrCat("--config=", folder, "/quiesced.yaml")};
  process.output_file = absl::StrCat(folder, "/quiesced.log");
  QUIESCE_ASSIGN_OR_RETURN(daemon->process_, support::Process::Start(process));
  QUIESCE_ASSIGN_OR_RETURN(daemon->client_, client::Client::Create(ClientOptionsFor(folder)));
  const absl::Status answer = daemon->AwaitAnswer();
  if (answer.ok()) return daemon;
  return absl::InternalError(absl::StrCat("the daemon does not answer: ", answer.message(),
                                          ", see ", process.output_file));
}

// One that cannot start ends at once and says why in its log.
absl::Status Daemon::AwaitAnswer() {
  client::CallOptions call;
  call.timeout = kAnswerPatience;
  absl::Status answer;
  for (int attempt = 0; attempt < kAnswerAttempts; ++attempt) {
    answer = client_->GetServerInfo(call).status();
    if (answer.ok() || !process_->IsRunning()) return answer;
  }
  return answer;
}

absl::StatusOr<double> Daemon::PeakMemory() const {
  QUIESCE_ASSIGN_OR_RETURN(const std::string status, ReadProc(pid(), "status"));
  constexpr char kPeak[] = "VmHWM:";
  const size_t at = status.find(kPeak);
  if (at == std::string::npos) return absl::InternalError("no VmHWM in /proc");
  std::istringstream rest(status.substr(at + sizeof(kPeak) - 1));
  double kibibytes = 0;
  rest >> kibibytes;
  return kibibytes / 1024;
}

absl::StatusOr<absl::Duration> Daemon::ProcessorTime() const {
  QUIESCE_ASSIGN_OR_RETURN(const std::string stat, ReadProc(pid(), "stat"));
  // After the name in parentheses: the state, ten numbers, then user and system time in ticks.
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return absl::Seconds((user + system) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

void Daemon::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

absl::Status Daemon::Terminate() {
  process_->Signal(SIGTERM);
  const int status = process_->Wait();
  if (status == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the daemon ended with status ", status));
}

}  // namespace quiesce::benchmark
