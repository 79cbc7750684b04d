#ifndef QUIESCE_CLIENT_LIB_TARGET_H_
#define QUIESCE_CLIENT_LIB_TARGET_H_

#include <string>

#include "absl/status/statusor.h"

namespace quiesce::client {

// Where a daemon listens.
struct Target {
  std::string text;         // as the user wrote it
  std::string grpc;         // as gRPC takes it
  std::string socket_path;  // of a unix socket; else empty
};

// See ClientOptions::target. INVALID_ARGUMENT with what is wrong and what to write instead.
absl::StatusOr<Target> ParseTarget(const std::string& text);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_TARGET_H_
