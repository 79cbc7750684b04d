// POST /v3/auth/tokens: a token for a name and a password (daemon/cloud/API.md 5.2).

#ifndef TESTS_FAKES_DBSS_SIM_TOKEN_ENDPOINT_H_
#define TESTS_FAKES_DBSS_SIM_TOKEN_ENDPOINT_H_

#include <chrono>
#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/token_book.h"

namespace quiesce::dbss_sim {

inline constexpr std::chrono::hours kTokenLifetime{24};  // In the real cloud.

// "2020-01-04T09:05:22.701000Z": the form of a token's times (daemon/cloud/API.md 5.2).
std::string IamTime(std::chrono::system_clock::time_point moment);

// The user whom the body of a request names, as far as it can be read.
std::string UserOfTokenRequest(std::string_view body);

// Answers 201 with a new token in X-Subject-Token, good for `lifetime` and for the project of the
// scope, which it has put into `tokens`; or 400 or 401 with the error of IAM, and no token. A scope
// of a domain, which is real but opens no project, gives a token that opens none. `unique` makes
// the token's text, so it must differ between calls. `now` is the simulator's time, `wall` the
// calendar's.
ApiReply IssueToken(std::string_view body, const Cloud& cloud, std::string_view unique, SimTime now,
                    std::chrono::system_clock::time_point wall, std::chrono::microseconds lifetime,
                    TokenBook* tokens);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_TOKEN_ENDPOINT_H_
