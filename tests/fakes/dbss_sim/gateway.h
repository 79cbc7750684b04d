// The gateway before the service: who may call, and how often (daemon/cloud/API.md 4). Looks first
// at the quotas of the address, then at the credential (X-Auth-Token, or without it the signature),
// then at the quotas of the user, and at last at the user's projects. Thread-safe.

#ifndef TESTS_FAKES_DBSS_SIM_GATEWAY_H_
#define TESTS_FAKES_DBSS_SIM_GATEWAY_H_

#include <chrono>
#include <optional>
#include <string>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/key_book.h"
#include "tests/fakes/dbss_sim/quota_book.h"
#include "tests/fakes/dbss_sim/token_book.h"

namespace quiesce::dbss_sim {

// Which of the two documented answers an expired token gets.
enum class ExpiredTokenAnswer {
  kExpires,        // 401 APIGW.0301 "token expires, expires_at: ..."
  kMustBeUpdated,  // 401 APIGW.0307
};

// The moment of a request, on the simulator's clock and on the calendar's.
struct Moment {
  SimTime now{0};
  std::chrono::system_clock::time_point wall;
};

class Gateway {
 public:
  enum class Reason { kNone, kThrottled, kUnauthenticated, kForbidden };
  struct Refusal {
    Reason reason = Reason::kNone;
    ApiReply reply;
  };

  TokenBook& tokens() { return tokens_; }
  KeyBook& keys() { return keys_; }
  QuotaBook& quotas() { return quotas_; }

  // nullopt when the request reaches the service of that project.
  std::optional<Refusal> Refuse(const ApiRequest& request, Op op, const std::string& project,
                                ExpiredTokenAnswer expired, const Moment& moment,
                                const std::string& request_id);

  // The same for the token endpoint, which needs no credential: quotas only, of the user who asks.
  std::optional<Refusal> RefuseTokenRequest(const std::string& user, const Moment& moment,
                                            const std::string& request_id);

 private:
  struct Caller {
    std::string user;
    bool project_allowed = false;
    std::optional<ApiReply> refusal;
  };
  Caller Identify(const ApiRequest& request, const std::string& project, ExpiredTokenAnswer expired,
                  const Moment& moment, const std::string& request_id);

  TokenBook tokens_;
  KeyBook keys_;
  QuotaBook quotas_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_GATEWAY_H_
