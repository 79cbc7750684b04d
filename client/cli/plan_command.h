#ifndef QUIESCE_CLIENT_CLI_PLAN_COMMAND_H_
#define QUIESCE_CLIENT_CLI_PLAN_COMMAND_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

// Asks no daemon.
ExitCode RunValidate(const ValidateArgs& args, Environment& env);
// A plan for each workspace; one that fails does not keep the others from being shown.
ExitCode RunPlan(const PlanArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_PLAN_COMMAND_H_
