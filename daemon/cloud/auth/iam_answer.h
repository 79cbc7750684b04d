#ifndef QUIESCE_DAEMON_CLOUD_AUTH_IAM_ANSWER_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_IAM_ANSWER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "daemon/cloud/safe_text.h"

// The two messages of IAM's token endpoint, from and to values. Pure; nothing here throws, whatever
// the bytes are.
namespace quiesce::cloud::auth {

// Who asks for a token, and for which project.
struct TokenRequest {
  std::string user;
  std::string domain;
  std::string password;
  std::string project_id;
};

// The body of a request. All must be UTF-8.
std::string TokenRequestBody(const TokenRequest& request);

struct TokenAnswer {
  enum class Result : uint8_t {
    kToken,
    kWrongPassword,  // 401: asking again counts toward a lock of the account
    kRefused,        // asking again will not help
    kNoToken,        // no answer, or one of a fault that passes
  };
  Result result = Result::kNoToken;
  std::string token;
  absl::Time expires_at;
  // From issued_at to expires_at: right even when our clock is not. Positive with a token.
  absl::Duration lifetime;
  std::string problem;  // unless kToken: safe to show
};

// `status`, X-Subject-Token and body as the peer sent them. Without `issued_at` in the body a token
// lives from `now`. `redact` takes the password out of what IAM says, and whatever else it may
// know.
TokenAnswer ParseTokenAnswer(int status, std::string_view subject_token, std::string_view body,
                             absl::Time now, const Redactor& redact);

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_IAM_ANSWER_H_
