#include "daemon/rpc/list_refusal.h"

#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"

namespace quiesce::rpc {
namespace {

std::string SourceOf(const engine::ProjectConfig& config) {
  return config.credential_source.empty() ? "its file" : config.credential_source;
}

// The problem ends with a way out of its own, after a semicolon, which is said once only.
ListRefusal Unreadable(const engine::ProjectConfig& config, const std::string& problem) {
  return {absl::StrCat("the credential ", core::Quoted(config.credential),
                       " cannot be read: ", problem.substr(0, problem.find(';'))),
          absl::StrCat("write a valid token to ", SourceOf(config),
                       " and let the daemon read it; no restart is needed")};
}

}  // namespace

ListRefusal ListRefusalOf(const engine::ProjectState* project) {
  if (project == nullptr || !project->list_refused()) {
    return {"the cloud refuses the list of its project to the credential",
            "renew the credential of its project, or give it the permission to list"};
  }
  const engine::ProjectConfig& config = project->config;
  const cloud::ListResult& result = project->last_error->result;
  const std::string credential = core::Quoted(config.credential);
  if (result.call_class == core::CallClass::kForbidden) {
    return {absl::StrCat("the cloud forbids the credential ", credential, " to list (HTTP ",
                         result.http_status, ")"),
            absl::StrCat("give the user of the credential ", credential,
                         " the permission to list, or configure observation: none")};
  }
  if (result.http_status == 0) return Unreadable(config, result.message);
  return {absl::StrCat("the cloud does not accept the credential ", credential, " (HTTP ",
                       result.http_status, ")"),
          absl::StrCat("write a valid token to ", SourceOf(config), "; no restart is needed")};
}

}  // namespace quiesce::rpc
