#ifndef QUIESCE_DAEMON_CLOUD_AUTH_EVIDENCE_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_EVIDENCE_H_

#include <cstdint>
#include <string_view>

#include "daemon/cloud/error_table.h"

namespace quiesce::cloud::auth {

// What an answer says about the secret that its request was sent with.
enum class Evidence : uint8_t {
  kNone,            // nothing: no answer, or one of somebody who did not look at it
  kWorks,           // accepted, and the request was carried out
  kKnown,           // accepted, but this request failed for another reason
  kForbidden,       // accepted, but it may not do this
  kRefused,         // not accepted
  kWrongSignature,  // not accepted, and counted toward the lock of an access key
  kLockedOut,       // the gateway has locked the access key
};

// Pure and total.
Evidence EvidenceOf(const Verdict& verdict, std::string_view error_code, std::string_view message);

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_EVIDENCE_H_
