#include "daemon/cloud/dbss_client.h"

#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/cloud/api_call.h"
#include "daemon/core/names.h"

namespace quiesce::cloud {

DbssClient::DbssClient(Clock* clock, Executor* executor) : clock_(clock), executor_(executor) {}

absl::StatusOr<std::unique_ptr<DbssClient>> DbssClient::Create(DbssOptions options, Clock* clock,
                                                               Executor* executor) {
  auto client = std::unique_ptr<DbssClient>(new DbssClient(clock, executor));
  QUIESCE_ASSIGN_OR_RETURN(auto update, client->Prepare(options));
  client->Apply(std::move(update));
  return client;
}

DbssClient::~DbssClient() { Drain(absl::ZeroDuration()); }

DbssClient::SharedRoutes DbssClient::routes() const {
  MutexLock lock(mu_);
  return routes_;
}

absl::StatusOr<std::unique_ptr<DbssClient::Update>> DbssClient::Prepare(
    const DbssOptions& options) {
  auto update = std::make_unique<Update>();
  QUIESCE_ASSIGN_OR_RETURN(update->routes_,
                           Routes::Make(options, routes().get(), &random_, clock_));
  return update;
}

void DbssClient::Apply(std::unique_ptr<Update> update) {
  MutexLock lock(mu_);
  routes_.swap(update->routes_);
  routes_->PutInForce();
  retirements_.remove_if([](const Retirement& retirement) { return retirement.is_over(); });
  if (update->routes_ == nullptr) return;
  RouteParts unused = update->routes_->PartsWithout(*routes_);
  if (unused.empty()) return;
  // As long as the deadlines of its calls let it take.
  retirements_.emplace_back(std::move(unused), std::move(update->routes_),
                            absl::InfiniteDuration());
}

void DbssClient::Stop(const core::InstanceKey& key, absl::Duration deadline, StopDone done) {
  const SharedRoutes routes = this->routes();
  const std::shared_ptr<ProjectRoute> route = routes->Find(key.project_id);
  if (route == nullptr) {
    RefuseStop(executor_, std::move(done), "the project is not configured");
    return;
  }
  // Part of the path: "../x" would be another request.
  if (!core::IsValidId(key.instance_id)) {
    RefuseStop(executor_, std::move(done), "the instance id is not one");
    return;
  }
  route->Submit(MakeStopCall(key, clock_->Read().steady + deadline, route, clock_, executor_,
                             std::move(done)));
}

void DbssClient::List(const std::string& project_id, absl::Duration deadline, ListDone done) {
  const SharedRoutes routes = this->routes();
  const std::shared_ptr<ProjectRoute> route = routes->Find(project_id);
  if (route == nullptr) {
    RefuseList(executor_, std::move(done), "the project is not configured");
    return;
  }
  route->Submit(MakeListCall(project_id, clock_->Read().steady + deadline, route, clock_, executor_,
                             std::move(done)));
}

CredentialStatus DbssClient::CredentialOf(const std::string& project_id) const {
  const SharedRoutes routes = this->routes();
  const std::shared_ptr<ProjectRoute> route = routes->Find(project_id);
  if (route == nullptr) return {};
  return route->authenticator().Status(project_id);
}

void DbssClient::Drain(absl::Duration timeout) {
  std::list<Retirement> retirements;
  {
    MutexLock lock(mu_);
    retirements.swap(retirements_);
    if (routes_ != nullptr)
      retirements.emplace_back(routes_->PartsWithout(Routes()), nullptr, timeout);
  }
  for (Retirement& retirement : retirements) retirement.Hurry(timeout);
}

}  // namespace quiesce::cloud
