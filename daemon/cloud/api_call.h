#ifndef QUIESCE_DAEMON_CLOUD_API_CALL_H_
#define QUIESCE_DAEMON_CLOUD_API_CALL_H_

#include <memory>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/call_pool.h"
#include "daemon/cloud/http_connection.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/core/facts.h"
#include "daemon/core/power_state.h"

// The two calls of the API: what is sent, and what the answer comes to. Each is one PooledCall, and
// tells its `done` exactly once, whatever becomes of it.
namespace quiesce::cloud {

// How the calls of a project go out. Shared by them: a project that is configured anew has another
// route, while calls are still on the one before.
class CallRoute {
 public:
  virtual ~CallRoute() = default;
  virtual auth::Authenticator& authenticator() = 0;
  // As in the Host header.
  virtual const std::string& host() const = 0;
  // The connection that worker number `worker` has to the project's endpoint. On its thread only.
  virtual HttpConnection& ConnectionOf(int worker) = 0;
  virtual const core::StatusMap& status_map() const = 0;
};

// Both ids must be valid (core::IsValidId): they go into the path, and a valid id needs no
// encoding.
std::shared_ptr<PooledCall> MakeStopCall(const core::InstanceKey& key, SteadyTime deadline,
                                         std::shared_ptr<CallRoute> route, Clock* clock,
                                         Executor* executor, StopDone done);
std::shared_ptr<PooledCall> MakeListCall(const std::string& project_id, SteadyTime deadline,
                                         std::shared_ptr<CallRoute> route, Clock* clock,
                                         Executor* executor, ListDone done);

// The answers to calls that are refused before they become one.
void RefuseStop(Executor* executor, StopDone done, const std::string& message);
void RefuseList(Executor* executor, ListDone done, const std::string& message);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_API_CALL_H_
