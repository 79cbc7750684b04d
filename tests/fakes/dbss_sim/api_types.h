// A request to the simulated API and its reply, without the HTTP library that carries them.

#ifndef TESTS_FAKES_DBSS_SIM_API_TYPES_H_
#define TESTS_FAKES_DBSS_SIM_API_TYPES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  // All of them, names as they were sent, in no particular order.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  bool tls = false;

  // The value of a header, whatever the case of its name; nullopt when it is not there.
  std::optional<std::string_view> Header(std::string_view name) const;
};

// What reaches the client of a reply.
enum class Delivery {
  kWhole,
  kCut,       // The head and the first half of the body, then the connection is closed.
  kCutReset,  // The same, then the connection is reset.
  kDrop,      // Nothing: the connection is closed.
  kReset,     // Nothing: the connection is reset.
};

// A reply that comes `bytes` at a time, the head too. 0 bytes: as fast as it goes.
struct Drip {
  std::size_t bytes = 0;
  std::chrono::microseconds interval{0};
};

struct ApiReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Delivery delivery = Delivery::kWhole;
  Drip drip;
  // When larger than `body`, so many bytes are sent: the body and then the letter x, made while
  // they are sent, so that a reply of a gigabyte needs no gigabyte.
  std::uint64_t padded_size = 0;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_API_TYPES_H_
