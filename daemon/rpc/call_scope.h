#ifndef QUIESCE_DAEMON_RPC_CALL_SCOPE_H_
#define QUIESCE_DAEMON_RPC_CALL_SCOPE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/mutex.h"
#include "daemon/base/random.h"
#include "daemon/base/time.h"
#include "daemon/rpc/call_log.h"
#include "daemon/rpc/methods.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"

namespace quiesce::rpc {

// What all calls share. Thread-safe. Outlives the server.
class CallEnvironment {
 public:
  CallEnvironment(Clock& clock, Executor& executor, CallLog& log)
      : clock_(clock), executor_(executor), log_(log) {}

  Clock& clock() { return clock_; }
  Executor& executor() { return executor_; }
  CallLog& log() { return log_; }

  // From now on every call that would change something is refused as SHUTTING_DOWN.
  void RefuseWrites() { refuses_writes_ = true; }
  bool refuses_writes() const { return refuses_writes_; }

  // Calls that have begun and not ended.
  int64_t in_flight() const { return in_flight_; }

  // Calls whose answer may wait for the cloud; at the daemon's end they do not. `end` is called at
  // most once, from the thread of EndSlowCalls.
  using EndCall = std::function<void(absl::Status)>;
  uint64_t AddSlowCall(EndCall end);
  void RemoveSlowCall(uint64_t id);
  void EndSlowCalls(const absl::Status& status);

 private:
  friend class CallScope;

  Clock& clock_;
  Executor& executor_;
  CallLog& log_;
  SystemRandom random_;
  std::atomic<bool> refuses_writes_{false};
  std::atomic<int64_t> in_flight_{0};

  Mutex mu_;
  uint64_t next_slow_call_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<uint64_t, EndCall> slow_calls_ ABSL_GUARDED_BY(mu_);
};

// What every call goes through, whatever its method: who calls, whether that is permitted, until
// when, and what is reported at the end.
//
// Thread-safe. Release() is called when gRPC is done with the call; the environment is not touched
// after that, so that what still holds the scope may outlive the server.
class CallScope {
 public:
  CallScope(CallEnvironment& environment, const Method& method,
            const grpc::CallbackServerContext& context);
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Who calls, who may, and whether there is room and time: UNAVAILABLE (SHUTTING_DOWN),
  // RESOURCE_EXHAUSTED (OVERLOADED), DEADLINE_EXCEEDED. The one place for authentication and roles.
  absl::Status Admit() const;

  const Method& method() const { return method_; }
  // As it is recorded with everything that the call changes.
  const std::string& principal() const { return principal_; }
  // The client's deadline, or limits::kMaxCallDuration from the start if that is earlier.
  SteadyTime deadline() const { return deadline_; }
  bool deadline_passed() const;

  // What the client gets for `status`; reports the call. Called once.
  grpc::Status End(const absl::Status& status);
  // Reports an exception, as a fault of ours.
  static absl::Status FaultOf(std::string_view what);

  void Release();

 private:
  CallEnvironment& environment_;
  const Method& method_;
  const SteadyTime started_;
  const std::string principal_;
  SteadyTime deadline_;
};

// The principal of a caller at this peer, as gRPC writes it. Whoever reaches the unix socket has
// been let in by the permissions of its directory; gRPC does not tell which user it is.
std::string PrincipalOf(std::string_view peer);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CALL_SCOPE_H_
