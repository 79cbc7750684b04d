#ifndef QUIESCE_CLIENT_CLI_APPLY_COMMAND_H_
#define QUIESCE_CLIENT_CLI_APPLY_COMMAND_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

// Plans all workspaces, or loads the stored plan, and shows them; if one cannot be planned, nothing
// is applied. Asks once, applies, and follows the runs until they end, the time is over, or Ctrl-C
// cancels them.
ExitCode RunApply(const ApplyArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_APPLY_COMMAND_H_
