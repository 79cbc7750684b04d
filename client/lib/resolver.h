#ifndef QUIESCE_CLIENT_LIB_RESOLVER_H_
#define QUIESCE_CLIENT_LIB_RESOLVER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/lib/connection.h"
#include "client/lib/options.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::client {

// See Client::FindInstances and Client::ResolveInstance.
absl::StatusOr<std::vector<v1::Instance>> FindInstances(Connection& connection,
                                                        std::string_view reference, size_t limit,
                                                        const CallOptions& call);
absl::StatusOr<std::string> ResolveInstance(Connection& connection, std::string_view reference,
                                            const CallOptions& call);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_RESOLVER_H_
