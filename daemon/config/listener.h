#ifndef QUIESCE_DAEMON_CONFIG_LISTENER_H_
#define QUIESCE_DAEMON_CONFIG_LISTENER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "daemon/rpc/listener.h"

namespace quiesce::config {

// Reads `unix:///PATH`, `127.0.0.1:PORT` or `[::1]:PORT`. INVALID_ARGUMENT says what is wrong and
// the way out.
//
// Only what other machines cannot reach is accepted: there is no TLS and there are no roles yet, so
// whoever can connect may do everything.
absl::StatusOr<rpc::Listener> ParseListener(std::string_view text);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_LISTENER_H_
