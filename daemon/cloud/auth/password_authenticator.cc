#include "daemon/cloud/auth/password_authenticator.h"

#include <pthread.h>
#include <signal.h>

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/cloud/auth/secret_text.h"

namespace quiesce::cloud::auth {
namespace {

using State = CredentialStatus::State;
using Trouble = TokenCache::Trouble;

// As HttpConnection wants it. The process's signals are for another thread.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

PasswordAuthenticator::PasswordAuthenticator(User user, std::unique_ptr<SecretSource> source,
                                             std::unique_ptr<TokenIssuer> issuer, Random* random,
                                             Clock* clock)
    : user_(std::move(user)),
      source_(std::move(source)),
      issuer_(std::move(issuer)),
      clock_(clock),
      cache_(random),
      renewer_([this] { Renew(); }) {}

PasswordAuthenticator::~PasswordAuthenticator() {
  Close();
  renewer_.join();
}

void PasswordAuthenticator::Close() {
  issuer_->Close();
  MutexLock lock(mu_);
  closed_ = true;
  work_.NotifyAll();
  changed_.NotifyAll();
}

void PasswordAuthenticator::Refresh() {
  MutexLock reading(read_mu_);
  const auto content = source_->Get();
  absl::StatusOr<std::string> password = content.ok()
                                             ? PasswordIn(**content, source_->name())
                                             : absl::StatusOr<std::string>(content.status());
  if (password.ok()) past_.Add(*password);
  MutexLock lock(mu_);
  source_status_ = password.status();
  const std::string now_held = password.ok() ? *std::move(password) : "";
  if (now_held == password_) return;
  password_ = now_held;
  cache_.OfferPassword(now_held.empty() ? 0 : ++last_password_, clock_->Read().steady);
  work_.NotifyAll();
}

// A peer that sends a byte now and then keeps no timer of the HTTP library from starting anew.
void PasswordAuthenticator::CutIfOverdue(SteadyTime now) {
  if (now < overdue_at_) return;
  overdue_at_ = SteadyTime::Infinite();
  issuer_->Cut();
}

absl::StatusOr<Authorization> PasswordAuthenticator::Authorize(const OutgoingRequest& request,
                                                               SteadyTime until) {
  Refresh();
  const std::string project_id(request.project_id);
  MutexLock lock(mu_);
  while (true) {
    if (closed_) return absl::UnavailableError(kNotUsedAnyMore);
    if (!source_status_.ok()) return source_status_;
    const SteadyTime now = clock_->Read().steady;
    CutIfOverdue(now);
    const TokenCache::Found found = cache_.Find(project_id, now);
    // The renewer did not know this project before; and what it sleeps by may not be our clock.
    if (const auto next = cache_.NextFetch(); next && next->at <= now) work_.NotifyAll();
    if (found.kind == TokenCache::Found::Kind::kSend) {
      Authorization authorization;
      past_.Add(found.token->text);  // may be the oldest of many
      authorization.headers.emplace_back("X-Auth-Token", found.token->text);
      authorization.version = found.token->version;
      return authorization;
    }
    const TokenCache::Project& project = *cache_.Look(project_id);
    if (found.kind == TokenCache::Found::Kind::kRefuse) {
      return absl::FailedPreconditionError(DetailOf(project));
    }
    if (now >= until || cache_.NextTry(project) > until) {
      const std::string problem = cache_.ProblemOf(project);
      const bool has_failed = cache_.TroubleOf(project) != Trouble::kNone && !problem.empty();
      return absl::UnavailableError(absl::StrCat(
          "the token is being renewed", has_failed ? ": " : "", has_failed ? problem : ""));
    }
    changed_.WaitFor(mu_, until - now);
  }
}

void PasswordAuthenticator::Report(const Authorization& authorization,
                                   const OutgoingRequest& request, const Verdict& verdict,
                                   std::string_view error_code, std::string_view message) {
  const Evidence evidence = EvidenceOf(verdict, error_code, message);
  const std::string said =
      evidence > Evidence::kForbidden ? past_.Refusal(error_code, message) : "";
  MutexLock lock(mu_);
  cache_.Report(std::string(request.project_id), authorization.version, evidence, said,
                clock_->Read().steady);
  work_.NotifyAll();
}

bool PasswordAuthenticator::WaitForFetch(TokenRequest& request, uint64_t& password) {
  MutexLock lock(mu_);
  while (!closed_) {
    const SteadyTime now = clock_->Read().steady;
    const std::optional<TokenCache::Fetch> next = cache_.NextFetch();
    if (next && next->at <= now) {
      cache_.Started(next->project_id, now);
      overdue_at_ = now + limits::kTokenRequestDeadline;
      request = {user_.name, user_.domain, password_, next->project_id};
      password = cache_.password();
      return true;
    }
    if (next) {
      work_.WaitFor(mu_, next->at - now);
    } else {
      work_.Wait(mu_);
    }
  }
  return false;
}

void PasswordAuthenticator::Renew() {
  BlockSignals();
  TokenRequest request;
  uint64_t password = 0;
  while (WaitForFetch(request, password)) {
    const TokenAnswer answer =
        issuer_->Issue(request, [this](std::string text) { return Redact(std::move(text)); });
    past_.Add(answer.token);
    MutexLock lock(mu_);
    overdue_at_ = SteadyTime::Infinite();
    cache_.Ended(request.project_id, password, answer, clock_->Read().steady);
    changed_.NotifyAll();
  }
}

std::string PasswordAuthenticator::DetailOf(const TokenCache::Project& project) const {
  const std::string problem = cache_.ProblemOf(project);
  switch (cache_.TroubleOf(project)) {
    case Trouble::kPasswordRefused:
      return absl::StrCat("IAM does not accept the password of ", source_->name(), " (", problem,
                          "); put the right one there, or wait for the next try");
    case Trouble::kProjectRefused:
      return absl::StrCat("IAM gives no token for this project (", problem,
                          "); check the user, its domain and the project's id");
    case Trouble::kTokenRefused:
      return absl::StrCat("the cloud does not accept the tokens of IAM (", problem,
                          "); check region and iam_endpoint");
    case Trouble::kNoToken:
      return absl::StrCat("no token from IAM: ", problem);
    case Trouble::kNone:
      break;
  }
  return "";
}

State PasswordAuthenticator::StateOf(const TokenCache::Project& project, SteadyTime now) const {
  const bool has_token = project.token.version != 0 && now < project.token.expires_at;
  switch (cache_.TroubleOf(project)) {
    case Trouble::kPasswordRefused:
    case Trouble::kProjectRefused:
    case Trouble::kTokenRefused:
      return State::kRejected;
    case Trouble::kNoToken:
    case Trouble::kNone:
      break;
  }
  if (!has_token) return State::kRenewing;
  return project.token.password == cache_.password() ? State::kOk : State::kTrying;
}

CredentialStatus PasswordAuthenticator::Status(std::string_view project_id) const {
  const Now now = clock_->Read();
  CredentialStatus status;
  status.kind = CredentialStatus::Kind::kPassword;
  status.source = source_->name();
  MutexLock lock(mu_);
  const TokenCache::Project* project = cache_.Look(project_id);
  if (!source_status_.ok()) {
    status.state = State::kMissing;
    status.detail = std::string(source_status_.message());
    return status;
  }
  if (project == nullptr) return status;
  status.state = StateOf(*project, now.steady);
  status.detail = DetailOf(*project);
  if (status.state == State::kTrying && status.detail.empty()) {
    status.detail = absl::StrCat("the changed password of ", source_->name(),
                                 " is being tried; a token of the one before is in use");
  }
  if (project->token.version != 0) {
    status.changed_at = now.ToWall(project->token.fetched_at);
    status.expires_at = project->token.wall_expires_at;
  }
  if (!project->last_good.is_never()) status.last_success_at = now.ToWall(project->last_good);
  if (status.state == State::kRejected) {
    status.next_probe_at = now.ToWall(cache_.NextTry(*project));
  }
  return status;
}

}  // namespace quiesce::cloud::auth
