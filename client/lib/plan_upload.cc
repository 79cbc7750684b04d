#include "client/lib/plan_upload.h"

#include <algorithm>
#include <memory>

#include "client/lib/spec_digest.h"
#include "daemon/base/limits.h"
#include "grpcpp/support/sync_stream.h"

namespace quiesce::client {
namespace {

using Specs = std::vector<v1::InstanceSpec>;

// A large set takes the daemon longer to read and to compare.
constexpr absl::Duration kTimePerSpec = absl::Milliseconds(1);

absl::StatusOr<v1::CreatePlanResponse> SendWhole(Connection& connection,
                                                 const v1::WorkspaceHeader& header,
                                                 const Specs& specs, absl::Duration timeout,
                                                 CancelToken* cancel) {
  v1::CreatePlanRequest request;
  *request.mutable_header() = header;
  request.mutable_specs()->Add(specs.begin(), specs.end());
  return connection.Call<v1::CreatePlanResponse>(
      timeout, cancel, [&](grpc::ClientContext& context, v1::CreatePlanResponse& response) {
        return connection.plans().CreatePlan(&context, request, &response);
      });
}

// Writes the stream up to its end, or until the daemon wants no more; Finish() tells why.
void WriteStream(const v1::WorkspaceHeader& header, const Specs& specs, const std::string& digest,
                 grpc::ClientWriter<v1::StreamCreatePlanRequest>& writer) {
  v1::StreamCreatePlanRequest message;
  *message.mutable_header() = header;
  if (!writer.Write(message)) return;
  for (size_t i = 0; i < specs.size(); i += limits::kMaxBatchSpecs) {
    const size_t end = std::min(specs.size(), i + limits::kMaxBatchSpecs);
    message.mutable_chunk()->clear_specs();
    message.mutable_chunk()->mutable_specs()->Add(specs.data() + i, specs.data() + end);
    if (!writer.Write(message)) return;
  }
  message.mutable_trailer()->set_count(static_cast<int64_t>(specs.size()));
  message.mutable_trailer()->set_digest(digest);
  if (writer.Write(message)) writer.WritesDone();
}

absl::StatusOr<v1::CreatePlanResponse> SendStream(Connection& connection,
                                                  const v1::WorkspaceHeader& header,
                                                  const Specs& specs, absl::Duration timeout,
                                                  CancelToken* cancel) {
  const std::string digest = SpecDigest(specs);
  return connection.Call<v1::CreatePlanResponse>(
      timeout, cancel, [&](grpc::ClientContext& context, v1::CreatePlanResponse& response) {
        const auto writer = connection.plans().StreamCreatePlan(&context, &response);
        WriteStream(header, specs, digest, *writer);
        return writer->Finish();
      });
}

}  // namespace

absl::StatusOr<v1::CreatePlanResponse> UploadPlan(Connection& connection,
                                                  const v1::WorkspaceHeader& header,
                                                  const Specs& specs, const CallOptions& call) {
  const absl::Duration timeout = call.timeout.value_or(connection.options().slow_timeout);
  if (specs.size() <= limits::kMaxBatchSpecs) {
    return SendWhole(connection, header, specs, timeout, call.cancel);
  }
  const absl::Duration extra = call.timeout ? absl::ZeroDuration() : kTimePerSpec * specs.size();
  return SendStream(connection, header, specs, timeout + extra, call.cancel);
}

}  // namespace quiesce::client
