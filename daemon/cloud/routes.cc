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

bool HaveSameSource(const DbssCredential& a, const DbssCredential& b) {
  const auto of = [](const DbssCredential& c) {
    return std::tie(c.file, c.kind, c.user, c.domain, c.password_env, c.access_key_env,
                    c.secret_key_env, c.security_token_env);
  };
  return of(a) == of(b);
}

// A project that has another IAM now: what that one says of the password is not known.
bool HaveMoved(const auth::IamTargets::Map& before, const auth::IamTargets::Map& after) {
  return std::any_of(before.begin(), before.end(), [&after](const auto& target) {
    const auto other = after.find(target.first);
    return other != after.end() && (!(other->second.endpoint == target.second.endpoint) ||
                                    other->second.ca_file != target.second.ca_file ||
                                    other->second.ca_digest != target.second.ca_digest);
  });
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
  if (before != nullptr) routes->RememberUnused(*before);
  return routes;
}

const Routes::Secret* Routes::FindSecret(const Secret& wanted, const Routes& taken) const {
  const auto is_it = [&](const Secret& secret) {
    return HaveSameSource(secret.config, wanted.config) &&
           !HaveMoved(secret.targets, wanted.targets) && !taken.Uses(secret.authenticator.get());
  };
  const auto namesake = credentials_.find(wanted.config.name);
  if (namesake != credentials_.end() && is_it(namesake->second.secret)) {
    return &namesake->second.secret;
  }
  for (const auto& [name, credential] : credentials_) {
    if (is_it(credential.secret)) return &credential.secret;
  }
  const auto unused = std::find_if(unused_.begin(), unused_.end(), is_it);
  return unused == unused_.end() ? nullptr : &*unused;
}

bool Routes::Uses(const auth::Authenticator* authenticator) const {
  return std::any_of(credentials_.begin(), credentials_.end(), [&](const auto& credential) {
    return credential.second.secret.authenticator.get() == authenticator;
  });
}

absl::Status Routes::AddCredential(const DbssCredential& config, const DbssOptions& options,
                                   const Routes* before, Random* random, Clock* clock) {
  Secret secret;
  secret.config = config;
  QUIESCE_ASSIGN_OR_RETURN(secret.targets, IamTargetsOf(config, options));
  const Secret* const known = before == nullptr ? nullptr : before->FindSecret(secret, *this);
  if (known != nullptr) {
    secret.targets_in_force = known->targets_in_force;
    secret.authenticator = known->authenticator;
  } else {
    secret.targets_in_force = std::make_shared<auth::IamTargets>(secret.targets);
    QUIESCE_ASSIGN_OR_RETURN(
        secret.authenticator,
        MakeAuthenticator(config, options, secret.targets_in_force, random, clock));
  }
  if (credentials_.emplace(config.name, Credential{config.max_in_flight, std::move(secret)})
          .second) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("credential ", Quoted(config.name), " is there twice"));
}

// Five wrong signatures lock a key, however often it was taken out of the configuration and put
// back in between.
void Routes::RememberUnused(const Routes& before) {
  const auto remember = [this](const Secret& secret) {
    const bool is_key = secret.config.kind == CredentialStatus::Kind::kAccessKey;
    if (is_key && !Uses(secret.authenticator.get())) unused_.push_back(secret);
  };
  for (const auto& [name, credential] : before.credentials_) remember(credential.secret);
  for (const Secret& secret : before.unused_) remember(secret);
}

void Routes::PutInForce() const {
  for (const auto& [name, credential] : credentials_) {
    credential.secret.targets_in_force->Replace(credential.secret.targets);
  }
}

// Only with the same secret: a line is closed before its calls' authenticator goes.
std::shared_ptr<Line> Routes::FindLine(const Credential& credential,
                                       const std::string& endpoint) const {
  for (const auto& [name, known] : credentials_) {
    if (known.secret.authenticator != credential.secret.authenticator) continue;
    if (known.max_in_flight != credential.max_in_flight) continue;
    const auto line = known.lines.find(endpoint);
    if (line != known.lines.end()) return line->second;
  }
  return nullptr;
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
  if (line == nullptr && before != nullptr) line = before->FindLine(credential, endpoint);
  if (line == nullptr) line = std::make_shared<Line>(credential.max_in_flight, clock);
  projects_.emplace(config.id, std::make_shared<ProjectRoute>(
                                   TargetOf(config.endpoint, config.ca_file, options),
                                   config.status_map, credential.secret.authenticator, line.get()));
  return absl::OkStatus();
}

std::shared_ptr<ProjectRoute> Routes::Find(std::string_view project_id) const {
  const auto project = projects_.find(project_id);
  return project == projects_.end() ? nullptr : project->second;
}

RouteParts Routes::Parts() const {
  RouteParts parts;
  for (const auto& [name, credential] : credentials_) {
    parts.authenticators.push_back(credential.secret.authenticator);
    for (const auto& [endpoint, line] : credential.lines) parts.lines.push_back(line);
  }
  for (const Secret& secret : unused_) parts.authenticators.push_back(secret.authenticator);
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
