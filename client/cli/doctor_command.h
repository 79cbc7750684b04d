#ifndef QUIESCE_CLIENT_CLI_DOCTOR_COMMAND_H_
#define QUIESCE_CLIENT_CLI_DOCTOR_COMMAND_H_

#include "client/cli/args.h"
#include "client/cli/environment.h"
#include "client/cli/exit_code.h"

namespace quiesce::cli {

// `quiesce doctor`. kBlocked if anything is a FAIL.
ExitCode RunDoctor(const DoctorArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_DOCTOR_COMMAND_H_
