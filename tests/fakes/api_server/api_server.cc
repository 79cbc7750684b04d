#include "tests/fakes/api_server/api_server.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "quiesce/v1/hold.grpc.pb.h"
#include "quiesce/v1/instance.grpc.pb.h"
#include "quiesce/v1/plan.grpc.pb.h"
#include "quiesce/v1/server.grpc.pb.h"

namespace quiesce::testing {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
// gRPC's synchronous server does not tell when a call is given up; one has to look.
constexpr absl::Duration kLook = absl::Milliseconds(2);

google::rpc::Status StatusWithInfo(grpc::StatusCode code, v1::ErrorReason reason,
                                   const std::string& message,
                                   const std::map<std::string, std::string>& metadata) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_reason(v1::ErrorReason_Name(reason).substr(sizeof("ERROR_REASON_") - 1));
  info.set_domain("quiesce.v1");
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  status.add_details()->PackFrom(info);
  return status;
}

grpc::Status ToGrpc(const google::rpc::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

}  // namespace

// A method whose answer is scripted.
#define QUIESCE_SCRIPTED(Method, Request, Response)                             \
  grpc::Status Method(grpc::ServerContext* context, const v1::Request* request, \
                      v1::Response* response) override {                        \
    return owner_.Answer(#Method, *context, *request, *response);               \
  }

class ApiServer::Services {
 public:
  explicit Services(ApiServer& owner)
      : plans_(owner), instances_(owner), holds_(owner), server_(owner) {}

  void Register(grpc::ServerBuilder& builder) {
    builder.RegisterService(&plans_);
    builder.RegisterService(&instances_);
    builder.RegisterService(&holds_);
    builder.RegisterService(&server_);
  }

 private:
  class Plans final : public v1::PlanService::Service {
   public:
    explicit Plans(ApiServer& owner) : owner_(owner) {}
    QUIESCE_SCRIPTED(CreatePlan, CreatePlanRequest, CreatePlanResponse)
    QUIESCE_SCRIPTED(ApplyPlan, ApplyPlanRequest, Run)
    QUIESCE_SCRIPTED(GetPlan, GetPlanRequest, Plan)
    QUIESCE_SCRIPTED(ListPlanItems, ListPlanItemsRequest, ListPlanItemsResponse)
    QUIESCE_SCRIPTED(GetRun, GetRunRequest, Run)
    QUIESCE_SCRIPTED(ListRunItems, ListRunItemsRequest, ListRunItemsResponse)
    QUIESCE_SCRIPTED(CancelRun, CancelRunRequest, CancelRunResponse)

    grpc::Status StreamCreatePlan(grpc::ServerContext* context,
                                  grpc::ServerReader<v1::StreamCreatePlanRequest>* reader,
                                  v1::CreatePlanResponse* response) override {
      v1::StreamCreatePlanRequest message;
      v1::StreamCreatePlanRequest last;
      bool has_last = false;
      while (reader->Read(&message)) {
        if (has_last) owner_.RecordRequest("StreamCreatePlan", last);
        last = message;
        has_last = true;
      }
      return owner_.Answer("StreamCreatePlan", *context, last, *response);
    }

   private:
    ApiServer& owner_;
  };

  class Instances final : public v1::InstanceService::Service {
   public:
    explicit Instances(ApiServer& owner) : owner_(owner) {}
    QUIESCE_SCRIPTED(SetDesiredState, SetDesiredStateRequest, SetDesiredStateResponse)
    QUIESCE_SCRIPTED(BatchSetDesiredState, BatchSetDesiredStateRequest,
                     BatchSetDesiredStateResponse)
    QUIESCE_SCRIPTED(ReleaseInstance, ReleaseInstanceRequest, Instance)
    QUIESCE_SCRIPTED(GetInstance, GetInstanceRequest, Instance)
    QUIESCE_SCRIPTED(ListInstances, ListInstancesRequest, ListInstancesResponse)
    QUIESCE_SCRIPTED(SummarizeInstances, SummarizeInstancesRequest, SummarizeInstancesResponse)
    QUIESCE_SCRIPTED(ExplainInstance, ExplainInstanceRequest, Explanation)
    QUIESCE_SCRIPTED(WaitInstance, WaitInstanceRequest, WaitInstanceResponse)
    QUIESCE_SCRIPTED(RequestReconcile, RequestReconcileRequest, RequestReconcileResponse)

    grpc::Status WatchInstances(grpc::ServerContext* context,
                                const v1::WatchInstancesRequest* request,
                                grpc::ServerWriter<v1::WatchInstancesResponse>* writer) override {
      owner_.RecordRequest("WatchInstances", *request);
      owner_.RecordCall("WatchInstances", *context);
      const WatchScript script = owner_.NextWatch();
      for (const v1::WatchInstancesResponse& message : script.messages) {
        if (!writer->Write(message)) break;
      }
      return script.ends ? script.end : owner_.HangUntilGivenUp(*context);
    }

   private:
    ApiServer& owner_;
  };

  class Holds final : public v1::HoldService::Service {
   public:
    explicit Holds(ApiServer& owner) : owner_(owner) {}
    QUIESCE_SCRIPTED(CreateHold, CreateHoldRequest, CreateHoldResponse)
    QUIESCE_SCRIPTED(ExtendHold, ExtendHoldRequest, Hold)
    QUIESCE_SCRIPTED(EndHold, EndHoldRequest, Hold)
    QUIESCE_SCRIPTED(ListHolds, ListHoldsRequest, ListHoldsResponse)

   private:
    ApiServer& owner_;
  };

  class Server final : public v1::ServerService::Service {
   public:
    explicit Server(ApiServer& owner) : owner_(owner) {}
    QUIESCE_SCRIPTED(GetServerInfo, GetServerInfoRequest, ServerInfo)
    QUIESCE_SCRIPTED(ListProjects, ListProjectsRequest, ListProjectsResponse)
    QUIESCE_SCRIPTED(RefreshProject, RefreshProjectRequest, Project)
    QUIESCE_SCRIPTED(DiagnoseProject, DiagnoseProjectRequest, ProjectDiagnosis)

   private:
    ApiServer& owner_;
  };

  Plans plans_;
  Instances instances_;
  Holds holds_;
  Server server_;
};

#undef QUIESCE_SCRIPTED

ApiServer::ApiServer()
    : folder_(support::ScratchFolder::Make().value()),
      target_(absl::StrCat("unix://", folder_.path(), "/api.sock")),
      services_(std::make_unique<Services>(*this)) {
  Start();
}

ApiServer::~ApiServer() { Stop(); }

void ApiServer::Start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(target_, grpc::InsecureServerCredentials());
  services_->Register(builder);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) abort();
}

void ApiServer::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void ApiServer::SetHandler(const std::string& method, Handler handler) {
  MutexLock lock(mu_);
  handlers_[method] = std::move(handler);
}

void ApiServer::Once(const std::string& method, grpc::Status status) {
  MutexLock lock(mu_);
  once_[method].push_back({false, std::move(status)});
}

void ApiServer::HangOnce(const std::string& method) {
  MutexLock lock(mu_);
  once_[method].push_back({true, {}});
}

void ApiServer::OnWatch(WatchScript script) {
  MutexLock lock(mu_);
  watches_.push_back(std::move(script));
}

std::vector<std::string> ApiServer::SerializedRequests(const std::string& method) const {
  MutexLock lock(mu_);
  const auto it = requests_.find(method);
  return it == requests_.end() ? std::vector<std::string>() : it->second;
}

std::vector<ApiServer::Call> ApiServer::Calls(const std::string& method) const {
  MutexLock lock(mu_);
  const auto it = calls_.find(method);
  return it == calls_.end() ? std::vector<Call>() : it->second;
}

bool ApiServer::WaitUntil(const std::function<bool()>& condition) const {
  const auto begin = std::chrono::steady_clock::now();
  while (!condition()) {
    const absl::Duration left =
        kPatience - absl::FromChrono(std::chrono::steady_clock::now() - begin);
    if (left <= absl::ZeroDuration()) return false;
    changed_.WaitFor(mu_, left);
  }
  return true;
}

bool ApiServer::WaitForCalls(const std::string& method, size_t count) const {
  MutexLock lock(mu_);
  return WaitUntil([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const auto it = calls_.find(method);
    return it != calls_.end() && it->second.size() >= count;
  });
}

bool ApiServer::WaitForGivenUp(size_t count) const {
  MutexLock lock(mu_);
  return WaitUntil([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return given_up_ >= count; });
}

void ApiServer::RecordCall(const std::string& method, const grpc::ServerContext& context) {
  Call call;
  call.deadline = context.deadline();
  for (const auto& [key, value] : context.client_metadata()) {
    call.metadata.emplace(std::string(key.data(), key.size()),
                          std::string(value.data(), value.size()));
  }
  MutexLock lock(mu_);
  calls_[method].push_back(std::move(call));
  changed_.NotifyAll();
}

void ApiServer::RecordRequest(const std::string& method, const Message& request) {
  MutexLock lock(mu_);
  requests_[method].push_back(request.SerializeAsString());
}

grpc::Status ApiServer::Answer(const std::string& method, grpc::ServerContext& context,
                               const Message& request, Message& response) {
  RecordRequest(method, request);
  RecordCall(method, context);
  Scripted scripted;
  Handler handler;
  {
    MutexLock lock(mu_);
    std::deque<Scripted>& once = once_[method];
    if (!once.empty()) {
      scripted = std::move(once.front());
      once.pop_front();
    }
    const auto it = handlers_.find(method);
    if (it != handlers_.end()) handler = it->second;
  }
  if (scripted.hangs) return HangUntilGivenUp(context);
  if (!scripted.status.ok()) return scripted.status;
  if (!handler) return {grpc::StatusCode::UNIMPLEMENTED, absl::StrCat("no script for ", method)};
  return handler(request, response);
}

grpc::Status ApiServer::HangUntilGivenUp(grpc::ServerContext& context) {
  MutexLock lock(mu_);
  while (!context.IsCancelled()) changed_.WaitFor(mu_, kLook);
  ++given_up_;
  changed_.NotifyAll();
  return grpc::Status::CANCELLED;
}

ApiServer::WatchScript ApiServer::NextWatch() {
  MutexLock lock(mu_);
  if (watches_.empty()) return {};
  WatchScript script = std::move(watches_.front());
  watches_.pop_front();
  return script;
}

grpc::Status Error(grpc::StatusCode code, v1::ErrorReason reason, const std::string& message,
                   const std::map<std::string, std::string>& metadata,
                   const std::vector<std::pair<std::string, std::string>>& violations) {
  google::rpc::Status status = StatusWithInfo(code, reason, message, metadata);
  if (!violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const auto& [field, description] : violations) {
      auto& violation = *bad_request.add_field_violations();
      violation.set_field(field);
      violation.set_description(description);
    }
    status.add_details()->PackFrom(bad_request);
  }
  return ToGrpc(status);
}

grpc::Status ErrorWithRetry(grpc::StatusCode code, v1::ErrorReason reason,
                            std::chrono::milliseconds delay) {
  google::rpc::Status status = StatusWithInfo(code, reason, "come back later", {});
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(delay.count() / 1000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(delay.count() % 1000 * 1000000));
  status.add_details()->PackFrom(retry);
  return ToGrpc(status);
}

}  // namespace quiesce::testing
