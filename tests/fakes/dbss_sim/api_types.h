// A request to the simulated API and its reply, without the HTTP library that carries them.

#ifndef TESTS_FAKES_DBSS_SIM_API_TYPES_H_
#define TESTS_FAKES_DBSS_SIM_API_TYPES_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quiesce::dbss_sim {

// kOther is any request to a path that is not simulated: the gateway answers 404 APIGW.0101 to it.
enum class Op { kList, kStop, kToken, kOther };
inline constexpr int kOpCount = 4;

// "list", "stop", "token", "other": the names in the control interface.
const char* OpName(Op op);

struct ApiRequest {
  std::string_view method;
  std::string_view target;  // As on the request line: still percent-encoded, with query.
  std::optional<std::string_view> token;  // X-Auth-Token, when the header is there.
  std::string_view body;
};

// What reaches the client of a reply.
enum class Delivery {
  kWhole,
  kCut,    // The head and the first half of the body, then the connection is closed.
  kDrop,   // Nothing: the connection is closed.
  kReset,  // Nothing: the connection is reset.
};

struct ApiReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Delivery delivery = Delivery::kWhole;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_API_TYPES_H_
