#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "daemon/app/app.h"
#include "daemon/app/command_line.h"
#include "daemon/app/grpc_log.h"
#include "daemon/app/init_command.h"
#include "daemon/app/process_setup.h"
#include "daemon/app/signal_thread.h"
#include "daemon/app/supervisor.h"
#include "daemon/base/clock.h"
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

// What the process was told to do by signals. SIGHUP means "read the configuration again" to many
// daemons, and must not end this one.
class StopRequest {
 public:
  explicit StopRequest(Logger& log) : log_(log) {}

  void OnSignal(int signal) {
    if (signal == SIGHUP) {
      return log_.Warning("the configuration is read at the start only, restart to apply it");
    }
    if (requested_.HasBeenNotified()) {
      log_.Warning("told to stop again, exiting at once");
      _exit(static_cast<int>(ExitCode::kFailure));
    }
    log_.Info("told to stop", {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
    requested_.Notify();
  }
  void Wait() { requested_.WaitForNotification(); }

 private:
  Logger& log_;
  absl::Notification requested_;
};

ExitCode RunDaemon(const config::Config& config, observability::LogLevel level) {
  SystemClock clock;
  observability::StreamLogSink sink;
  Logger log(clock, sink, level);
  const GrpcLog grpc_log(log);
  StopRequest stop(log);
  const SignalThread signals([&stop](int signal) { stop.OnSignal(signal); });
  auto app = App::Start(config, clock, log);
  if (!app.ok()) {
    log.Error("cannot start", {{"error", app.status().message()}});
    return ExitCode::kFailure;
  }
  NotifySupervisor("READY=1");
  stop.Wait();
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
  return RunDaemon(result.config, line->log_level);
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
