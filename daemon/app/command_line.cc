#include "daemon/app/command_line.h"

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/config/yaml/suggestion.h"
#include "daemon/core/names.h"

namespace quiesce::app {
namespace {

using Action = CommandLine::Action;
using observability::LogLevel;

constexpr std::string_view kHelp =
    R"(quiesced - keeps database O&M instances stopped

Usage:
  quiesced [--config FILE] [--log-level LEVEL]
  quiesced --check-config [--config FILE]
  quiesced init --project ID --region R --token-file F [--config FILE]
  quiesced --help | --version

Runs in the foreground until SIGTERM or SIGINT, and logs to standard error. It
stops what is declared to be stopped, through the cloud's API, and keeps it so.
It has no way to start, reboot or delete anything. Declare with its client:
`quiesce apply`.

`quiesced init` writes a first configuration and explains it; `quiesced init
--help` has its flags.

Options:
  --config FILE      the configuration; default /etc/quiesced/quiesced.yaml
  --check-config     read the configuration, report every mistake, and exit
  --log-level LEVEL  least level logged: debug, info (default), warning, error
  --version          print the version and exit
  --help             print this and exit

Configuration, the shortest one that works:
  credentials:
    main: {type: token_file, file: /etc/quiesced/keys/main.token}
  projects:
    billing-cn:
      id: 0123456789abcdef0123456789abcdef
      region: cn-north-4
      credential: main
The rest has defaults: it listens at unix:///run/quiesced/api.sock, in a
directory that must be its user's own and closed to others, and keeps its data
in /var/lib/quiesced/quiesced.db, whose directory must exist, on a local disk.
The token file is read again whenever it changes.

Signals:
  SIGTERM, SIGINT  stop: no new calls; those in flight get 8 s to end; one that
                   has not ended then counts as unknown, and is looked into at
                   the next start. A second signal exits at once, which is as
                   safe as a crash.
  SIGHUP           read the configuration again, and put it in force as a whole
                   or, with a mistake in it, not at all; where to listen and
                   the store take a restart

Exit codes:
  0   told to stop, and stopped
  1   could not start; the store failed; or cut short when told to stop
  64  mistake in the command line
  78  mistake in the configuration

Files:
  PATH of the store, with PATH-wal, and PATH.lock, which keeps a second daemon
  out. To back it up, copy PATH, and PATH-wal if there is one, while the daemon
  is stopped.

Environment:
  NOTIFY_SOCKET    set by systemd for Type=notify: told when it is ready,
                   when it reloads and when it stops
  GRPC_VERBOSITY   how much gRPC logs: ERROR (default), INFO, DEBUG

Examples:
  quiesced init --project 0123456789abcdef0123456789abcdef --region cn-north-4 \
    --token-file /etc/quiesced/keys/main.token
  quiesced --check-config --config ./quiesced.yaml
  quiesced --config ./quiesced.yaml --log-level debug
)";

std::optional<LogLevel> ParseLevel(std::string_view text) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (observability::LogLevelName(level) == text) return level;
  }
  return std::nullopt;
}

absl::Status Usage(const std::string& problem) { return absl::InvalidArgumentError(problem); }

// An argument as `--name` and, where it is written `--name=value`, the value.
struct Flag {
  std::string_view name;
  std::optional<std::string_view> value;
};

Flag Split(std::string_view argument) {
  const size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return {argument, std::nullopt};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

absl::Status SetAction(const Flag& flag, Action action, CommandLine& line) {
  if (flag.value) return Usage(absl::StrCat(std::string(flag.name), " takes no value"));
  // `--help` wins over everything, `--version` over the rest.
  if (line.action < action) line.action = action;
  return absl::OkStatus();
}

absl::Status SetValue(std::string_view name, std::string_view value, CommandLine& line) {
  if (name == "--config") {
    if (value.empty()) return Usage("--config needs the name of a file");
    line.config_file = std::string(value);
    return absl::OkStatus();
  }
  const std::optional<LogLevel> level = ParseLevel(value);
  if (!level) {
    return Usage(absl::StrCat("--log-level: ", core::Quoted(value),
                              " is none of debug, info, warning, error"));
  }
  line.log_level = *level;
  return absl::OkStatus();
}

absl::Status Unknown(std::string_view argument, std::string_view name) {
  if (argument.substr(0, 1) != "-") {
    return Usage(absl::StrCat("unexpected argument ", core::Quoted(argument)));
  }
  const std::vector<std::string_view> known = {"--config", "--check-config", "--log-level",
                                               "--version", "--help"};
  return Usage(absl::StrCat("unknown flag ", core::Quoted(name), yaml::DidYouMean(name, known)));
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  if (!arguments.empty() && arguments[0] == "init") {
    line.action = Action::kInit;
    line.init_arguments.assign(arguments.begin() + 1, arguments.end());
    return line;
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    Flag flag = Split(arguments[i]);
    if (flag.name == "--help" || flag.name == "-h") {
      QUIESCE_RETURN_IF_ERROR(SetAction(flag, Action::kShowHelp, line));
    } else if (flag.name == "--version") {
      QUIESCE_RETURN_IF_ERROR(SetAction(flag, Action::kShowVersion, line));
    } else if (flag.name == "--check-config") {
      QUIESCE_RETURN_IF_ERROR(SetAction(flag, Action::kCheckConfig, line));
    } else if (flag.name == "--config" || flag.name == "--log-level") {
      if (!flag.value) {
        if (i + 1 == arguments.size()) {
          return Usage(absl::StrCat(std::string(flag.name), " needs a value"));
        }
        flag.value = arguments[++i];
      }
      QUIESCE_RETURN_IF_ERROR(SetValue(flag.name, *flag.value, line));
    } else {
      return Unknown(arguments[i], flag.name);
    }
  }
  return line;
}

std::string HelpText() { return std::string(kHelp); }

}  // namespace quiesce::app
