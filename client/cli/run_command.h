#ifndef QUIESCE_CLIENT_CLI_RUN_COMMAND_H_
#define QUIESCE_CLIENT_CLI_RUN_COMMAND_H_

#include "client/cli/command_line.h"
#include "client/cli/environment.h"

namespace quiesce::cli {

// Whether a command asks the daemon, and so needs Environment::client.
bool NeedsClient(const Command& command);

// Does what was parsed.
ExitCode RunCommand(const Command& command, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RUN_COMMAND_H_
