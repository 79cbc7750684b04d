#ifndef QUIESCE_DAEMON_CLOUD_AUTH_STORED_SECRET_AUTHENTICATOR_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_STORED_SECRET_AUTHENTICATOR_H_

#include <map>
#include <memory>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/auth/past_secrets.h"
#include "daemon/cloud/auth/secret_source.h"
#include "daemon/cloud/auth/secret_trial.h"

namespace quiesce::cloud::auth {

// A secret that is sent, or signed with, as it is stored: a token that somebody else renews, or an
// access key. A token is tried for each project by itself, because it belongs to one; a key for all
// of them together, because the gateway counts its failures together.
class StoredSecretAuthenticator final : public Authenticator {
 public:
  // `kind`: kTokenFile or kAccessKey. The clock must outlive it.
  StoredSecretAuthenticator(CredentialStatus::Kind kind, std::unique_ptr<SecretSource> source,
                            Clock* clock);

  absl::StatusOr<Authorization> Authorize(const OutgoingRequest& request,
                                          SteadyTime until) override;
  void Report(const Authorization& authorization, const OutgoingRequest& request,
              const Verdict& verdict, std::string_view error_code,
              std::string_view message) override;
  CredentialStatus Status(std::string_view project_id) const override;
  std::string Redact(std::string text) const override { return past_.Redact(std::move(text)); }
  void Close() override;

 private:
  using Content = std::shared_ptr<const std::string>;
  // What is known of the secret within one project, or in all.
  struct Scope {
    explicit Scope(bool is_counted) : trial(is_counted) {}
    SecretTrial trial;
    std::map<uint64_t, Content> contents;  // of the versions of the trial
    absl::Status source = absl::OkStatus();
    std::string refusal;  // what the cloud said when it last refused it; safe to show
  };

  Scope& Find(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string ScopeOf(std::string_view project_id) const;
  // Reads the source, and offers what it holds.
  absl::Status Refresh(const std::string& scope) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status CheckContent(const std::string& content);
  uint64_t VersionOf(Scope& scope, const Content& content) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<SecretTrial::Choice> Choose(const std::string& scope, bool is_list,
                                             SteadyTime until, Content& content);
  absl::StatusOr<Authorization> Dress(const OutgoingRequest& request, const std::string& content);
  std::string DetailOf(const Scope& scope) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string Noun() const;

  const CredentialStatus::Kind kind_;
  const std::unique_ptr<SecretSource> source_;
  Clock* const clock_;
  PastSecrets past_;

  // Held while the source is read, so that versions are offered in the order in which they were
  // read; Status, which must not wait for a file system, does without.
  Mutex read_mu_ ABSL_ACQUIRED_BEFORE(mu_);
  mutable Mutex mu_;
  CondVar changed_;
  std::map<std::string, Scope> scopes_ ABSL_GUARDED_BY(mu_);
  uint64_t last_version_ ABSL_GUARDED_BY(mu_) = 0;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_STORED_SECRET_AUTHENTICATOR_H_
