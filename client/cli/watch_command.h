#ifndef QUIESCE_CLIENT_CLI_WATCH_COMMAND_H_
#define QUIESCE_CLIENT_CLI_WATCH_COMMAND_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

// A line for each change until Ctrl-C. With JSON every event, the snapshot first;
// `{"snapshot":true}` says that everything follows anew.
ExitCode RunWatch(const WatchArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_WATCH_COMMAND_H_
