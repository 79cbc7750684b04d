#include "client/lib/client.h"

#include <utility>

#include "client/lib/connection.h"
#include "client/lib/pages.h"
#include "client/lib/plan_upload.h"
#include "client/lib/resolver.h"
#include "client/lib/resource_name.h"
#include "client/lib/run_follower.h"
#include "client/lib/waiter.h"
#include "client/lib/watcher.h"
#include "daemon/base/limits.h"

namespace quiesce::client {
namespace {

// A generated method of a stub, and the call that it makes with repeats.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Unary(Connection& connection, Stub& stub,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request, absl::Duration default_timeout,
                               const CallOptions& call) {
  return connection.Call<Response>(call.timeout.value_or(default_timeout), call.cancel,
                                   [&](grpc::ClientContext& context, Response& response) {
                                     return (stub.*method)(&context, request, &response);
                                   });
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Unary(Connection& connection, Stub& stub,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request, const CallOptions& call) {
  return Unary(connection, stub, method, request, connection.options().timeout, call);
}

// Makes a write safe to repeat.
template <typename Request>
void EnsureRequestId(Connection& connection, Request& request) {
  if (request.request_id().empty()) request.set_request_id(connection.NewRequestId());
}

template <typename Request>
Request Named(std::string name) {
  Request request;
  request.set_name(std::move(name));
  return request;
}

// Calls `each` for the elements of a page until it returns false.
template <typename Elements, typename Each>
bool Deliver(const Elements& elements, const Each& each) {
  for (const auto& element : elements) {
    if (!each(element)) return false;
  }
  return true;
}

constexpr auto kPageSize = static_cast<int32_t>(limits::kMaxPageSize);

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  auto connection = Connection::Create(std::move(options));
  if (!connection.ok()) return connection.status();
  return std::unique_ptr<Client>(new Client(*std::move(connection)));
}

Client::Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

Client::~Client() = default;

const ClientOptions& Client::options() const { return connection_->options(); }

// --- plans and runs
// --------------------------------------------------------------------------------

absl::StatusOr<v1::CreatePlanResponse> Client::CreatePlan(
    const v1::WorkspaceHeader& header, const std::vector<v1::InstanceSpec>& specs,
    const CallOptions& call) {
  return UploadPlan(*connection_, header, specs, call);
}

absl::StatusOr<v1::Plan> Client::GetPlan(std::string_view plan, const CallOptions& call) {
  return Unary(*connection_, connection_->plans(), &v1::PlanService::Stub::GetPlan,
               Named<v1::GetPlanRequest>(ResourceName("plans", plan)), call);
}

absl::Status Client::ListPlanItems(std::string_view plan, const std::string& filter,
                                   const std::function<bool(const v1::PlanItem&)>& item,
                                   const CallOptions& call) {
  v1::ListPlanItemsRequest request;
  request.set_parent(ResourceName("plans", plan));
  request.set_filter(filter);
  request.set_page_size(kPageSize);
  return ForEachPage(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Unary(*connection_, connection_->plans(), &v1::PlanService::Stub::ListPlanItems,
                     request, call);
      },
      [&](const v1::ListPlanItemsResponse& page) { return Deliver(page.items(), item); });
}

absl::StatusOr<v1::Run> Client::ApplyPlan(std::string_view plan, const std::string& digest,
                                          const CallOptions& call) {
  auto request = Named<v1::ApplyPlanRequest>(ResourceName("plans", plan));
  request.set_digest(digest);
  return Unary(*connection_, connection_->plans(), &v1::PlanService::Stub::ApplyPlan, request,
               call);
}

absl::StatusOr<v1::Run> Client::GetRun(std::string_view run, const CallOptions& call) {
  return Unary(*connection_, connection_->plans(), &v1::PlanService::Stub::GetRun,
               Named<v1::GetRunRequest>(ResourceName("runs", run)), call);
}

absl::Status Client::ListRunItems(std::string_view run, const std::string& filter,
                                  const std::function<bool(const v1::RunItem&)>& item,
                                  const CallOptions& call) {
  v1::ListRunItemsRequest request;
  request.set_parent(ResourceName("runs", run));
  request.set_filter(filter);
  request.set_page_size(kPageSize);
  return ForEachPage(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Unary(*connection_, connection_->plans(), &v1::PlanService::Stub::ListRunItems,
                     request, call);
      },
      [&](const v1::ListRunItemsResponse& page) { return Deliver(page.items(), item); });
}

absl::StatusOr<v1::Run> Client::FollowRun(std::string_view run,
                                          const std::function<bool(const v1::Run&)>& progress,
                                          const FollowOptions& follow) {
  return client::FollowRun(*connection_, ResourceName("runs", run), progress, follow);
}

absl::StatusOr<v1::CancelRunResponse> Client::CancelRun(std::string_view run,
                                                        const CallOptions& call) {
  return Unary(*connection_, connection_->plans(), &v1::PlanService::Stub::CancelRun,
               Named<v1::CancelRunRequest>(ResourceName("runs", run)), options().slow_timeout,
               call);
}

// --- instances
// -------------------------------------------------------------------------------------

absl::StatusOr<std::string> Client::ResolveInstance(std::string_view reference,
                                                    const CallOptions& call) {
  return client::ResolveInstance(*connection_, reference, call);
}

absl::StatusOr<std::vector<v1::Instance>> Client::FindInstances(std::string_view reference,
                                                                size_t limit,
                                                                const CallOptions& call) {
  return client::FindInstances(*connection_, reference, limit, call);
}

absl::StatusOr<v1::Instance> Client::GetInstance(const std::string& name, const CallOptions& call) {
  return Unary(*connection_, connection_->instances(), &v1::InstanceService::Stub::GetInstance,
               Named<v1::GetInstanceRequest>(name), call);
}

absl::StatusOr<int64_t> Client::ListInstances(
    const std::string& filter, const std::function<bool(const v1::Instance&)>& instance,
    const CallOptions& call) {
  v1::ListInstancesRequest request;
  request.set_filter(filter);
  request.set_page_size(kPageSize);
  int64_t revision = 0;
  const absl::Status status = ForEachPage(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Unary(*connection_, connection_->instances(),
                     &v1::InstanceService::Stub::ListInstances, request, call);
      },
      [&](const v1::ListInstancesResponse& page) {
        revision = page.revision();
        return Deliver(page.instances(), instance);
      });
  if (!status.ok()) return status;
  return revision;
}

absl::StatusOr<v1::SummarizeInstancesResponse> Client::SummarizeInstances(const std::string& filter,
                                                                          const CallOptions& call) {
  v1::SummarizeInstancesRequest request;
  request.set_filter(filter);
  return Unary(*connection_, connection_->instances(),
               &v1::InstanceService::Stub::SummarizeInstances, request, call);
}

absl::StatusOr<v1::Explanation> Client::ExplainInstance(const std::string& name,
                                                        const CallOptions& call) {
  return Unary(*connection_, connection_->instances(), &v1::InstanceService::Stub::ExplainInstance,
               Named<v1::ExplainInstanceRequest>(name), call);
}

absl::StatusOr<v1::SetDesiredStateResponse> Client::SetDesiredState(
    v1::SetDesiredStateRequest request, const CallOptions& call) {
  EnsureRequestId(*connection_, request);
  return Unary(*connection_, connection_->instances(), &v1::InstanceService::Stub::SetDesiredState,
               request, call);
}

absl::StatusOr<v1::BatchSetDesiredStateResponse> Client::BatchSetDesiredState(
    v1::BatchSetDesiredStateRequest request, const CallOptions& call) {
  EnsureRequestId(*connection_, request);
  return Unary(*connection_, connection_->instances(),
               &v1::InstanceService::Stub::BatchSetDesiredState, request, call);
}

absl::StatusOr<v1::Instance> Client::ReleaseInstance(v1::ReleaseInstanceRequest request,
                                                     const CallOptions& call) {
  EnsureRequestId(*connection_, request);
  return Unary(*connection_, connection_->instances(), &v1::InstanceService::Stub::ReleaseInstance,
               request, call);
}

absl::StatusOr<v1::RequestReconcileResponse> Client::RequestReconcile(
    v1::RequestReconcileRequest request, const CallOptions& call) {
  EnsureRequestId(*connection_, request);
  return Unary(*connection_, connection_->instances(), &v1::InstanceService::Stub::RequestReconcile,
               request, call);
}

absl::StatusOr<v1::WaitInstanceResponse> Client::WaitInstance(const std::string& name,
                                                              const std::string& etag,
                                                              absl::Duration timeout,
                                                              const CallOptions& call) {
  return client::WaitInstance(*connection_, name, etag, timeout, call.cancel);
}

absl::Status Client::Watch(const std::string& filter, int64_t revision, WatchHandler& handler,
                           const CallOptions& call) {
  return client::Watch(*connection_, filter, revision, handler, call.cancel);
}

// --- holds
// -----------------------------------------------------------------------------------------

absl::StatusOr<v1::CreateHoldResponse> Client::CreateHold(v1::CreateHoldRequest request,
                                                          const CallOptions& call) {
  EnsureRequestId(*connection_, request);
  return Unary(*connection_, connection_->holds(), &v1::HoldService::Stub::CreateHold, request,
               call);
}

absl::StatusOr<v1::Hold> Client::ExtendHold(v1::ExtendHoldRequest request,
                                            const CallOptions& call) {
  EnsureRequestId(*connection_, request);
  request.set_name(ResourceName("holds", request.name()));
  return Unary(*connection_, connection_->holds(), &v1::HoldService::Stub::ExtendHold, request,
               call);
}

absl::StatusOr<v1::Hold> Client::EndHold(std::string_view hold, const CallOptions& call) {
  return Unary(*connection_, connection_->holds(), &v1::HoldService::Stub::EndHold,
               Named<v1::EndHoldRequest>(ResourceName("holds", hold)), call);
}

absl::Status Client::ListHolds(const std::string& filter, bool include_ended,
                               const std::function<bool(const v1::Hold&)>& hold,
                               const CallOptions& call) {
  v1::ListHoldsRequest request;
  request.set_filter(filter);
  request.set_include_ended(include_ended);
  request.set_page_size(kPageSize);
  return ForEachPage(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Unary(*connection_, connection_->holds(), &v1::HoldService::Stub::ListHolds, request,
                     call);
      },
      [&](const v1::ListHoldsResponse& page) { return Deliver(page.holds(), hold); });
}

// --- server
// ----------------------------------------------------------------------------------------

absl::StatusOr<v1::ServerInfo> Client::GetServerInfo(const CallOptions& call) {
  return Unary(*connection_, connection_->server(), &v1::ServerService::Stub::GetServerInfo,
               v1::GetServerInfoRequest(), call);
}

absl::StatusOr<std::vector<v1::Project>> Client::ListProjects(const CallOptions& call) {
  v1::ListProjectsRequest request;
  request.set_page_size(kPageSize);
  std::vector<v1::Project> projects;
  const absl::Status status = ForEachPage(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Unary(*connection_, connection_->server(), &v1::ServerService::Stub::ListProjects,
                     request, call);
      },
      [&](const v1::ListProjectsResponse& page) {
        projects.insert(projects.end(), page.projects().begin(), page.projects().end());
        return true;
      });
  if (!status.ok()) return status;
  return projects;
}

absl::StatusOr<v1::Project> Client::RefreshProject(std::string_view project, bool accept_absence,
                                                   const CallOptions& call) {
  auto request = Named<v1::RefreshProjectRequest>(ResourceName("projects", project));
  request.set_accept_absence(accept_absence);
  return Unary(*connection_, connection_->server(), &v1::ServerService::Stub::RefreshProject,
               request, options().slow_timeout, call);
}

absl::StatusOr<v1::ProjectDiagnosis> Client::DiagnoseProject(std::string_view project,
                                                             const CallOptions& call) {
  return Unary(*connection_, connection_->server(), &v1::ServerService::Stub::DiagnoseProject,
               Named<v1::DiagnoseProjectRequest>(ResourceName("projects", project)),
               options().slow_timeout, call);
}

}  // namespace quiesce::client
