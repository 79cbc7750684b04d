#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "daemon/app/app.h"
#include "daemon/app/command_line.h"
#include "daemon/app/grpc_log.h"
#include "daemon/app/init_command.h"
#include "daemon/app/process_setup.h"
#include "daemon/app/signal_thread.h"
#include "daemon/app/supervisor.h"
#include "daemon/app/watchdog.h"
#include "daemon/base/clock.h"
#include "daemon/base/limits.h"
#include "daemon/base/mutex.h"
#include "daemon/base/version.h"
#include "daemon/config/config_file.h"
#include "daemon/observability/logger.h"
#include "daemon/observability/stream_log_sink.h"

namespace quiesce::app {
namespace {

using observability::Logger;

void Print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

// What the process was told to do by signals, for the thread that does it.
class Requests {
 public:
  explicit Requests(Logger& log) : log_(log) {}

  enum class Kind : uint8_t { kReload, kStop };
  // Blocks until there is one. Stopping comes first; several reloads are one.
  Kind Next() {
    MutexLock lock(mu_);
    while (!stop_ && !reload_) changed_.Wait(mu_);
    if (stop_) return Kind::kStop;
    reload_ = false;
    return Kind::kReload;
  }

  void OnSignal(int signal) {
    MutexLock lock(mu_);
    if (signal == SIGHUP) {
      reload_ = true;
    } else if (stop_) {
      log_.Warning("told to stop again, exiting at once");
      _exit(static_cast<int>(ExitCode::kFailure));
    } else {
      log_.Info("told to stop", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
      stop_ = true;
      // From here on, whatever the daemon is doing: starting, reloading or stopping.
      watchdog_.emplace(limits::kWatchdogTimeout, [this] {
        log_.Error("stopping takes too long, exiting");
        _exit(static_cast<int>(ExitCode::kFailure));
      });
    }
    changed_.NotifyOne();
  }

 private:
  Logger& log_;
  Mutex mu_;
  CondVar changed_;
  bool reload_ ABSL_GUARDED_BY(mu_) = false;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::optional<Watchdog> watchdog_ ABSL_GUARDED_BY(mu_);
};

// All mistakes, in one line.
std::string ProblemOf(const config::Result& read) {
  return absl::StrJoin(absl::StrSplit(read.FormatErrors(), '\n', absl::SkipEmpty()), "; ");
}

// The file as it is now, in force as a whole, or not at all.
void Reload(const std::string& file, App& app, Logger& log) {
  NotifyReloading();
  const config::Result read = config::Load(file);
  const std::string problem =
      read.ok() ? std::string(app.Reload(read.config).message()) : ProblemOf(read);
  if (!problem.empty()) {
    log.Error("the configuration is not reloaded, the one before stays in force",
              {{"error", problem}});
    app.ReloadRefused(problem);
  }
  NotifySupervisor("READY=1");
}

ExitCode RunDaemon(const CommandLine& line, const config::Config& config) {
  SystemClock clock;
  observability::StreamLogSink sink;
  Logger log(clock, sink, line.log_level);
  const GrpcLog grpc_log(log);
  Requests requests(log);
  const SignalThread signals([&requests](int signal) { requests.OnSignal(signal); });
  auto app = App::Start(config, clock, log);
  if (!app.ok()) {
    log.Error("cannot start", {{"error", app.status().message()}});
    return ExitCode::kFailure;
  }
  NotifySupervisor("READY=1");
  while (requests.Next() == Requests::Kind::kReload) Reload(line.config_file, **app, log);
  NotifySupervisor("STOPPING=1");
  if (const absl::Status stopped = (*app)->Stop(); !stopped.ok()) {
    log.Error("the store could not be closed", {{"error", stopped.message()}});
    return ExitCode::kFailure;
  }
  log.Info("stopped");
  return ExitCode::kOk;
}

ExitCode CheckConfig(const std::string& file, const config::Config& config) {
  if (const absl::Status status = App::CheckFiles(config); !status.ok()) {
    Print(stderr, absl::StrCat(file, ": ", status.message(), "\n"));
    return ExitCode::kConfig;
  }
  Print(stdout, absl::StrCat(file, ": valid, ", config.projects.size(), " project",
                             config.projects.size() == 1 ? "" : "s", "\n"));
  return ExitCode::kOk;
}

ExitCode Init(const std::vector<std::string>& arguments) {
  std::string out;
  std::string err;
  const ExitCode code = RunInit(arguments, out, err);
  Print(stdout, out);
  Print(stderr, err);
  return code;
}

ExitCode Main(const std::vector<std::string>& arguments) {
  const auto line = ParseCommandLine(arguments);
  if (!line.ok()) {
    Print(stderr, absl::StrCat("quiesced: ", line.status().message(),
                               "; `quiesced --help` shows what there is\n"));
    return ExitCode::kUsage;
  }
  if (line->action == CommandLine::Action::kShowHelp) {
    Print(stdout, HelpText());
    return ExitCode::kOk;
  }
  if (line->action == CommandLine::Action::kShowVersion) {
    Print(stdout, absl::StrCat("quiesced ", kVersion, "\n"));
    return ExitCode::kOk;
  }
  if (line->action == CommandLine::Action::kInit) return Init(line->init_arguments);
  const config::Result result = config::Load(line->config_file);
  if (!result.ok()) {
    Print(stderr, result.FormatErrors());
    return ExitCode::kConfig;
  }
  if (line->action == CommandLine::Action::kCheckConfig) {
    return CheckConfig(line->config_file, result.config);
  }
  return RunDaemon(*line, result.config);
}

}  // namespace
}  // namespace quiesce::app

int main(int argc, char** argv) {
  // Abseil's detector ends the process over an order of locks, in a library of gRPC's, and costs
  // more than the locks themselves. Before any lock is taken.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  quiesce::app::PrepareProcess();
  quiesce::app::SignalThread::Block();
  return static_cast<int>(quiesce::app::Main({argv + 1, argv + argc}));
}
