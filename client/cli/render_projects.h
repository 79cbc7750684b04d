#ifndef QUIESCE_CLIENT_CLI_RENDER_PROJECTS_H_
#define QUIESCE_CLIENT_CLI_RENDER_PROJECTS_H_

#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

// One line for each project, and below them what is wrong with some: lists that fail, lists that
// are not believed, pauses, credentials, endpoints, quotas, each with the way out.
std::string RenderProjects(const std::vector<v1::Project>& projects, const View& view);

// How the credential of each project stands: how old the secret in use is, when it ends, and when
// it was last accepted.
std::string RenderCredentials(const std::vector<v1::Project>& projects, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_PROJECTS_H_
