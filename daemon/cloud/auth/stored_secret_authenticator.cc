#include "daemon/cloud/auth/stored_secret_authenticator.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/cloud/auth/evidence.h"
#include "daemon/cloud/auth/key_pair.h"
#include "daemon/cloud/auth/secret_text.h"
#include "daemon/cloud/auth/signer.h"

namespace quiesce::cloud::auth {
namespace {

using Kind = CredentialStatus::Kind;
using State = CredentialStatus::State;

State StateOf(const SecretTrial& trial) {
  switch (trial.in_use().state) {
    case SecretTrial::State::kNone:
      return State::kUnused;
    case SecretTrial::State::kUntried:
      return trial.in_use().wrong_signatures > 0 ? State::kRejected : State::kUnused;
    case SecretTrial::State::kGood:
      return trial.next().version != 0 ? State::kTrying : State::kOk;
    case SecretTrial::State::kRejected:
      return State::kRejected;
    case SecretTrial::State::kLocked:
      return State::kLocked;
  }
  return State::kUnused;
}

}  // namespace

StoredSecretAuthenticator::StoredSecretAuthenticator(Kind kind,
                                                     std::unique_ptr<SecretSource> source,
                                                     Clock* clock)
    : kind_(kind), source_(std::move(source)), clock_(clock) {}

std::string StoredSecretAuthenticator::Noun() const {
  return kind_ == Kind::kAccessKey ? "access key" : "token";
}

std::string StoredSecretAuthenticator::ScopeOf(std::string_view project_id) const {
  return kind_ == Kind::kAccessKey ? std::string() : std::string(project_id);
}

StoredSecretAuthenticator::Scope& StoredSecretAuthenticator::Find(const std::string& name) {
  return scopes_.try_emplace(name, kind_ == Kind::kAccessKey).first->second;
}

absl::Status StoredSecretAuthenticator::CheckContent(const std::string& content) {
  if (kind_ == Kind::kAccessKey) {
    QUIESCE_ASSIGN_OR_RETURN(const KeyPair key, ParseKeyPair(content, source_->name()));
    past_.Add(key.access_key);
    past_.Add(key.secret_key);
    past_.Add(key.security_token);
  } else {
    QUIESCE_ASSIGN_OR_RETURN(const std::string token, TokenIn(content, source_->name()));
    past_.Add(token);
  }
  return absl::OkStatus();
}

uint64_t StoredSecretAuthenticator::VersionOf(Scope& scope, const Content& content) {
  for (const uint64_t version : {scope.trial.in_use().version, scope.trial.next().version}) {
    const auto known = scope.contents.find(version);
    if (known != scope.contents.end() && *known->second == *content) return version;
  }
  scope.contents[++last_version_] = content;
  return last_version_;
}

absl::Status StoredSecretAuthenticator::Refresh(const std::string& scope_name) {
  MutexLock reading(read_mu_);
  const absl::StatusOr<Content> content = source_->Get();
  const absl::Status status = content.ok() ? CheckContent(**content) : content.status();
  MutexLock lock(mu_);
  Scope& scope = Find(scope_name);
  scope.source = status;
  scope.trial.Offer(status.ok() ? VersionOf(scope, *content) : 0, clock_->Read().steady);
  for (auto it = scope.contents.begin(); it != scope.contents.end();) {
    const bool is_held =
        it->first == scope.trial.in_use().version || it->first == scope.trial.next().version;
    it = is_held ? std::next(it) : scope.contents.erase(it);
  }
  return status;
}

absl::StatusOr<SecretTrial::Choice> StoredSecretAuthenticator::Choose(const std::string& scope_name,
                                                                      bool is_list,
                                                                      SteadyTime until,
                                                                      Content& content) {
  MutexLock lock(mu_);
  Scope& scope = Find(scope_name);
  while (true) {
    if (closed_) return absl::UnavailableError(kNotUsedAnyMore);
    const SteadyTime now = clock_->Read().steady;
    const SecretTrial::Choice choice = scope.trial.Choose(is_list, now);
    if (choice.kind == SecretTrial::Choice::Kind::kSend) {
      content = scope.contents[choice.version];
      return choice;
    }
    if (choice.kind == SecretTrial::Choice::Kind::kRefuse) {
      // Taken away by another request that read the source since.
      if (!scope.source.ok()) return scope.source;
      return absl::FailedPreconditionError(DetailOf(scope));
    }
    if (now >= until) {
      return absl::UnavailableError(
          absl::StrCat("other requests are under way with the ", Noun(), " of ", source_->name()));
    }
    changed_.WaitFor(mu_, until - now);
  }
}

absl::StatusOr<Authorization> StoredSecretAuthenticator::Dress(const OutgoingRequest& request,
                                                               const std::string& content) {
  Authorization authorization;
  if (kind_ != Kind::kAccessKey) {
    QUIESCE_ASSIGN_OR_RETURN(std::string token, TokenIn(content, source_->name()));
    authorization.headers.emplace_back("X-Auth-Token", std::move(token));
    return authorization;
  }
  QUIESCE_ASSIGN_OR_RETURN(const KeyPair key, ParseKeyPair(content, source_->name()));
  RequestToSign to_sign;
  to_sign.method = request.method;
  to_sign.path = request.path;
  to_sign.body = request.body;
  to_sign.headers = {{"Host", std::string(request.host)},
                     {"X-Project-Id", std::string(request.project_id)}};
  authorization.headers = Sign(to_sign, key, clock_->Read().wall);
  authorization.headers.emplace_back("X-Project-Id", std::string(request.project_id));
  return authorization;
}

absl::StatusOr<Authorization> StoredSecretAuthenticator::Authorize(const OutgoingRequest& request,
                                                                   SteadyTime until) {
  const std::string scope = ScopeOf(request.project_id);
  QUIESCE_RETURN_IF_ERROR(Refresh(scope));
  Content content;
  QUIESCE_ASSIGN_OR_RETURN(const SecretTrial::Choice choice,
                           Choose(scope, request.operation == Operation::kList, until, content));
  // The content was checked when it was read.
  QUIESCE_ASSIGN_OR_RETURN(Authorization authorization, Dress(request, *content));
  authorization.version = choice.version;
  authorization.trial = choice.trial;
  return authorization;
}

void StoredSecretAuthenticator::Report(const Authorization& authorization,
                                       const OutgoingRequest& request, const Verdict& verdict,
                                       std::string_view error_code, std::string_view message) {
  const Evidence evidence = EvidenceOf(verdict, error_code, message);
  MutexLock lock(mu_);
  Scope& scope = Find(ScopeOf(request.project_id));
  const bool concerns_us = authorization.version == scope.trial.in_use().version ||
                           authorization.version == scope.trial.next().version;
  scope.trial.Report(authorization.version, authorization.trial, evidence, clock_->Read().steady);
  if (concerns_us && evidence >= Evidence::kForbidden) {
    scope.refusal = past_.Refusal(error_code, message);
  }
  changed_.NotifyAll();
}

// Why the secret is not sent, or what else there is to say of it.
std::string StoredSecretAuthenticator::DetailOf(const Scope& scope) const {
  const std::string& name = source_->name();
  const std::string said = scope.refusal.empty() ? "" : absl::StrCat(" (", scope.refusal, ")");
  switch (StateOf(scope.trial)) {
    case State::kRejected:
      if (scope.trial.in_use().state == SecretTrial::State::kUntried) {
        return absl::StrCat("the cloud refused a signature of ", name, said,
                            "; one more and the key rests");
      }
      return absl::StrCat("the cloud does not accept the ", Noun(), " of ", name, said,
                          "; put a good one there, or wait for the next try");
    case State::kLocked:
      return absl::StrCat("the cloud refused ", scope.trial.in_use().wrong_signatures,
                          " signatures of ", name, said,
                          "; no more are sent, because five lock the key: put a good pair there, "
                          "check this machine's clock, or wait for the next try");
    case State::kTrying:
      if (scope.trial.next().state == SecretTrial::State::kUntried) {
        return absl::StrCat("the changed ", Noun(), " of ", name,
                            " is tried with the next list; the one before is in use");
      }
      return absl::StrCat("the cloud does not accept the changed ", Noun(), " of ", name, said,
                          "; the one before is in use");
    default:
      return scope.trial.NextProbe().is_never()
                 ? ""
                 : absl::StrCat("too many signatures of ", name, " were refused lately", said);
  }
}

CredentialStatus StoredSecretAuthenticator::Status(std::string_view project_id) const {
  const Now now = clock_->Read();
  const auto wall = [&now](SteadyTime when) {
    return when.is_never() ? std::nullopt : std::optional<absl::Time>(now.ToWall(when));
  };
  CredentialStatus status;
  status.kind = kind_;
  status.source = source_->name();
  MutexLock lock(mu_);
  const auto found = scopes_.find(ScopeOf(project_id));
  if (found == scopes_.end()) return status;
  const Scope& scope = found->second;
  if (!scope.source.ok()) {
    status.state = State::kMissing;
    status.detail = std::string(scope.source.message());
    return status;
  }
  const SecretTrial::Slot& in_use = scope.trial.in_use();
  status.state = StateOf(scope.trial);
  if (status.state != State::kOk) status.detail = DetailOf(scope);
  if (in_use.version != 0) status.changed_at = wall(in_use.since);
  status.last_success_at = wall(in_use.last_good);
  if (in_use.state == SecretTrial::State::kGood) {
    status.next_probe_at = wall(scope.trial.next().next_probe);
  } else {
    status.next_probe_at = wall(scope.trial.NextProbe());
  }
  return status;
}

void StoredSecretAuthenticator::Close() {
  MutexLock lock(mu_);
  closed_ = true;
  changed_.NotifyAll();
}

}  // namespace quiesce::cloud::auth
