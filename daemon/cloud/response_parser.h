#ifndef QUIESCE_DAEMON_CLOUD_RESPONSE_PARSER_H_
#define QUIESCE_DAEMON_CLOUD_RESPONSE_PARSER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "daemon/cloud/error_table.h"
#include "daemon/core/power_state.h"
#include "daemon/core/transition.h"

// From the bytes of an answer to values that may be believed and shown. Pure; nothing here throws,
// whatever the bytes are. Everywhere null means the same as absent, as in the published examples.
namespace quiesce::cloud {

// Any answer that is not a list: of a stop, or of a failed call.
struct ParsedAnswer {
  BodyShape shape = BodyShape::kEmpty;
  std::string result;      // "" when absent
  std::string error_code;  // "" when absent; bounded
  std::string message;     // what the cloud says about it; safe to show, bounded
};

// Reads `result`, and an error in any form seen in the wild: flat error_code/error_msg, a numeric
// or textual `code` with `message`, either of them in a nested object such as {"error": {...}}, and
// the first of `details`. `encoded_authorization_message` is left out: it is no message.
// A body that is not JSON gives its first words, unless it is a web page.
ParsedAnswer ParseAnswer(std::string_view body);

struct ParsedList {
  BodyShape shape =
      BodyShape::kEmpty;  // kJson: the list is whole, and only then are there instances
  std::vector<core::ListedInstance> instances;
  // Of a body that is no list: where it stops being one, safe to show, and the error it may carry.
  std::string message;
  std::string error_code;
};

// Reads a list and folds the nodes of each instance. A list is taken whole or not at all, because
// what it lacks counts as absence. So it must be one whole JSON object with an array `clusters`
// whose entries each have a well-formed `instance_id` that no other entry has: an entry that cannot
// be told from another might be the very instance whose absence we would conclude. What a list says
// about an instance may be incomplete (no detail, no nodes, a null status): that folds to UNKNOWN.
// A value of another type than documented, in any field we read, means that we do not understand
// the format, and spoils the list.
ParsedList ParseList(std::string_view body, const core::StatusMap& extra);

// The value of a Retry-After header: seconds, or an HTTP date seen from `now`. Never negative, at
// most kMaxThrottlePause; nothing when the text is neither.
std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now);

// `text` as it may be shown and stored: control and invisible characters and bytes that are not
// UTF-8 are replaced, words too long for people (tokens, encoded blobs) are named by their length,
// `secret` (if not empty) is taken out, all cut to `max_bytes`.
std::string SafeText(std::string_view text, size_t max_bytes, std::string_view secret = {});

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_RESPONSE_PARSER_H_
