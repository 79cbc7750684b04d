#ifndef QUIESCE_DAEMON_CLOUD_ERROR_TABLE_H_
#define QUIESCE_DAEMON_CLOUD_ERROR_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/facts.h"

namespace quiesce::cloud {

enum class Operation : uint8_t { kStop, kList };

// How far a request got.
enum class Transport : uint8_t {
  kNotSent,   // certain: no byte of the request went out
  kDistrust,  // as certain: a peer was there, and its certificate was not believed
  kLost,      // sent, or perhaps sent; no whole answer came back
  kAnswered,  // a whole HTTP answer, or one cut at our own size limit
};

// What the body of an answer is, before anybody believes it.
enum class BodyShape : uint8_t {
  kEmpty,
  kJson,       // one whole JSON object whose fields have the documented types
  kWrongType,  // whole JSON, but not of the documented form
  kNotJson,    // broken off, or something else
  kHtml,
  kTooLarge,
};

// Everything a verdict depends on.
struct Answer {
  Operation operation = Operation::kStop;
  Transport transport = Transport::kAnswered;
  int http_status = 0;
  BodyShape shape = BodyShape::kEmpty;
  std::string_view error_code;  // "" when the body has none
  std::string_view result;      // of a stop: "success", "failed"
};

struct Verdict {
  core::CallClass call_class = core::CallClass::kUnknown;
  core::Outcome outcome = core::Outcome::kUnknown;
  // What the row says in words, for the message of a result: "the credential was not accepted".
  std::string_view meaning;
  bool mapped = true;  // false: no row knows this answer; the message must say so
};

// The error table: the one place that says what an answer of the cloud means. Pure and total.
//
// What no row knows is transient, and its outcome unknown unless the status says that nothing was
// done. For a list nothing can be done, so an unknown outcome is a transient failure there, and
// every answer but a whole list is one.
Verdict Classify(const Answer& answer);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_ERROR_TABLE_H_
