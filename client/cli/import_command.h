#ifndef QUIESCE_CLIENT_CLI_IMPORT_COMMAND_H_
#define QUIESCE_CLIENT_CLI_IMPORT_COMMAND_H_

#include "client/cli/args.h"
#include "client/cli/environment.h"
#include "client/cli/exit_code.h"

namespace quiesce::cli {

// `quiesce import`. Changes nothing but the files that it makes.
ExitCode RunImport(const ImportArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_IMPORT_COMMAND_H_
