#ifndef QUIESCE_DAEMON_RPC_LISTENER_H_
#define QUIESCE_DAEMON_RPC_LISTENER_H_

#include <string>

#include "absl/status/status.h"

namespace quiesce::rpc {

// Where to listen. A value, and it can name nothing that another machine reaches: a unix socket in
// a directory that is closed to others, or the loopback interface, where every local user comes in.
struct Listener {
  enum class Kind { kUnix, kLoopbackIpv4, kLoopbackIpv6 };

  Kind kind = Kind::kUnix;
  std::string path;  // kUnix: of the socket, absolute
  int port = 0;      // loopback; 0: any free one

  bool is_unix() const { return kind == Kind::kUnix; }

  // unix:///run/quiesced/api.sock, 127.0.0.1:7443, [::1]:7443: as clients and gRPC take it.
  std::string ToString() const;

  friend bool operator==(const Listener& a, const Listener& b) {
    return a.kind == b.kind && a.path == b.path && a.port == b.port;
  }
};

// Makes the place for a unix socket ready: its directory exists (the last part of it is made if it
// is missing), is ours and closed to others (0700), and no socket is there. One that an earlier
// process left behind is removed; behind one that answers, another process lives:
// FAILED_PRECONDITION, as for everything else that is in the way.
absl::Status PrepareSocket(const std::string& path);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_LISTENER_H_
