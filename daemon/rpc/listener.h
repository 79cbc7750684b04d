#ifndef QUIESCE_DAEMON_RPC_LISTENER_H_
#define QUIESCE_DAEMON_RPC_LISTENER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quiesce::rpc {

// An address to listen at. Nothing but this machine can reach it: a unix socket in a directory
// that is closed to others, or the loopback interface, where every local user comes in.
struct Listener {
  std::string path;     // of a unix socket; empty: TCP
  std::string address;  // of TCP: "127.0.0.1:7443" or "[::1]:7443"

  bool is_unix() const { return !path.empty(); }
  // As gRPC wants it.
  std::string GrpcAddress() const { return is_unix() ? "unix:" + path : address; }
};

// `unix:///absolute/path`, or a loopback address with a port (0: any free one). INVALID_ARGUMENT,
// with the way out, for anything else.
absl::StatusOr<Listener> ParseListener(std::string_view text);

// Makes the place for a unix socket ready: its directory exists (the last part of it is made if it
// is missing), is ours and closed to others (0700), and no socket is there. One that an earlier
// process left behind is removed; behind one that answers, another process lives:
// FAILED_PRECONDITION, as for everything else that is in the way.
absl::Status PrepareSocket(const std::string& path);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_LISTENER_H_
