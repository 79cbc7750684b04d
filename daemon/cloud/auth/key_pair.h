#ifndef QUIESCE_DAEMON_CLOUD_AUTH_KEY_PAIR_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_KEY_PAIR_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quiesce::cloud::auth {

// An access key with its secret. All of it is secret to us.
struct KeyPair {
  std::string access_key;
  std::string secret_key;
  std::string security_token;  // of a temporary key; else empty
};

// Reads what one file holds, so that an access key never meets the secret of another:
//
//   access_key: ABCDEFGHIJ
//   secret_key: abcdefghij
//   security_token: ...     # of temporary keys only
//
// One a line, in any order; empty lines and lines that begin with '#' are passed over. Anything
// else is FAILED_PRECONDITION with `source` and the number of the line, never with what it holds:
// somebody may have put the secret where a name belongs.
absl::StatusOr<KeyPair> ParseKeyPair(std::string_view content, const std::string& source);

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_KEY_PAIR_H_
