#ifndef QUIESCE_DAEMON_CLOUD_AUTH_IAM_CLIENT_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_IAM_CLIENT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/auth/iam_answer.h"
#include "daemon/cloud/http_connection.h"
#include "daemon/cloud/safe_text.h"

namespace quiesce::cloud::auth {

// Where tokens come from. Issue on one thread at a time; Cut and Close from any.
class TokenIssuer {
 public:
  virtual ~TokenIssuer() = default;
  // Makes one request, or none when it was closed. Blocks until it is answered, fails or is cut.
  // `redact` knows the request's password: whoever is asked may repeat it.
  virtual TokenAnswer Issue(const TokenRequest& request, const Redactor& redact) = 0;
  // Ends the request under way. Does not block.
  virtual void Cut() = 0;
  // The same, and there will be no other.
  virtual void Close() = 0;
};

// IAM's endpoint of each project, by id. Thread-safe.
class IamTargets {
 public:
  using Map = std::map<std::string, HttpTarget>;
  explicit IamTargets(Map targets) : targets_(std::move(targets)) {}

  void Replace(Map targets);
  std::optional<HttpTarget> Find(const std::string& project_id) const;

 private:
  mutable Mutex mu_;
  Map targets_ ABSL_GUARDED_BY(mu_);
};

// IAM over HTTP: POST /v3/auth/tokens?nocatalog=true. The thread that calls Issue must be fit for
// HttpConnection.
class IamClient final : public TokenIssuer {
 public:
  // The targets may be replaced meanwhile. The clock must outlive it.
  IamClient(std::shared_ptr<const IamTargets> targets, Clock* clock)
      : targets_(std::move(targets)), clock_(clock) {}

  TokenAnswer Issue(const TokenRequest& request, const Redactor& redact) override;
  void Cut() override;
  void Close() override;

 private:
  HttpConnection& ConnectionTo(const HttpTarget& target);

  const std::shared_ptr<const IamTargets> targets_;
  Clock* const clock_;
  // By endpoint and authorities. The issuing thread's.
  std::map<std::string, std::unique_ptr<HttpConnection>> connections_;

  Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  HttpConnection* connection_ ABSL_GUARDED_BY(mu_) = nullptr;  // while Issue uses it
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_IAM_CLIENT_H_
