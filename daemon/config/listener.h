#ifndef QUIESCE_DAEMON_CONFIG_LISTENER_H_
#define QUIESCE_DAEMON_CONFIG_LISTENER_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quiesce::config {

// Where the daemon listens. A value; made by ParseListener only.
struct Listener {
  enum class Kind { kUnix, kLoopback };

  Kind kind = Kind::kUnix;
  std::string path;  // kUnix: of the socket, absolute
  std::string host;  // kLoopback: an IP address, without brackets
  int port = 0;      // kLoopback; 0: any free one, for tests

  // unix:///run/quiesced/api.sock, 127.0.0.1:7443, [::1]:7443. What `quiesce --server` takes, and
  // gRPC.
  std::string ToString() const;

  friend bool operator==(const Listener& a, const Listener& b) {
    return a.kind == b.kind && a.path == b.path && a.host == b.host && a.port == b.port;
  }
};

// Reads `unix:///PATH` or `ADDRESS:PORT`. INVALID_ARGUMENT says what is wrong and the way out.
//
// Only what other machines cannot reach is accepted: there is no TLS and there are no roles yet, so
// whoever can connect may do everything.
absl::StatusOr<Listener> ParseListener(std::string_view text);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_LISTENER_H_
