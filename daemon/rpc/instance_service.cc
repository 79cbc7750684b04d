#include "daemon/rpc/instance_service.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_instance.h"
#include "daemon/rpc/instance_explanation.h"
#include "daemon/rpc/instance_listing.h"
#include "daemon/rpc/instance_reads.h"
#include "daemon/rpc/instance_requests.h"
#include "daemon/rpc/instance_wait.h"
#include "daemon/rpc/unary_call.h"
#include "daemon/rpc/watch_call.h"
#include "daemon/store/declare_operations.h"
#include "daemon/store/read_operations.h"

namespace quiesce::rpc {
namespace {

v1::SetDesiredStateResponse ResponseOf(Backend& backend, const store::Declared& declared,
                                       const Now& now) {
  v1::SetDesiredStateResponse response;
  *response.mutable_instance() = InstanceOfRecord(backend, declared.record, now);
  response.set_change(ToProto(declared.change));
  response.set_effect(ToProto(declared.effect));
  response.set_reason(ToProto(declared.reason));
  return response;
}

// A batch is committed at once, and its answer made in turns.
struct BatchAnswer {
  std::vector<store::Declared> results;
  v1::BatchSetDesiredStateResponse response;
  Reply<v1::BatchSetDesiredStateResponse> reply;
};

void AnswerBatch(Backend& backend, std::unique_ptr<BatchAnswer> answer) {
  const Now now = backend.clock.Read();
  auto done = static_cast<size_t>(answer->response.results_size());
  const size_t end = std::min(answer->results.size(), done + limits::kConvertRows);
  for (; done < end; ++done) {
    *answer->response.add_results() = ResponseOf(backend, answer->results[done], now);
  }
  if (done == answer->results.size()) {
    return std::move(answer->reply)(std::move(answer->response));
  }
  backend.executor().Post([&backend, answer = std::move(answer)]() mutable {
    Barrier([&] { AnswerBatch(backend, std::move(answer)); }, [](absl::Status) {});
  });
}

// Asking to act now on what is declared as never to be acted on is refused by a gate, like a hold;
// in a plan the same is no effect that anybody wants.
core::Effect EffectOfReconcile(const store::Declared& declared) {
  return declared.reason == core::Reason::kProtected ? core::Effect::kBlocked : declared.effect;
}

// What the log is told about a request that was understood, until its effect is known.
Reconcile Asked(const CallScope& scope, const store::RequestReconcile& reconcile,
                const std::string& reason) {
  Reconcile asked;
  asked.principal = scope.principal();
  asked.instance = core::FormatInstanceName(reconcile.key);
  if (reconcile.skip_start_grace) asked.skipped = "START_GRACE";
  if (reconcile.skip_backoff) asked.skipped += asked.skipped.empty() ? "BACKOFF" : ",BACKOFF";
  asked.reason = reason;
  return asked;
}

v1::RequestReconcileResponse AnswerReconcile(Backend& backend, const store::Declared& declared,
                                             Reconcile asked) {
  v1::RequestReconcileResponse response;
  *response.mutable_instance() = InstanceOfRecord(backend, declared.record, backend.clock.Read());
  response.set_effect(ToProto(EffectOfReconcile(declared)));
  response.set_reason(ToProto(declared.reason));
  asked.effect = core::ToString(EffectOfReconcile(declared));
  asked.because = core::ToString(declared.reason);
  backend.calls.log().Reconciled(asked);
  return response;
}

// Answers with the store's row, whole.
void ReadAndAnswer(Backend& backend, std::string_view name, Reply<v1::Instance> reply) {
  absl::StatusOr<core::InstanceKey> key = ReadInstanceName(name, backend.projects);
  if (!key.ok()) return std::move(reply)(key.status());
  backend.store.Submit(
      store::ReadInstance{*key},
      Then<store::ReadInstance::Result>(
          std::move(reply), [&backend](store::ReadInstance::Result result, auto next) {
            if (!Exists(result.record)) {
              return std::move(next)(
                  core::error::InstanceNotFound(core::FormatInstanceName(result.record.key)));
            }
            std::move(next)(InstanceOfRecord(backend, result.record, backend.clock.Read()));
          }));
}

}  // namespace

grpc::ServerUnaryReactor* InstanceService::SetDesiredState(
    grpc::CallbackServerContext* context, const v1::SetDesiredStateRequest* request,
    v1::SetDesiredStateResponse* response) {
  using Answer = Reply<v1::SetDesiredStateResponse>;
  return RunUnary(
      backend_.calls, method::kSetDesiredState, context, request, response,
      [this](const CallScope& scope, const v1::SetDesiredStateRequest& in, Answer reply) {
        auto set = ReadRequest(in, scope.principal(), backend_.projects);
        if (!set.ok()) return std::move(reply)(set.status());
        backend_.store.Submit(
            *std::move(set),
            Then<store::SetDesired::Result>(
                std::move(reply), [this](const store::SetDesired::Result& result, Answer next) {
                  std::move(next)(ResponseOf(backend_, result.front(), backend_.clock.Read()));
                }));
      });
}

grpc::ServerUnaryReactor* InstanceService::BatchSetDesiredState(
    grpc::CallbackServerContext* context, const v1::BatchSetDesiredStateRequest* request,
    v1::BatchSetDesiredStateResponse* response) {
  using Answer = Reply<v1::BatchSetDesiredStateResponse>;
  return RunUnary(
      backend_.calls, method::kBatchSetDesiredState, context, request, response,
      [this](const CallScope& scope, const v1::BatchSetDesiredStateRequest& in, Answer reply) {
        auto set = ReadRequest(in, scope.principal(), backend_.projects);
        if (!set.ok()) return std::move(reply)(set.status());
        backend_.store.Submit(
            *std::move(set),
            Then<store::SetDesired::Result>(
                std::move(reply), [this](store::SetDesired::Result result, Answer next) {
                  AnswerBatch(backend_, std::unique_ptr<BatchAnswer>(new BatchAnswer{
                                            std::move(result), {}, std::move(next)}));
                }));
      });
}

grpc::ServerUnaryReactor* InstanceService::ReleaseInstance(
    grpc::CallbackServerContext* context, const v1::ReleaseInstanceRequest* request,
    v1::Instance* response) {
  using Answer = Reply<v1::Instance>;
  return RunUnary(
      backend_.calls, method::kReleaseInstance, context, request, response,
      [this](const CallScope& scope, const v1::ReleaseInstanceRequest& in, Answer reply) {
        auto release = ReadRequest(in, scope.principal(), backend_.projects);
        if (!release.ok()) return std::move(reply)(release.status());
        backend_.store.Submit(
            *std::move(release),
            Then<core::InstanceRecord>(
                std::move(reply), [this](const core::InstanceRecord& record, Answer next) {
                  std::move(next)(InstanceOfRecord(backend_, record, backend_.clock.Read()));
                }));
      });
}

grpc::ServerUnaryReactor* InstanceService::GetInstance(grpc::CallbackServerContext* context,
                                                       const v1::GetInstanceRequest* request,
                                                       v1::Instance* response) {
  return RunUnary(
      backend_.calls, method::kGetInstance, context, request, response,
      [this](const CallScope&, const v1::GetInstanceRequest& in, Reply<v1::Instance> reply) {
        ReadAndAnswer(backend_, in.name(), std::move(reply));
      });
}

grpc::ServerUnaryReactor* InstanceService::ListInstances(grpc::CallbackServerContext* context,
                                                         const v1::ListInstancesRequest* request,
                                                         v1::ListInstancesResponse* response) {
  return RunUnary(backend_.calls, method::kListInstances, context, request, response,
                  [this](const CallScope&, const v1::ListInstancesRequest& in,
                         Reply<v1::ListInstancesResponse> reply) {
                    rpc::ListInstances(backend_, in, std::move(reply));
                  });
}

grpc::ServerUnaryReactor* InstanceService::SummarizeInstances(
    grpc::CallbackServerContext* context, const v1::SummarizeInstancesRequest* request,
    v1::SummarizeInstancesResponse* response) {
  return RunUnary(backend_.calls, method::kSummarizeInstances, context, request, response,
                  [this](const CallScope&, const v1::SummarizeInstancesRequest& in,
                         Reply<v1::SummarizeInstancesResponse> reply) {
                    rpc::SummarizeInstances(backend_, in, std::move(reply));
                  });
}

grpc::ServerUnaryReactor* InstanceService::ExplainInstance(
    grpc::CallbackServerContext* context, const v1::ExplainInstanceRequest* request,
    v1::Explanation* response) {
  return RunUnary(
      backend_.calls, method::kExplainInstance, context, request, response,
      [this](const CallScope&, const v1::ExplainInstanceRequest& in, Reply<v1::Explanation> reply) {
        rpc::ExplainInstance(backend_, in, std::move(reply));
      });
}

grpc::ServerWriteReactor<v1::WatchInstancesResponse>* InstanceService::WatchInstances(
    grpc::CallbackServerContext* context, const v1::WatchInstancesRequest* request) {
  return WatchCall::Run(backend_, context, *request);
}

grpc::ServerUnaryReactor* InstanceService::WaitInstance(grpc::CallbackServerContext* context,
                                                        const v1::WaitInstanceRequest* request,
                                                        v1::WaitInstanceResponse* response) {
  return RunUnary(backend_.calls, method::kWaitInstance, context, request, response,
                  [this](const CallScope& scope, const v1::WaitInstanceRequest& in,
                         Reply<v1::WaitInstanceResponse> reply) {
                    auto wait = ReadRequest(in, backend_.projects);
                    if (!wait.ok()) return std::move(reply)(wait.status());
                    WaitForInstance(backend_, *std::move(wait), scope.deadline(), std::move(reply));
                  });
}

grpc::ServerUnaryReactor* InstanceService::RequestReconcile(
    grpc::CallbackServerContext* context, const v1::RequestReconcileRequest* request,
    v1::RequestReconcileResponse* response) {
  using Answer = Reply<v1::RequestReconcileResponse>;
  return RunUnary(
      backend_.calls, method::kRequestReconcile, context, request, response,
      [this](const CallScope& scope, const v1::RequestReconcileRequest& in, Answer reply) {
        auto read = ReadRequest(in, scope.principal(), backend_.projects);
        if (!read.ok()) return std::move(reply)(read.status());
        PostThen(backend_.executor(), std::move(reply),
                 [this, asked = Asked(scope, *read, in.reason()),
                  reconcile = *std::move(read)](Answer next) mutable {
                   reconcile.throttled_until =
                       backend_.engine.projects().ThrottledUntil(reconcile.key.project_id);
                   backend_.store.Submit(
                       std::move(reconcile),
                       Then<store::Declared>(
                           std::move(next), [this, asked = std::move(asked)](
                                                const store::Declared& declared, Answer last) {
                             std::move(last)(AnswerReconcile(backend_, declared, asked));
                           }));
                 });
      });
}

}  // namespace quiesce::rpc
