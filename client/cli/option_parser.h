#ifndef QUIESCE_CLIENT_CLI_OPTION_PARSER_H_
#define QUIESCE_CLIENT_CLI_OPTION_PARSER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/option_set.h"

namespace quiesce::cli {

// The value of an environment variable; empty if it is not set.
using GetEnv = std::function<std::string(const std::string& name)>;

// Reads the arguments into the targets of the set. INVALID_ARGUMENT with what is wrong and, for an
// unknown flag, the one that may have been meant.
absl::Status ParseOptions(const OptionSet& set, const std::vector<std::string>& arguments,
                          const GetEnv& getenv);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_OPTION_PARSER_H_
