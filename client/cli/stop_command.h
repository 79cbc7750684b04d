#ifndef QUIESCE_CLIENT_CLI_STOP_COMMAND_H_
#define QUIESCE_CLIENT_CLI_STOP_COMMAND_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

// Requests all stops first, then waits for each. One that fails keeps no other from being stopped.
ExitCode RunStop(const StopArgs& args, Environment& env);
ExitCode RunRelease(const ReleaseArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_STOP_COMMAND_H_
