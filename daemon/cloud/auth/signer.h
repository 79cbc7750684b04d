#ifndef QUIESCE_DAEMON_CLOUD_AUTH_SIGNER_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_SIGNER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "daemon/cloud/auth/key_pair.h"

// SDK-HMAC-SHA256, the signature of Huawei Cloud's API gateway. Pure.
namespace quiesce::cloud::auth {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// What a signature covers, besides the date and the security token, which Sign adds.
struct RequestToSign {
  std::string_view method;
  std::string_view path;  // not percent-encoded; begins with '/'
  NamedValues query;      // not percent-encoded, in any order
  NamedValues headers;    // names in any case; values that a header can carry
  std::string_view body;
};

// The headers to send with the request, besides those that it names: X-Sdk-Date, X-Security-Token
// for a temporary key, and Authorization. The gateway refuses a date that is off by more than 15
// minutes.
NamedValues Sign(const RequestToSign& request, const KeyPair& key, absl::Time now);

// Parts of it, for tests. The headers must include X-Sdk-Date.
std::string CanonicalQuery(const NamedValues& query);
std::string CanonicalRequest(const RequestToSign& request);

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_SIGNER_H_
