#ifndef QUIESCE_CLIENT_LIB_RUN_FOLLOWER_H_
#define QUIESCE_CLIENT_LIB_RUN_FOLLOWER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/lib/connection.h"
#include "client/lib/options.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::client {

// See Client::FollowRun; `name` is `runs/{id}`.
absl::StatusOr<v1::Run> FollowRun(Connection& connection, const std::string& name,
                                  const std::function<bool(const v1::Run&)>& progress,
                                  const FollowOptions& follow);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_RUN_FOLLOWER_H_
