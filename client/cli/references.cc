#include "client/cli/references.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/lib/api_error.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

absl::Status BadArgument(const std::string& message) {
  client::ApiError error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.trouble = client::Trouble::kArgument;
  error.message = message;
  return client::ToStatus(error);
}

// What follows one of the prefixes; empty if the text has none of them.
std::string After(const std::string& text, const char* singular, const char* plural) {
  for (const char* prefix : {singular, plural}) {
    if (absl::StartsWith(text, prefix)) return text.substr(std::string(prefix).size());
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> ResolveInstance(Environment& env, const std::string& reference) {
  auto name = env.client->ResolveInstance(reference);
  if (name.ok() || client::ToApiError(name.status()).trouble != client::Trouble::kNotFound) {
    return name;
  }
  const std::vector<std::string> parts = absl::StrSplit(reference, '/');
  if (parts.size() == 2 && !parts[0].empty() && core::IsValidId(parts[1])) {
    return absl::StrCat("projects/", parts[0], "/instances/", parts[1]);
  }
  return name;
}

absl::StatusOr<std::string> ResolveScope(Environment& env, const std::string& text) {
  if (text == "fleet") return BadArgument("the whole fleet is held by: quiesce freeze");
  const std::string workspace = After(text, "workspace/", "workspaces/");
  if (!workspace.empty()) {
    const core::Problem problem = core::WorkspaceNameProblem(workspace);
    if (problem.has_value()) return BadArgument(*problem);
    return "workspaces/" + workspace;
  }
  const std::string project = After(text, "project/", "projects/");
  if (!project.empty() && !absl::StrContains(project, "/")) return "projects/" + project;
  return ResolveInstance(env, text);
}

absl::StatusOr<std::string> WithProjectId(Environment& env, const std::string& scope) {
  if (!absl::StartsWith(scope, "projects/")) return scope;
  std::vector<std::string> parts = absl::StrSplit(scope, '/');
  const auto projects = env.client->ListProjects();
  if (!projects.ok()) return projects.status();
  for (const v1::Project& project : *projects) {
    if (project.alias() != parts[1]) continue;
    const std::string rest = scope.substr(std::string("projects/").size() + parts[1].size());
    return project.name() + rest;
  }
  return scope;
}

InstanceIds IdsOf(const std::string& instance_name) {
  const std::vector<std::string> parts = absl::StrSplit(instance_name, '/');
  if (parts.size() != 4) return {};
  return {parts[1], parts[3]};
}

}  // namespace quiesce::cli
