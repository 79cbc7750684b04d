#ifndef QUIESCE_DAEMON_RPC_PLAN_STREAM_H_
#define QUIESCE_DAEMON_RPC_PLAN_STREAM_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/sha256.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/call_scope.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/rpc/spec_reader.h"
#include "daemon/rpc/unary_call.h"
#include "grpcpp/support/server_callback.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::rpc {

// Takes the messages of one StreamCreatePlan in their order and holds them against the trailer: a
// set that was cut off would release instances by mistake. Knows nothing of streams. Not
// thread-safe.
class PlanParts {
 public:
  PlanParts(const ProjectDirectory& projects, std::string principal);

  // An error that no later message can mend: INVALID_ARGUMENT: SPECS_INCOMPLETE (out of order),
  // TOO_MANY_SPECS, INVALID_FIELD (as many violations as are reported).
  absl::Status Add(const v1::StreamCreatePlanRequest& part);
  // The stream has ended. INVALID_ARGUMENT: SPECS_INCOMPLETE, INVALID_FIELD.
  absl::StatusOr<engine::PlanRequest> Finish();

 private:
  enum class Expects { kHeader, kChunks, kNothing };

  absl::Status AddHeader(const v1::WorkspaceHeader& header);
  absl::Status AddChunk(const v1::SpecChunk& chunk);
  absl::Status AddTrailer(const v1::SpecTrailer& trailer);
  absl::Status Incomplete(std::string_view problem) const;

  RequestReader reader_;
  const std::string principal_;
  Expects expects_ = Expects::kHeader;
  PlanHeader header_;
  std::unique_ptr<SpecSet> set_;
  Sha256 sha_;
  std::string digest_;  // as computed; empty before the trailer
};

// One call of StreamCreatePlan. The messages are read one after the other; each is taken into the
// set before the next is read, so that the sender is held up rather than buffered.
class PlanStream final : public grpc::ServerReadReactor<v1::StreamCreatePlanRequest>,
                         public Answerable<v1::CreatePlanResponse>,
                         public std::enable_shared_from_this<PlanStream> {
 public:
  // `open` counts the streams that are being taken in; it outlives them.
  static grpc::ServerReadReactor<v1::StreamCreatePlanRequest>* Run(
      Backend& backend, std::atomic<int>& open, const grpc::CallbackServerContext* context,
      v1::CreatePlanResponse* response);

  PlanStream(Backend& backend, std::atomic<int>& open, const grpc::CallbackServerContext* context,
             v1::CreatePlanResponse* response);

  void End(absl::StatusOr<v1::CreatePlanResponse> result) override;
  bool ended() const override { return ended_; }

  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void Begin();
  void Take();

  Backend& backend_;
  std::atomic<int>& open_;
  CallScope scope_;
  v1::CreatePlanResponse* const response_;  // valid until Finish
  std::atomic<bool> ended_{false};
  uint64_t slow_call_ = 0;
  std::shared_ptr<PlanStream> self_;

  // Of the reading reactions, of which one runs at a time.
  v1::StreamCreatePlanRequest part_;
  std::unique_ptr<PlanParts> parts_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PLAN_STREAM_H_
