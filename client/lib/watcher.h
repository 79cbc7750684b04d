#ifndef QUIESCE_CLIENT_LIB_WATCHER_H_
#define QUIESCE_CLIENT_LIB_WATCHER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "client/lib/connection.h"
#include "client/lib/watch_handler.h"

namespace quiesce::client {

// See Client::Watch.
absl::Status Watch(Connection& connection, const std::string& filter, int64_t revision,
                   WatchHandler& handler, CancelToken* cancel);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_WATCHER_H_
