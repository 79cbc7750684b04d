#ifndef QUIESCE_CLIENT_CLI_HOLD_COMMANDS_H_
#define QUIESCE_CLIENT_CLI_HOLD_COMMANDS_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

ExitCode RunHold(const HoldArgs& args, Environment& env);
ExitCode RunUnhold(const UnholdArgs& args, Environment& env);
ExitCode RunFreeze(const FreezeArgs& args, Environment& env);
ExitCode RunUnfreeze(const UnfreezeArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_HOLD_COMMANDS_H_
