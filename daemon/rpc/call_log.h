#ifndef QUIESCE_DAEMON_RPC_CALL_LOG_H_
#define QUIESCE_DAEMON_RPC_CALL_LOG_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace quiesce::rpc {

// What there is to say about a call that has ended. Views are valid for the call of CallEnded.
struct CallEnd {
  std::string_view method;  // "InstanceService/GetInstance"
  std::string_view principal;
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string_view reason;    // of an error: an ErrorReason without its prefix
  std::string_view incident;  // of a fault of ours: what the client was told to quote
  std::string_view fault;     // of a fault of ours: what the client was not told
  absl::Duration took;
};

// Where ended calls are reported: one line each. Thread-safe; must not block.
class CallLog {
 public:
  virtual ~CallLog() = default;
  virtual void CallEnded(const CallEnd& end) = 0;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CALL_LOG_H_
