#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/cli/command_line.h"
#include "client/cli/environment.h"
#include "client/cli/run_command.h"
#include "client/cli/signal_interrupts.h"
#include "client/cli/terminal.h"
#include "client/lib/client.h"
#include "daemon/base/version.h"

namespace quiesce::cli {
namespace {

std::string GetVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::string LoginName() {
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? "" : entry->pw_name;
}

Environment MakeEnvironment(Interrupts& interrupts) {
  Environment env;
  env.in = &std::cin;
  env.out = &std::cout;
  env.err = &std::cerr;
  env.interrupts = &interrupts;
  env.in_is_terminal = isatty(STDIN_FILENO) == 1;
  env.err_is_terminal = isatty(STDERR_FILENO) == 1 && GetVariable("TERM") != "dumb";
  env.out_view = ViewOf(STDOUT_FILENO, GetVariable);
  env.err_view = ViewOf(STDERR_FILENO, GetVariable);
  env.clock = absl::Now;
  env.sleep = [](absl::Duration duration, client::CancelToken* cancel) {
    return cancel->SleepFor(duration);
  };
  return env;
}

client::ClientOptions MakeOptions(const GlobalArgs& args) {
  client::ClientOptions options;
  options.target = args.server;
  options.user_agent = absl::StrCat("quiesce/", kVersion);
  if (args.request_timeout.has_value()) {
    options.timeout = *args.request_timeout;
    options.slow_timeout = *args.request_timeout;
  }
  return options;
}

ExitCode Run(const std::vector<std::string>& arguments, Environment& env) {
  ParseContext context;
  context.getenv = GetVariable;
  context.login_name = LoginName();
  context.now = absl::Now();
  context.zone = absl::LocalTimeZone();
  const auto line = ParseCommandLine(arguments, context);
  if (!line.ok()) {
    const absl::string_view message = line.status().message();
    return Report(env, ExitCode::kUsage, {message.data(), message.size()});
  }
  env.output = line->globals.output;
  std::unique_ptr<client::Client> client;
  if (NeedsClient(line->command)) {
    auto created = client::Client::Create(MakeOptions(line->globals));
    if (!created.ok()) return Report(env, created.status());
    client = *std::move(created);
    env.client = client.get();
  }
  return RunCommand(line->command, env);
}

}  // namespace
}  // namespace quiesce::cli

int main(int argc, char** argv) {
  // gRPC trips the detector of Debian's Abseil, which would abort.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  setenv("GRPC_VERBOSITY", "NONE", 0);  // its complaints say less than our errors
  signal(SIGPIPE, SIG_IGN);
  quiesce::cli::SignalInterrupts interrupts;
  quiesce::cli::Environment env = quiesce::cli::MakeEnvironment(interrupts);
  return static_cast<int>(quiesce::cli::Run(std::vector<std::string>(argv + 1, argv + argc), env));
}
