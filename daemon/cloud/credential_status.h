#ifndef QUIESCE_DAEMON_CLOUD_CREDENTIAL_STATUS_H_
#define QUIESCE_DAEMON_CLOUD_CREDENTIAL_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace quiesce::cloud {

// How a credential stands, for `quiesce projects` and for decisions that wait for it. Holds no
// secret.
struct CredentialStatus {
  enum class Kind : uint8_t { kTokenFile, kPassword, kAccessKey };
  enum class State : uint8_t {
    kUnused,    // nothing was sent with it yet
    kOk,        // the last answer was not about it
    kTrying,    // a changed secret is being tried; the one before is in use
    kMissing,   // its source is missing, unreadable, or holds no secret
    kRejected,  // the cloud does not accept it: probed now and then, and when its source changes
    kLocked,    // two signatures were refused: the same, before the gateway locks the key
    kRenewing,  // a token has to be fetched and was not yet
  };
  Kind kind = Kind::kTokenFile;
  State state = State::kUnused;
  std::string source;                    // the file or variable that holds the secret
  std::string detail;                    // unless OK: what is wrong and the way out; safe to show
  std::optional<absl::Time> changed_at;  // when the secret in use was first read
  std::optional<absl::Time> expires_at;  // of a token whose end is known
  std::optional<absl::Time> last_success_at;  // when an answer last showed that it is accepted
  std::optional<absl::Time> next_probe_at;    // of a rejected or locked one
};

// What its secret is, in a sentence.
inline std::string_view SecretNoun(CredentialStatus::Kind kind) {
  switch (kind) {
    case CredentialStatus::Kind::kPassword:
      return "password";
    case CredentialStatus::Kind::kAccessKey:
      return "key pair";
    case CredentialStatus::Kind::kTokenFile:
      break;
  }
  return "token";
}

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_CREDENTIAL_STATUS_H_
