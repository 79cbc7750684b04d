#ifndef QUIESCE_DAEMON_APP_INIT_COMMAND_H_
#define QUIESCE_DAEMON_APP_INIT_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/app/command_line.h"
#include "daemon/app/init_options.h"

// `quiesced init`: the first configuration, for whoever has a project and a token and nothing else.
namespace quiesce::app {

// The configuration as text, with comments. Valid by config::Parse for valid options, unless a name
// of a user is none.
std::string ConfigText(const InitOptions& options);

// Writes a file that appears whole or not at all, mode 0640 whatever the umask. ALREADY_EXISTS,
// with the way out, where there is anything of that name; nothing is ever overwritten.
absl::Status WriteNewFile(const std::string& path, const std::string& text);

// Carries out `quiesced init ARGUMENTS`. What is to be printed is added to `out` and `err`.
ExitCode RunInit(const std::vector<std::string>& arguments, std::string& out, std::string& err);

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_INIT_COMMAND_H_
