#ifndef QUIESCE_CLIENT_CLI_RENDER_PROJECTS_H_
#define QUIESCE_CLIENT_CLI_RENDER_PROJECTS_H_

#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

// One line for each project, and below them what is wrong with some: lists that fail, lists that
// are not believed, pauses, credentials, endpoints, quotas, each with the way out. What is well is
// told by JSON only.
std::string RenderProjects(const std::vector<v1::Project>& projects, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_PROJECTS_H_
