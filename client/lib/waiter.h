#ifndef QUIESCE_CLIENT_LIB_WAITER_H_
#define QUIESCE_CLIENT_LIB_WAITER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/connection.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::client {

// See Client::WaitInstance.
absl::StatusOr<v1::WaitInstanceResponse> WaitInstance(Connection& connection,
                                                      const std::string& name,
                                                      const std::string& etag,
                                                      absl::Duration timeout, CancelToken* cancel);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_WAITER_H_
