#ifndef QUIESCE_DAEMON_APP_COMMAND_LINE_H_
#define QUIESCE_DAEMON_APP_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/observability/logger.h"

namespace quiesce::app {

// What the daemon ends with. Supervisors should not restart it after kUsage and kConfig: it would
// end the same way.
enum class ExitCode : int {
  kOk = 0,
  kFailure = 1,  // could not start, lost its store, or was not done in time when told to stop
  kUsage = 64,   // of the command line
  kConfig = 78,  // the configuration has mistakes
};

struct CommandLine {
  enum class Action { kRun, kCheckConfig, kShowVersion, kShowHelp, kInit };

  Action action = Action::kRun;
  std::string config_file = "/etc/quiesced/quiesced.yaml";
  observability::LogLevel log_level = observability::LogLevel::kInfo;
  std::vector<std::string> init_arguments;  // of kInit: those behind `init`, not looked at
};

// Reads the arguments, without the program's name. INVALID_ARGUMENT says what is wrong.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

std::string HelpText();

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_COMMAND_LINE_H_
