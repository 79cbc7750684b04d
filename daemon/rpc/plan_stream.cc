#include "daemon/rpc/plan_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/plan_creation.h"
#include "daemon/rpc/status.h"

namespace quiesce::rpc {

// --- PlanParts -----------------------------------------------------------------------------------

PlanParts::PlanParts(const ProjectDirectory& projects, std::string principal)
    : reader_(projects), principal_(std::move(principal)) {}

absl::Status PlanParts::Incomplete(std::string_view problem) const {
  const size_t count = set_ == nullptr ? 0 : set_->size();
  return core::MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat(
          "the set of specs is not complete: ", absl::string_view(problem.data(), problem.size()),
          "; nothing was planned, send it again"),
      {"SPECS_INCOMPLETE", {{"count", absl::StrCat(count)}, {"digest", digest_}}, {}});
}

absl::Status PlanParts::Add(const v1::StreamCreatePlanRequest& part) {
  switch (part.part_case()) {
    case v1::StreamCreatePlanRequest::kHeader:
      if (expects_ != Expects::kHeader) return Incomplete("a second header came");
      return AddHeader(part.header());
    case v1::StreamCreatePlanRequest::kChunk:
      if (expects_ == Expects::kHeader) return Incomplete("specs came before the header");
      if (expects_ == Expects::kNothing) return Incomplete("specs came after the trailer");
      return AddChunk(part.chunk());
    case v1::StreamCreatePlanRequest::kTrailer:
      if (expects_ == Expects::kHeader) return Incomplete("the trailer came before the header");
      if (expects_ == Expects::kNothing) return Incomplete("a second trailer came");
      return AddTrailer(part.trailer());
    case v1::StreamCreatePlanRequest::PART_NOT_SET:
      break;
  }
  return Incomplete("a message without a part came");
}

absl::Status PlanParts::AddHeader(const v1::WorkspaceHeader& header) {
  expects_ = Expects::kChunks;
  header_ = ReadPlanHeader(header, reader_);
  set_ = std::make_unique<SpecSet>(SpecSet::Kind::kPlan, header_.defaults, "specs");
  return absl::OkStatus();
}

absl::Status PlanParts::AddChunk(const v1::SpecChunk& chunk) {
  const auto specs = static_cast<size_t>(chunk.specs_size());
  if (specs > limits::kMaxBatchSpecs) return TooManySpecs(specs, limits::kMaxBatchSpecs);
  if (set_->size() + specs > limits::kMaxPlanSpecs) {
    return TooManySpecs(set_->size() + specs, limits::kMaxPlanSpecs);
  }
  for (const v1::InstanceSpec& spec : chunk.specs()) {
    sha_.Update(absl::StrCat(spec.project(), "/", spec.instance_id(), "\n"));
    set_->Add(spec, reader_);
  }
  return reader_.violations().full() ? reader_.status() : absl::OkStatus();
}

absl::Status PlanParts::AddTrailer(const v1::SpecTrailer& trailer) {
  expects_ = Expects::kNothing;
  digest_ = absl::StrCat("sha256:", sha_.HexDigest());
  if (trailer.count() != static_cast<int64_t>(set_->size())) {
    return Incomplete(
        absl::StrCat("the trailer counts ", trailer.count(), " specs, ", set_->size(), " came"));
  }
  if (trailer.digest() != digest_) {
    return Incomplete(absl::StrCat("the trailer's digest is ", core::Quoted(trailer.digest(), 100),
                                   ", that of what came is ", digest_));
  }
  return absl::OkStatus();
}

absl::StatusOr<engine::PlanRequest> PlanParts::Finish() {
  if (expects_ != Expects::kNothing) return Incomplete("the stream ended before the trailer");
  if (!reader_.status().ok()) return reader_.status();
  return engine::PlanRequest{std::move(header_.workspace), std::move(header_.header), set_->Take(),
                             principal_};
}

// --- PlanStream ----------------------------------------------------------------------------------

grpc::ServerReadReactor<v1::StreamCreatePlanRequest>* PlanStream::Run(
    Backend& backend, std::atomic<int>& open, const grpc::CallbackServerContext* context,
    v1::CreatePlanResponse* response) {
  auto call = std::make_shared<PlanStream>(backend, open, context, response);
  call->self_ = call;
  Barrier([&] { call->Begin(); }, [&](absl::Status fault) { call->End(std::move(fault)); });
  return call.get();
}

PlanStream::PlanStream(Backend& backend, std::atomic<int>& open,
                       const grpc::CallbackServerContext* context, v1::CreatePlanResponse* response)
    : backend_(backend),
      open_(open),
      scope_(backend.calls, method::kStreamCreatePlan, *context),
      response_(response) {
  ++open_;
}

void PlanStream::Begin() {
  std::weak_ptr<PlanStream> weak = self_;
  backend_.executor().PostAt(scope_.deadline(), [weak] {
    if (auto call = weak.lock()) call->End(DeadlineExceeded());
  });
  slow_call_ = backend_.calls.AddSlowCall([weak](absl::Status status) {
    if (auto call = weak.lock()) call->End(std::move(status));
  });
  if (absl::Status admitted = scope_.Admit(); !admitted.ok()) return End(std::move(admitted));
  if (open_ > limits::kMaxPlanStreams) {
    return End(Overloaded("plans coming in", limits::kMaxPlanStreams));
  }
  parts_ = std::make_unique<PlanParts>(backend_.projects, scope_.principal());
  StartRead(&part_);
}

void PlanStream::End(absl::StatusOr<v1::CreatePlanResponse> result) {
  if (ended_.exchange(true)) return;
  if (result.ok()) *response_ = *std::move(result);
  Finish(scope_.End(result.status()));
}

void PlanStream::OnReadDone(bool ok) {
  Barrier(
      [&] {
        if (ended_) return;
        if (!ok) return Take();
        if (absl::Status taken = parts_->Add(part_); !taken.ok()) return End(std::move(taken));
        part_.Clear();
        StartRead(&part_);
      },
      [&](absl::Status fault) { End(std::move(fault)); });
}

void PlanStream::Take() {
  absl::StatusOr<engine::PlanRequest> request = parts_->Finish();
  parts_.reset();
  if (!request.ok()) return End(request.status());
  CreatePlan(backend_, *std::move(request), Reply<v1::CreatePlanResponse>(shared_from_this()));
}

void PlanStream::OnCancel() {
  Barrier([&] { End(scope_.deadline_passed() ? DeadlineExceeded() : Cancelled()); },
          [](absl::Status) {});
}

void PlanStream::OnDone() {
  --open_;
  backend_.calls.RemoveSlowCall(slow_call_);
  scope_.Release();
  self_.reset();
}

}  // namespace quiesce::rpc
