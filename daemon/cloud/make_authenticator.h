#ifndef QUIESCE_DAEMON_CLOUD_MAKE_AUTHENTICATOR_H_
#define QUIESCE_DAEMON_CLOUD_MAKE_AUTHENTICATOR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/auth/iam_client.h"
#include "daemon/cloud/dbss_options.h"
#include "daemon/cloud/http_connection.h"

namespace quiesce::cloud {

// How to get to an endpoint, with the client's proxies and name.
HttpTarget TargetOf(const Endpoint& endpoint, const std::string& ca_file,
                    const DbssOptions& options);

// Where the tokens of a password come from, for each project that uses it; empty for any other
// credential. INVALID_ARGUMENT when one of the projects has no IAM endpoint.
absl::StatusOr<auth::IamTargets::Map> IamTargetsOf(const DbssCredential& credential,
                                                   const DbssOptions& options);

// What authenticates the calls of one of the credentials of `options`; `targets` are for a password
// only. INVALID_ARGUMENT when it does not say where its secret is.
// Random source and clock are for all credentials: they must outlive them and be thread-safe.
absl::StatusOr<std::unique_ptr<auth::Authenticator>> MakeAuthenticator(
    const DbssCredential& credential, const DbssOptions& options,
    std::shared_ptr<const auth::IamTargets> targets, Random* random, Clock* clock);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_MAKE_AUTHENTICATOR_H_
