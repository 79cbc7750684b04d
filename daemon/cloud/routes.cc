#include "daemon/cloud/routes.h"

#include <algorithm>
#include <thread>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/text.h"
#include "daemon/cloud/http_connection.h"
#include "daemon/cloud/make_authenticator.h"
#include "daemon/core/names.h"

namespace quiesce::cloud {
namespace {

absl::Status CheckCredential(const DbssCredential& credential) {
  if (credential.max_in_flight < 1 || credential.max_in_flight > limits::kMaxMaxInFlight) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_in_flight of credential ", Quoted(credential.name), " is ",
                     credential.max_in_flight, ", not 1 to ", limits::kMaxMaxInFlight));
  }
  return absl::OkStatus();
}

absl::Status CheckProject(const DbssProject& project) {
  if (const core::Problem problem = core::ProjectIdProblem(project.id)) {
    return absl::InvalidArgumentError(absl::StrCat("project: ", *problem));
  }
  // A text of ours is parsed again, so that no endpoint can get here that was not checked.
  QUIESCE_RETURN_IF_ERROR(ParseEndpoint(project.endpoint.ToString()).status());
  return project.ca_file.empty() ? absl::OkStatus() : CheckCaFile(project.ca_file);
}

// Where the tokens of a password come from, for each project.
std::map<std::string, std::string> IamTargetsOf(const DbssCredential& credential,
                                                const DbssOptions& options) {
  std::map<std::string, std::string> targets;
  if (credential.kind != CredentialStatus::Kind::kPassword) return targets;
  for (const DbssProject& project : options.projects) {
    if (project.credential != credential.name || !project.iam_endpoint) continue;
    targets[project.id] = absl::StrCat(project.iam_endpoint->ToString(), " ", project.ca_file);
  }
  return targets;
}

bool HaveSameSecret(const DbssCredential& a, const DbssCredential& b) {
  const auto of = [](const DbssCredential& c) {
    return std::tie(c.name, c.file, c.kind, c.user, c.domain, c.password_env, c.access_key_env,
                    c.secret_key_env, c.security_token_env);
  };
  return of(a) == of(b);
}

template <typename Part>
void RemoveAll(std::vector<std::shared_ptr<Part>>& from,
               const std::vector<std::shared_ptr<Part>>& of) {
  const auto is_one = [&of](const std::shared_ptr<Part>& part) {
    return std::find(of.begin(), of.end(), part) != of.end();
  };
  from.erase(std::remove_if(from.begin(), from.end(), is_one), from.end());
}

}  // namespace

ProjectRoute::ProjectRoute(HttpTarget target, core::StatusMap status_map,
                           std::shared_ptr<auth::Authenticator> authenticator, Line* line)
    : target_(std::move(target)),
      host_(target_.endpoint.HostHeader()),
      status_map_(std::move(status_map)),
      authenticator_(std::move(authenticator)),
      line_(line) {}

void RouteParts::Close(absl::Duration grace) {
  // First, or its waiters would keep their workers for the whole of it.
  for (const auto& authenticator : authenticators) authenticator->Close();
  // At the same time: each would wait for the whole of it.
  std::vector<std::thread> drains;
  drains.reserve(lines.size());
  for (const auto& line : lines) {
    drains.emplace_back([closing = line.get(), grace] { closing->Close(grace); });
  }
  for (std::thread& drain : drains) drain.join();
}

absl::StatusOr<std::shared_ptr<const Routes>> Routes::Make(const DbssOptions& options,
                                                           const Routes* before, Random* random,
                                                           Clock* clock) {
  // All of it is checked before the first thread is started.
  for (const DbssCredential& credential : options.credentials) {
    QUIESCE_RETURN_IF_ERROR(CheckCredential(credential));
  }
  for (const DbssProject& project : options.projects) {
    QUIESCE_RETURN_IF_ERROR(CheckProject(project));
  }
  auto routes = std::make_shared<Routes>();
  for (const DbssCredential& config : options.credentials) {
    QUIESCE_RETURN_IF_ERROR(routes->AddCredential(config, options, before, random, clock));
  }
  for (const DbssProject& config : options.projects) {
    QUIESCE_RETURN_IF_ERROR(routes->AddProject(config, options, before, clock));
  }
  return routes;
}

absl::Status Routes::AddCredential(const DbssCredential& config, const DbssOptions& options,
                                   const Routes* before, Random* random, Clock* clock) {
  Credential credential{config, IamTargetsOf(config, options), nullptr, {}};
  if (before != nullptr) {
    const auto old = before->credentials_.find(config.name);
    if (old != before->credentials_.end() && HaveSameSecret(old->second.config, config) &&
        old->second.iam_targets == credential.iam_targets) {
      credential.authenticator = old->second.authenticator;
    }
  }
  if (credential.authenticator == nullptr) {
    QUIESCE_ASSIGN_OR_RETURN(credential.authenticator,
                             MakeAuthenticator(config, options, random, clock));
  }
  if (credentials_.emplace(config.name, std::move(credential)).second) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("credential ", Quoted(config.name), " is there twice"));
}

// A line is the credential's by name alone: requests bring their own secrets.
std::shared_ptr<Line> Routes::FindLine(const DbssCredential& credential,
                                       const std::string& endpoint) const {
  const auto known = credentials_.find(credential.name);
  if (known == credentials_.end()) return nullptr;
  if (known->second.config.max_in_flight != credential.max_in_flight) return nullptr;
  const auto line = known->second.lines.find(endpoint);
  return line == known->second.lines.end() ? nullptr : line->second;
}

absl::Status Routes::AddProject(const DbssProject& config, const DbssOptions& options,
                                const Routes* before, Clock* clock) {
  const auto found = credentials_.find(config.credential);
  if (found == credentials_.end()) {
    return absl::InvalidArgumentError(absl::StrCat("project ", config.id, " uses the credential ",
                                                   Quoted(config.credential),
                                                   ", which is not configured"));
  }
  if (projects_.count(config.id) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("project ", config.id, " is there twice"));
  }
  Credential& credential = found->second;
  const std::string endpoint = config.endpoint.ToString();
  std::shared_ptr<Line>& line = credential.lines[endpoint];
  if (line == nullptr && before != nullptr) line = before->FindLine(credential.config, endpoint);
  if (line == nullptr) line = std::make_shared<Line>(credential.config.max_in_flight, clock);
  projects_.emplace(config.id, std::make_shared<ProjectRoute>(
                                   TargetOf(config.endpoint, config.ca_file, options),
                                   config.status_map, credential.authenticator, line.get()));
  return absl::OkStatus();
}

std::shared_ptr<ProjectRoute> Routes::Find(std::string_view project_id) const {
  const auto project = projects_.find(project_id);
  return project == projects_.end() ? nullptr : project->second;
}

RouteParts Routes::Parts() const {
  RouteParts parts;
  for (const auto& [name, credential] : credentials_) {
    parts.authenticators.push_back(credential.authenticator);
    for (const auto& [endpoint, line] : credential.lines) parts.lines.push_back(line);
  }
  return parts;
}

RouteParts Routes::PartsWithout(const Routes& other) const {
  RouteParts parts = Parts();
  const RouteParts kept = other.Parts();
  RemoveAll(parts.authenticators, kept.authenticators);
  RemoveAll(parts.lines, kept.lines);
  return parts;
}

}  // namespace quiesce::cloud
