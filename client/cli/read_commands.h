#ifndef QUIESCE_CLIENT_CLI_READ_COMMANDS_H_
#define QUIESCE_CLIENT_CLI_READ_COMMANDS_H_

#include "client/cli/environment.h"

namespace quiesce::cli {

// The verbs that ask, show and are done.
ExitCode RunStatus(const StatusArgs& args, Environment& env);
ExitCode RunList(const ListArgs& args, Environment& env);
ExitCode RunGet(const GetArgs& args, Environment& env);
ExitCode RunExplain(const ExplainArgs& args, Environment& env);
ExitCode RunShow(const ShowArgs& args, Environment& env);
ExitCode RunDrift(const DriftArgs& args, Environment& env);
ExitCode RunProjects(const ProjectsArgs& args, Environment& env);
ExitCode RunVersion(const VersionArgs& args, Environment& env);

// Has the cloud asked.
ExitCode RunRefresh(const RefreshArgs& args, Environment& env);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_READ_COMMANDS_H_
