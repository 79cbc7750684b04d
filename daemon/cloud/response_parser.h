#ifndef QUIESCE_DAEMON_CLOUD_RESPONSE_PARSER_H_
#define QUIESCE_DAEMON_CLOUD_RESPONSE_PARSER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "daemon/cloud/error_table.h"
#include "daemon/cloud/safe_text.h"

// From the bytes of an answer to values that may be believed and shown: everything but lists (see
// list_reader.h). Pure; nothing here throws, whatever the bytes are. Everywhere null means the same
// as absent, as in the published examples.
namespace quiesce::cloud {

// Any answer that is not a list: of a stop, or of a failed call.
struct ParsedAnswer {
  BodyShape shape = BodyShape::kEmpty;
  std::string result;      // "" when absent; bounded; to compare, not to show
  std::string error_code;  // "" when absent; safe to show, bounded
  std::string message;     // what the cloud says about it; safe to show, bounded
};

// Reads `result`, and an error in any form seen in the wild: flat error_code/error_msg, a numeric
// or textual `code` with `message`, either of them in a nested object such as {"error": {...}}, and
// the first of `details`. `encoded_authorization_message` is left out: it is no message.
// A body that is not JSON gives its first words, unless it is a web page. Secrets are taken out of
// the texts as they are after JSON's escapes are undone, and before they are bounded.
ParsedAnswer ParseAnswer(std::string_view body, const Redactor& redact);

// What a body is that did not parse as JSON: kEmpty, kHtml or kNotJson.
BodyShape ShapeOfNonJson(std::string_view body);

// The value of a Retry-After header: seconds, or an HTTP date seen from `now`. Never negative, at
// most kMaxThrottlePause; nothing when the text is neither.
std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now);

// The value of a Date header.
std::optional<absl::Time> ParseHttpDate(std::string_view text);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_RESPONSE_PARSER_H_
