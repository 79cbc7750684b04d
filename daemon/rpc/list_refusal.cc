#include "daemon/rpc/list_refusal.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/string_views.h"
#include "daemon/core/names.h"

namespace quiesce::rpc {
namespace {

std::string SourceOf(const engine::ProjectConfig& config) {
  return config.credential_source.empty() ? "its file" : config.credential_source;
}

std::string Renew(const engine::ProjectConfig& config, const cloud::CredentialStatus& credential) {
  return absl::StrCat("write a valid ", ToAbsl(SecretNoun(credential.kind)), " to ",
                      SourceOf(config));
}

// The problem ends with a way out of its own, after a semicolon, which is said once only.
ListRefusal Unreadable(const engine::ProjectConfig& config, const engine::ListError& error) {
  const std::string& problem = error.result.message;
  return {absl::StrCat("the credential ", core::Quoted(config.credential),
                       " cannot be read: ", problem.substr(0, problem.find(';'))),
          absl::StrCat(Renew(config, error.credential),
                       " and let the daemon read it; no restart is needed")};
}

// In the credential's own words, which are a cause and a way out. Those of a changed secret end
// with what is in use meanwhile.
ListRefusal Refused(const engine::ProjectConfig& config,
                    const cloud::CredentialStatus& credential) {
  const size_t middle = credential.detail.rfind("; ");
  const bool has_way_out =
      middle != std::string::npos && credential.state != cloud::CredentialStatus::State::kTrying;
  return {absl::StrCat("credential ", core::Quoted(config.credential), ": ",
                       credential.detail.substr(0, middle)),
          has_way_out ? credential.detail.substr(middle + 2)
                      : absl::StrCat(Renew(config, credential), "; no restart is needed")};
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
  const cloud::CredentialStatus& known = project->last_error->credential;
  const bool is_missing = known.state == cloud::CredentialStatus::State::kMissing;
  if (!known.detail.empty() && !is_missing) return Refused(config, known);
  if (result.http_status == 0) return Unreadable(config, *project->last_error);
  return {absl::StrCat("the cloud does not accept the credential ", credential, " (HTTP ",
                       result.http_status, ")"),
          absl::StrCat(Renew(config, known), "; no restart is needed")};
}

}  // namespace quiesce::rpc
