#ifndef QUIESCE_DAEMON_CLOUD_MAKE_AUTHENTICATOR_H_
#define QUIESCE_DAEMON_CLOUD_MAKE_AUTHENTICATOR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/dbss_options.h"
#include "daemon/cloud/http_connection.h"

namespace quiesce::cloud {

// How to get to an endpoint, with the client's proxies and name.
HttpTarget TargetOf(const Endpoint& endpoint, const std::string& ca_file,
                    const DbssOptions& options);

// What authenticates the calls of one of the credentials of `options`. INVALID_ARGUMENT when it
// does not say where its secret is, or a project of it has no IAM endpoint where one is needed.
// Random source and clock are for all credentials: they must outlive them and be thread-safe.
absl::StatusOr<std::unique_ptr<auth::Authenticator>> MakeAuthenticator(
    const DbssCredential& credential, const DbssOptions& options, Random* random, Clock* clock);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_MAKE_AUTHENTICATOR_H_
