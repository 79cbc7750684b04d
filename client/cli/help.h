#ifndef QUIESCE_CLIENT_CLI_HELP_H_
#define QUIESCE_CLIENT_CLI_HELP_H_

#include <string>

#include "client/cli/option_set.h"
#include "client/cli/verbs.h"
#include "client/cli/view.h"

namespace quiesce::cli {

// `quiesce --help`: the verbs by task, and what holds for all of them.
std::string RenderOverview(const OptionSet& globals, const View& view);

// `quiesce VERB --help`: the manual page.
std::string RenderManual(const Verb& verb, const OptionSet& flags, const OptionSet& globals,
                         const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_HELP_H_
