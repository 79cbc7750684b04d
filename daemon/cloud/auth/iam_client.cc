#include "daemon/cloud/auth/iam_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"

namespace quiesce::cloud::auth {
namespace {

constexpr char kTokenPath[] = "/v3/auth/tokens?nocatalog=true";

TokenAnswer NoToken(std::string problem) {
  TokenAnswer answer;
  answer.problem = std::move(problem);
  return answer;
}

}  // namespace

void IamTargets::Replace(Map targets) {
  MutexLock lock(mu_);
  targets_.swap(targets);
}

std::optional<HttpTarget> IamTargets::Find(const std::string& project_id) const {
  MutexLock lock(mu_);
  const auto target = targets_.find(project_id);
  return target == targets_.end() ? std::nullopt : std::optional<HttpTarget>(target->second);
}

HttpConnection& IamClient::ConnectionTo(const HttpTarget& target) {
  auto& connection =
      connections_[absl::StrCat(target.endpoint.ToString(), " ", target.ca_file, target.ca_digest)];
  if (connection == nullptr) connection = std::make_unique<HttpConnection>(target, clock_);
  return *connection;
}

TokenAnswer IamClient::Issue(const TokenRequest& request, const Redactor& redact) {
  const std::optional<HttpTarget> target = targets_->Find(request.project_id);
  if (!target) return NoToken("the project has no IAM endpoint");
  HttpConnection& connection = ConnectionTo(*target);
  {
    MutexLock lock(mu_);
    if (closed_) return NoToken("the credential is not used any more");
    connection.Arm();
    connection_ = &connection;
  }
  HttpRequest post;
  post.path = kTokenPath;
  post.body = TokenRequestBody(request);
  post.timeout = limits::kTokenRequestDeadline;
  post.success_status = 201;
  post.max_body_bytes = limits::kMaxTokenAnswerBytes;
  const HttpReply reply = connection.Post(post);
  {
    MutexLock lock(mu_);
    connection_ = nullptr;
  }
  if (reply.transport != Transport::kAnswered) return NoToken(reply.problem);
  if (reply.too_large) return NoToken("IAM answered with a body over the size limit");
  return ParseTokenAnswer(reply.status, reply.subject_token, reply.body, clock_->Read().wall,
                          redact);
}

void IamClient::Cut() {
  MutexLock lock(mu_);
  if (connection_ != nullptr) connection_->Cut();
}

void IamClient::Close() {
  MutexLock lock(mu_);
  closed_ = true;
  if (connection_ != nullptr) connection_->Cut();
}

}  // namespace quiesce::cloud::auth
