#ifndef QUIESCE_CLIENT_CLI_COMMAND_LINE_H_
#define QUIESCE_CLIENT_CLI_COMMAND_LINE_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/args.h"
#include "client/cli/view.h"

namespace quiesce::cli {

using Command = std::variant<HelpArgs, ValidateArgs, PlanArgs, ApplyArgs, StopArgs, ShowArgs,
                             StatusArgs, ListArgs, GetArgs, ExplainArgs, WatchArgs, WaitArgs,
                             DriftArgs, RefreshArgs, ProjectsArgs, HoldArgs, UnholdArgs, FreezeArgs,
                             UnfreezeArgs, ReleaseArgs, VersionArgs, DoctorArgs, ImportArgs>;

struct CommandLine {
  GlobalArgs globals;
  Command command;
};

// Reads the arguments after the program's name. Flags may stand anywhere, those of every verb also
// before it. `--help` anywhere, and no arguments at all, ask for help. INVALID_ARGUMENT with what
// is wrong and the way out.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments,
                                             const ParseContext& context);

// What HelpArgs ask for. INVALID_ARGUMENT if there is no such verb.
absl::StatusOr<std::string> HelpText(const HelpArgs& args, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_COMMAND_LINE_H_
