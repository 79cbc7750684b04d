#ifndef QUIESCE_DAEMON_CLOUD_AUTH_PASSWORD_AUTHENTICATOR_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_PASSWORD_AUTHENTICATOR_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/base/random.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/auth/iam_client.h"
#include "daemon/cloud/auth/past_secrets.h"
#include "daemon/cloud/auth/secret_source.h"
#include "daemon/cloud/auth/token_cache.h"

namespace quiesce::cloud::auth {

// An IAM user's password, which is sent to IAM only: requests carry the tokens that it gives. One
// thread of its own fetches and renews them, one at a time; see TokenCache for when. A password
// that changed is tried by fetching a token, while those of the one before stay in use.
class PasswordAuthenticator final : public Authenticator {
 public:
  struct User {
    std::string name;
    std::string domain;
  };
  // Clock and random source must outlive it and be thread-safe: the renewer uses them, and so do
  // those of other credentials.
  PasswordAuthenticator(User user, std::unique_ptr<SecretSource> source,
                        std::unique_ptr<TokenIssuer> issuer, Random* random, Clock* clock);
  ~PasswordAuthenticator() override;  // blocks while a host name is looked up

  absl::StatusOr<Authorization> Authorize(const OutgoingRequest& request,
                                          SteadyTime until) override;
  void Report(const Authorization& authorization, const OutgoingRequest& request,
              const Verdict& verdict, std::string_view error_code,
              std::string_view message) override;
  CredentialStatus Status(std::string_view project_id) const override;
  std::string Redact(std::string text) const override { return past_.Redact(std::move(text)); }
  void Close() override;

 private:
  void Refresh() ABSL_LOCKS_EXCLUDED(mu_);
  void Renew();
  // The next fetch that is due; waits for it. False: closed.
  bool WaitForFetch(TokenRequest& request, uint64_t& password) ABSL_LOCKS_EXCLUDED(mu_);
  void CutIfOverdue(SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string DetailOf(const TokenCache::Project& project) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  CredentialStatus::State StateOf(const TokenCache::Project& project, SteadyTime now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const User user_;
  const std::unique_ptr<SecretSource> source_;
  const std::unique_ptr<TokenIssuer> issuer_;
  Clock* const clock_;
  PastSecrets past_;

  // Held while the source is read, so that passwords are offered in the order in which they were
  // read.
  Mutex read_mu_ ABSL_ACQUIRED_BEFORE(mu_);
  mutable Mutex mu_;
  CondVar work_;     // something may be due, or closed
  CondVar changed_;  // a fetch ended, or closed
  TokenCache cache_ ABSL_GUARDED_BY(mu_);
  absl::Status source_status_ ABSL_GUARDED_BY(mu_) = absl::OkStatus();
  std::string password_ ABSL_GUARDED_BY(mu_);  // of the cache's version; empty: none
  uint64_t last_password_ ABSL_GUARDED_BY(mu_) = 0;
  SteadyTime overdue_at_ ABSL_GUARDED_BY(mu_) = SteadyTime::Infinite();  // of the fetch under way
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  std::thread renewer_;  // last: uses the others
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_PASSWORD_AUTHENTICATOR_H_
