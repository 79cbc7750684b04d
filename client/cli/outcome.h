#ifndef QUIESCE_CLIENT_CLI_OUTCOME_H_
#define QUIESCE_CLIENT_CLI_OUTCOME_H_

#include <string>

#include "client/cli/exit_code.h"
#include "client/cli/view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::cli {

// How waiting for an instance ended, in a line, and in a second one where somebody should look.
std::string RenderOutcome(const v1::WaitInstanceResponse& response, const View& view);

ExitCode CodeOf(v1::WaitResult result);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_OUTCOME_H_
