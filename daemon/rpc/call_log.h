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

// A RequestReconcile that was carried out: who wanted what of which instance, and why. Nothing else
// keeps the reason.
struct Reconcile {
  std::string principal;
  std::string instance;  // its name
  std::string skipped;   // gates, "START_GRACE,BACKOFF"; empty: none
  std::string reason;    // the caller's words; may be empty if no gate is skipped
  std::string effect;    // "STOP"
  std::string because;   // why that effect: "CALL_DUE"
};

// Where calls are reported: one line each, and one more for what must be found later. Thread-safe;
// must not block.
class CallLog {
 public:
  virtual ~CallLog() = default;
  virtual void CallEnded(const CallEnd& end) = 0;
  // Before the answer leaves. A repeat by request_id is reported again.
  virtual void Reconciled(const Reconcile& reconcile) = 0;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CALL_LOG_H_
