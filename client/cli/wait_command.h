#ifndef QUIESCE_CLIENT_CLI_WAIT_COMMAND_H_
#define QUIESCE_CLIENT_CLI_WAIT_COMMAND_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

ExitCode RunWait(const WaitArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_WAIT_COMMAND_H_
