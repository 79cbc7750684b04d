#include "daemon/rpc/plan_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_plan.h"
#include "daemon/rpc/plan_creation.h"
#include "daemon/rpc/plan_listing.h"
#include "daemon/rpc/plan_stream.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/rpc/unary_call.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/run_operations.h"

namespace quiesce::rpc {
namespace {

// The only field of a request: the id of its plan or run.
absl::StatusOr<std::string> ReadId(std::string_view collection, const std::string& name,
                                   const ProjectDirectory& projects) {
  RequestReader reader(projects);
  std::string id = reader.ResourceId("name", collection, name);
  if (!reader.status().ok()) return reader.status();
  return id;
}

absl::Status DigestMismatch(const store::Plan& plan) {
  return core::MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("plan ", plan.id, " has the digest ", plan.digest,
                   ", not the one that was asked for: it is not the plan that was reviewed"),
      {"PLAN_DIGEST_MISMATCH",
       {{"name", absl::StrCat("plans/", plan.id)}, {"digest", plan.digest}},
       {}});
}

void Apply(Backend& backend, std::string plan_id, std::string principal, Reply<v1::Run> reply) {
  backend.store.Submit(
      store::ApplyPlan{std::move(plan_id), std::move(principal)},
      Then<store::Run>(std::move(reply), [](const store::Run& run, Reply<v1::Run> next) {
        std::move(next)(ToProto(run));
      }));
}

// A plan never changes, so its digest can be looked at before it is applied.
void CheckDigestAndApply(Backend& backend, std::string plan_id, std::string principal,
                         std::string digest, Reply<v1::Run> reply) {
  backend.store.Submit(
      store::GetPlan{std::move(plan_id)},
      Then<store::Plan>(std::move(reply),
                        [&backend, principal = std::move(principal), digest = std::move(digest)](
                            const store::Plan& plan, Reply<v1::Run> next) {
                          if (plan.digest != digest) return std::move(next)(DigestMismatch(plan));
                          Apply(backend, plan.id, principal, std::move(next));
                        }));
}

template <typename AddName>
void AddNames(const std::vector<store::RunItem>& items, AddName add) {
  for (const store::RunItem& item : items) add(core::FormatInstanceName(item.key));
}

int64_t CountOf(const store::Run& run, store::CallAtCancel at_cancel) {
  auto it = run.cancel_counts.find(at_cancel);
  return it == run.cancel_counts.end() ? 0 : it->second;
}

v1::CancelRunResponse ResponseOf(const store::ListCancelledItems::Result& result) {
  v1::CancelRunResponse out;
  *out.mutable_run() = ToProto(result.run);
  AddNames(result.not_called, [&](std::string name) { out.add_not_called(std::move(name)); });
  AddNames(result.accepted, [&](std::string name) { out.add_accepted(std::move(name)); });
  AddNames(result.unknown, [&](std::string name) { out.add_unknown(std::move(name)); });
  out.set_not_called_count(CountOf(result.run, store::CallAtCancel::kNotCalled));
  out.set_accepted_count(CountOf(result.run, store::CallAtCancel::kAccepted));
  out.set_unknown_count(CountOf(result.run, store::CallAtCancel::kUnknown));
  return out;
}

void Cancel(Backend& backend, std::string run_id, std::string principal,
            Reply<v1::CancelRunResponse> reply) {
  using Answer = Reply<v1::CancelRunResponse>;
  auto settled = Then<store::Run>(std::move(reply), [&backend](const store::Run& run, Answer next) {
    store::ListCancelledItems list;
    list.run_id = run.id;
    backend.store.Submit(
        std::move(list),
        Then<store::ListCancelledItems::Result>(
            std::move(next), [](const store::ListCancelledItems::Result& result, Answer last) {
              std::move(last)(ResponseOf(result));
            }));
  });
  backend.engine.runs().Cancel(std::move(run_id), std::move(principal), std::move(settled));
}

}  // namespace

grpc::ServerUnaryReactor* PlanService::CreatePlan(grpc::CallbackServerContext* context,
                                                  const v1::CreatePlanRequest* request,
                                                  v1::CreatePlanResponse* response) {
  return RunUnary(backend_.calls, method::kCreatePlan, context, request, response,
                  [this](const CallScope& scope, const v1::CreatePlanRequest& in,
                         Reply<v1::CreatePlanResponse> reply) {
                    auto plan = ReadRequest(in, scope.principal(), backend_.projects);
                    if (!plan.ok()) return std::move(reply)(plan.status());
                    rpc::CreatePlan(backend_, *std::move(plan), std::move(reply));
                  });
}

grpc::ServerReadReactor<v1::StreamCreatePlanRequest>* PlanService::StreamCreatePlan(
    grpc::CallbackServerContext* context, v1::CreatePlanResponse* response) {
  return PlanStream::Run(backend_, open_streams_, context, response);
}

grpc::ServerUnaryReactor* PlanService::ApplyPlan(grpc::CallbackServerContext* context,
                                                 const v1::ApplyPlanRequest* request,
                                                 v1::Run* response) {
  return RunUnary(
      backend_.calls, method::kApplyPlan, context, request, response,
      [this](const CallScope& scope, const v1::ApplyPlanRequest& in, Reply<v1::Run> reply) {
        RequestReader reader(backend_.projects);
        std::string id = reader.ResourceId("name", "plans", in.name());
        std::string digest = reader.Digest("digest", in.digest());
        if (!reader.status().ok()) return std::move(reply)(reader.status());
        if (digest.empty()) {
          return Apply(backend_, std::move(id), scope.principal(), std::move(reply));
        }
        CheckDigestAndApply(backend_, std::move(id), scope.principal(), std::move(digest),
                            std::move(reply));
      });
}

grpc::ServerUnaryReactor* PlanService::GetPlan(grpc::CallbackServerContext* context,
                                               const v1::GetPlanRequest* request,
                                               v1::Plan* response) {
  return RunUnary(
      backend_.calls, method::kGetPlan, context, request, response,
      [this](const CallScope&, const v1::GetPlanRequest& in, Reply<v1::Plan> reply) {
        auto id = ReadId("plans", in.name(), backend_.projects);
        if (!id.ok()) return std::move(reply)(id.status());
        backend_.store.Submit(
            store::GetPlan{*std::move(id)},
            Then<store::Plan>(std::move(reply), [](const store::Plan& plan, Reply<v1::Plan> next) {
              std::move(next)(ToProto(plan));
            }));
      });
}

grpc::ServerUnaryReactor* PlanService::ListPlanItems(grpc::CallbackServerContext* context,
                                                     const v1::ListPlanItemsRequest* request,
                                                     v1::ListPlanItemsResponse* response) {
  return RunUnary(backend_.calls, method::kListPlanItems, context, request, response,
                  [this](const CallScope&, const v1::ListPlanItemsRequest& in,
                         Reply<v1::ListPlanItemsResponse> reply) {
                    rpc::ListPlanItems(backend_, in, std::move(reply));
                  });
}

grpc::ServerUnaryReactor* PlanService::GetRun(grpc::CallbackServerContext* context,
                                              const v1::GetRunRequest* request, v1::Run* response) {
  return RunUnary(
      backend_.calls, method::kGetRun, context, request, response,
      [this](const CallScope&, const v1::GetRunRequest& in, Reply<v1::Run> reply) {
        auto id = ReadId("runs", in.name(), backend_.projects);
        if (!id.ok()) return std::move(reply)(id.status());
        backend_.store.Submit(
            store::GetRun{*std::move(id)},
            Then<store::Run>(std::move(reply), [](const store::Run& run, Reply<v1::Run> next) {
              std::move(next)(ToProto(run));
            }));
      });
}

grpc::ServerUnaryReactor* PlanService::ListRunItems(grpc::CallbackServerContext* context,
                                                    const v1::ListRunItemsRequest* request,
                                                    v1::ListRunItemsResponse* response) {
  return RunUnary(backend_.calls, method::kListRunItems, context, request, response,
                  [this](const CallScope&, const v1::ListRunItemsRequest& in,
                         Reply<v1::ListRunItemsResponse> reply) {
                    rpc::ListRunItems(backend_, in, std::move(reply));
                  });
}

grpc::ServerUnaryReactor* PlanService::CancelRun(grpc::CallbackServerContext* context,
                                                 const v1::CancelRunRequest* request,
                                                 v1::CancelRunResponse* response) {
  using Answer = Reply<v1::CancelRunResponse>;
  return RunUnary(
      backend_.calls, method::kCancelRun, context, request, response,
      [this](const CallScope& scope, const v1::CancelRunRequest& in, Answer reply) {
        auto id = ReadId("runs", in.name(), backend_.projects);
        if (!id.ok()) return std::move(reply)(id.status());
        PostThen(backend_.executor(), std::move(reply),
                 [this, id = *std::move(id), principal = scope.principal()](Answer next) mutable {
                   Cancel(backend_, std::move(id), std::move(principal), std::move(next));
                 });
      });
}

}  // namespace quiesce::rpc
