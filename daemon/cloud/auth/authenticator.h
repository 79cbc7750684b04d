#ifndef QUIESCE_DAEMON_CLOUD_AUTH_AUTHENTICATOR_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/error_table.h"

namespace quiesce::cloud::auth {

// What is to be authorized: one request to the API, as it will be sent.
struct OutgoingRequest {
  Operation operation = Operation::kList;
  std::string_view project_id;
  std::string_view method;
  std::string_view host;  // as in the Host header
  std::string_view path;  // of characters that need no encoding; no query
  std::string_view body;
};

// What a request carries to be believed. The headers hold secrets.
struct Authorization {
  std::vector<std::pair<std::string, std::string>> headers;
  // Which secret it was made from, so that a verdict about an old one cannot condemn a new one.
  uint64_t version = 0;
  // Whether the request is the one that tries this secret, and others wait for what comes of it.
  bool trial = false;
};

// Why Authorize has nothing after Close.
inline constexpr char kNotUsedAnyMore[] =
    "its credential is used no more: the configuration changed, or the daemon is stopping";

// One credential. Thread-safe.
//
// A secret that changed is tried with one list while the one before stays in use, and replaces it
// when that list works; a secret that was taken away (file removed or emptied) is not used any
// more. A secret that nothing is known of is tried by one request at a time. One that the cloud
// rejected is not sent again but by one request every limits::kRejectedProbe, and at once when its
// source changed: five wrong signatures in a row lock an access key at the real gateway for five
// minutes, so after two no more are sent of one secret, and no more than limits::kMaxSignedInFlight
// requests are under way with a key at any time.
class Authenticator {
 public:
  virtual ~Authenticator() = default;

  // Blocks until there is something to send or `until` has passed; usually does not block at all.
  // An error's message names the credential's source and the way out, and no byte of a secret:
  //   UNAVAILABLE  a token has to be fetched, or another request tries the secret, and that was not
  //                over in time. Nobody's failure.
  //   any other    the secret is rejected or locked and this request may not try it, or its source
  //                is missing, unreadable or holds none
  virtual absl::StatusOr<Authorization> Authorize(const OutgoingRequest& request,
                                                  SteadyTime until) = 0;

  // What came of a request that carried `authorization`: called once for each, also when no answer
  // came. `error_code` and `message` as the cloud gave them.
  virtual void Report(const Authorization& authorization, const OutgoingRequest& request,
                      const Verdict& verdict, std::string_view error_code,
                      std::string_view message) = 0;

  // How the credential stands for a project (tokens belong to one project). Does not block.
  virtual CredentialStatus Status(std::string_view project_id) const = 0;

  // `text` without any secret of this credential, past ones that may still be under way included.
  virtual std::string Redact(std::string text) const = 0;

  // Ends what Authorize blocks on, for good. Before destruction, when calls may be under way.
  virtual void Close() = 0;
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_AUTHENTICATOR_H_
