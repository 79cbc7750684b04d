#ifndef QUIESCE_CLIENT_LIB_REACHABILITY_H_
#define QUIESCE_CLIENT_LIB_REACHABILITY_H_

#include <string>

#include "client/lib/target.h"

namespace quiesce::client {

// What stands between us and a daemon that did not answer.
struct Obstacle {
  enum class Kind {
    kMissing,     // nothing is there
    kPermission,  // we may not
    kRefused,     // nobody listens
    kSilent,      // connections are taken, and no answer came
    kOther,
  };
  Kind kind = Kind::kOther;
  // For people, after "cannot reach quiesced at X: ".
  std::string words;
};

// Tries the socket once more, without waiting: gRPC tells what went wrong in words of its own,
// which change from version to version.
Obstacle FindObstacle(const Target& target);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_REACHABILITY_H_
