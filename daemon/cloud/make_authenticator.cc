#include "daemon/cloud/make_authenticator.h"

#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/sha256.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/text.h"
#include "daemon/cloud/auth/iam_client.h"
#include "daemon/cloud/auth/password_authenticator.h"
#include "daemon/cloud/auth/secret_file.h"
#include "daemon/cloud/auth/secret_variables.h"
#include "daemon/cloud/auth/stored_secret_authenticator.h"

namespace quiesce::cloud {
namespace {

std::string DigestOfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 digest;
  digest.Update(std::string(std::istreambuf_iterator<char>(file), {}));
  return digest.HexDigest();
}

using Kind = CredentialStatus::Kind;
using auth::SecretFile;
using auth::SecretSource;
using auth::SecretVariables;

absl::StatusOr<std::unique_ptr<SecretSource>> SourceOf(const DbssCredential& credential,
                                                       const DbssOptions& options, Clock* clock) {
  if (!credential.file.empty()) {
    return std::make_unique<SecretFile>(credential.file, std::string(SecretNoun(credential.kind)),
                                        clock);
  }
  std::vector<SecretVariables::Variable> variables;
  if (credential.kind == Kind::kPassword && !credential.password_env.empty()) {
    variables.push_back({"", credential.password_env});
  }
  if (credential.kind == Kind::kAccessKey && !credential.access_key_env.empty() &&
      !credential.secret_key_env.empty()) {
    variables = {{"access_key", credential.access_key_env},
                 {"secret_key", credential.secret_key_env}};
    if (!credential.security_token_env.empty()) {
      variables.push_back({"security_token", credential.security_token_env});
    }
  }
  if (variables.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("credential ", Quoted(credential.name), " does not say where its ",
                     std::string(SecretNoun(credential.kind)), " is"));
  }
  return std::make_unique<SecretVariables>(std::move(variables), options.environment);
}

}  // namespace

HttpTarget TargetOf(const Endpoint& endpoint, const std::string& ca_file,
                    const DbssOptions& options) {
  return {endpoint, ca_file, absl::StrCat("quiesced/", options.version),
          options.proxies.For(endpoint), ca_file.empty() ? "" : DigestOfFile(ca_file)};
}

absl::StatusOr<auth::IamTargets::Map> IamTargetsOf(const DbssCredential& credential,
                                                   const DbssOptions& options) {
  auth::IamTargets::Map targets;
  if (credential.kind != Kind::kPassword) return targets;
  for (const DbssProject& project : options.projects) {
    if (project.credential != credential.name) continue;
    if (!project.iam_endpoint) {
      return absl::InvalidArgumentError(
          absl::StrCat("project ", project.id, " has no IAM endpoint to fetch tokens from"));
    }
    QUIESCE_RETURN_IF_ERROR(ParseEndpoint(project.iam_endpoint->ToString()).status());
    targets.emplace(project.id, TargetOf(*project.iam_endpoint, project.ca_file, options));
  }
  return targets;
}

absl::StatusOr<std::unique_ptr<auth::Authenticator>> MakeAuthenticator(
    const DbssCredential& credential, const DbssOptions& options,
    std::shared_ptr<const auth::IamTargets> targets, Random* random, Clock* clock) {
  QUIESCE_ASSIGN_OR_RETURN(auto source, SourceOf(credential, options, clock));
  if (credential.kind != Kind::kPassword) {
    return std::make_unique<auth::StoredSecretAuthenticator>(credential.kind, std::move(source),
                                                             clock);
  }
  return std::make_unique<auth::PasswordAuthenticator>(
      auth::PasswordAuthenticator::User{credential.user, credential.domain}, std::move(source),
      std::make_unique<auth::IamClient>(std::move(targets), clock), random, clock);
}

}  // namespace quiesce::cloud
