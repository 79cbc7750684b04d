#ifndef QUIESCE_DAEMON_RPC_WATCH_CALL_H_
#define QUIESCE_DAEMON_RPC_WATCH_CALL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "daemon/base/mutex.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/call_scope.h"
#include "daemon/rpc/watch_view.h"
#include "grpcpp/support/server_callback.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// One stream of WatchInstances. Pull-based: when everything taken from the hub has been written, it
// takes the next batch, of what is newest then; so its buffer is one batch, however slow its
// reader, and nobody waits for it.
//
// Its state is guarded by one mutex, under which it decides; it writes and finishes after having
// released it. At most one write is in flight, and Finish comes exactly once, when none is. What
// the executor holds of it are weak references, or short tasks, so that it dies with its call.
class WatchCall final : public grpc::ServerWriteReactor<v1::WatchInstancesResponse>,
                        public std::enable_shared_from_this<WatchCall> {
 public:
  // The reactor of a call; it owns itself until gRPC is done with it.
  static grpc::ServerWriteReactor<v1::WatchInstancesResponse>* Run(
      Backend& backend, grpc::CallbackServerContext* context,
      const v1::WatchInstancesRequest& request);

  WatchCall(Backend& backend, grpc::CallbackServerContext* context);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Begin(const v1::WatchInstancesRequest& request);

  // --- on the executor ---
  void Open(int64_t after);
  void Pull();
  // The hub has more, or is closed.
  void Ready();
  void Idle();  // sends a bookmark if everything taken from the hub has been written
  void ArmIdleTimer();

  // --- anywhere ---
  void Post(void (WatchCall::*step)());
  // Hands messages to the stream.
  void Send(std::deque<v1::WatchInstancesResponse> messages, bool more);
  // Ends the stream as soon as no write is in flight; the first status counts.
  void End(absl::Status status);
  void CutLater();
  void Cut();
  // Starts the next write, or the end, if one is due and none is in flight.
  void Advance();

  Backend& backend_;
  grpc::CallbackServerContext* const context_;
  CallScope scope_;
  std::shared_ptr<WatchCall> self_;

  // Used on the executor only.
  std::optional<WatchView> view_;
  std::optional<uint64_t> watch_;

  Mutex mu_;
  std::deque<v1::WatchInstancesResponse> queue_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;  // the front of the queue
  bool more_ ABSL_GUARDED_BY(mu_) = false;     // the hub has more than it handed out
  bool cutting_ ABSL_GUARDED_BY(mu_) = false;  // TryCancel runs: the context must stay
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_WATCH_CALL_H_
