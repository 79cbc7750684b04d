#include "daemon/cloud/dbss_client.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/text.h"
#include "daemon/cloud/api_call.h"
#include "daemon/cloud/call_pool.h"
#include "daemon/cloud/http_connection.h"
#include "daemon/cloud/make_authenticator.h"
#include "daemon/core/names.h"

namespace quiesce::cloud {

struct DbssClient::Credential {
  Credential(std::unique_ptr<auth::Authenticator> auth, int max_in_flight, Clock* clock)
      : authenticator(std::move(auth)),
        connections(static_cast<size_t>(max_in_flight)),
        pool(max_in_flight, clock,
             [this](int worker, bool closing) { return Tend(worker, closing); }) {}

  absl::Duration Tend(int worker, bool closing) {
    absl::Duration next = absl::InfiniteDuration();
    for (auto& [key, connection] : connections[static_cast<size_t>(worker)]) {
      next = std::min(next, connection->RetireIdle(closing));
    }
    return next;
  }

  void Close(absl::Duration grace) {
    authenticator->Close();  // or its waiters would keep their workers for the whole of it
    pool.Close(grace);
  }

  const std::unique_ptr<auth::Authenticator> authenticator;
  // Of each worker, which alone uses them; by Project::connection_key.
  std::vector<std::map<std::string, std::unique_ptr<HttpConnection>>> connections;
  CallPool pool;  // last: its threads use the others
};

class DbssClient::Project final : public CallRoute {
 public:
  Project(DbssProject config, HttpTarget target, Credential* credential, Clock* clock)
      : target_(std::move(target)),
        host_(target_.endpoint.HostHeader()),
        connection_key_(absl::StrCat(target_.endpoint.ToString(), " ", target_.ca_file)),
        status_map_(std::move(config.status_map)),
        credential_(credential),
        clock_(clock) {}

  auth::Authenticator& authenticator() override { return *credential_->authenticator; }
  const std::string& host() const override { return host_; }
  HttpConnection& ConnectionOf(int worker) override {
    auto& connection = credential_->connections[static_cast<size_t>(worker)][connection_key_];
    if (connection == nullptr) connection = std::make_unique<HttpConnection>(target_, clock_);
    return *connection;
  }
  const core::StatusMap& status_map() const override { return status_map_; }

  void Submit(std::shared_ptr<PooledCall> call) { credential_->pool.Submit(std::move(call)); }

 private:
  const HttpTarget target_;
  const std::string host_;
  const std::string connection_key_;  // projects with the same one share connections
  const core::StatusMap status_map_;
  Credential* const credential_;
  Clock* const clock_;
};

namespace {

absl::Status CheckCredential(const DbssCredential& credential) {
  if (credential.max_in_flight < 1 || credential.max_in_flight > limits::kMaxMaxInFlight) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_in_flight of credential ", Quoted(credential.name), " is ",
                     credential.max_in_flight, ", not 1 to ", limits::kMaxMaxInFlight));
  }
  return absl::OkStatus();
}

absl::Status CheckProject(const DbssProject& project) {
  if (const core::Problem problem = core::ProjectIdProblem(project.id)) {
    return absl::InvalidArgumentError(absl::StrCat("project: ", *problem));
  }
  // A text of ours is parsed again, so that no endpoint can get here that was not checked.
  QUIESCE_RETURN_IF_ERROR(ParseEndpoint(project.endpoint.ToString()).status());
  return project.ca_file.empty() ? absl::OkStatus() : CheckCaFile(project.ca_file);
}

}  // namespace

DbssClient::DbssClient(Clock* clock, Executor* executor) : clock_(clock), executor_(executor) {}

absl::Status DbssClient::AddCredential(const DbssCredential& config, const DbssOptions& options) {
  if (credentials_.count(config.name) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("credential ", Quoted(config.name), " is there twice"));
  }
  QUIESCE_ASSIGN_OR_RETURN(auto authenticator,
                           MakeAuthenticator(config, options, &random_, clock_));
  credentials_.emplace(config.name, std::make_unique<Credential>(std::move(authenticator),
                                                                 config.max_in_flight, clock_));
  return absl::OkStatus();
}

absl::Status DbssClient::AddProject(DbssProject config, const DbssOptions& options) {
  const auto credential = credentials_.find(config.credential);
  if (credential == credentials_.end()) {
    return absl::InvalidArgumentError(absl::StrCat("project ", config.id, " uses the credential ",
                                                   Quoted(config.credential),
                                                   ", which is not configured"));
  }
  const std::string id = config.id;
  HttpTarget target = TargetOf(config.endpoint, config.ca_file, options);
  auto project = std::make_unique<Project>(std::move(config), std::move(target),
                                           credential->second.get(), clock_);
  if (projects_.emplace(id, std::move(project)).second) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("project ", id, " is there twice"));
}

absl::StatusOr<std::unique_ptr<DbssClient>> DbssClient::Create(DbssOptions options, Clock* clock,
                                                               Executor* executor) {
  for (const DbssCredential& credential : options.credentials) {
    QUIESCE_RETURN_IF_ERROR(CheckCredential(credential));
  }
  for (const DbssProject& project : options.projects) {
    QUIESCE_RETURN_IF_ERROR(CheckProject(project));
  }
  auto client = std::unique_ptr<DbssClient>(new DbssClient(clock, executor));
  for (const DbssCredential& config : options.credentials) {
    QUIESCE_RETURN_IF_ERROR(client->AddCredential(config, options));
  }
  for (const DbssProject& config : options.projects) {
    QUIESCE_RETURN_IF_ERROR(client->AddProject(config, options));
  }
  return client;
}

DbssClient::~DbssClient() { Drain(absl::ZeroDuration()); }

void DbssClient::Stop(const core::InstanceKey& key, absl::Duration deadline, StopDone done) {
  const auto project = projects_.find(key.project_id);
  if (project == projects_.end()) {
    RefuseStop(executor_, std::move(done), "the project is not configured");
    return;
  }
  // Part of the path: "../x" would be another request.
  if (!core::IsValidId(key.instance_id)) {
    RefuseStop(executor_, std::move(done), "the instance id is not one");
    return;
  }
  project->second->Submit(MakeStopCall(key, clock_->Read().steady + deadline, project->second.get(),
                                       clock_, executor_, std::move(done)));
}

void DbssClient::List(const std::string& project_id, absl::Duration deadline, ListDone done) {
  const auto project = projects_.find(project_id);
  if (project == projects_.end()) {
    RefuseList(executor_, std::move(done), "the project is not configured");
    return;
  }
  project->second->Submit(MakeListCall(project_id, clock_->Read().steady + deadline,
                                       project->second.get(), clock_, executor_, std::move(done)));
}

CredentialStatus DbssClient::CredentialOf(const std::string& project_id) const {
  const auto project = projects_.find(project_id);
  if (project == projects_.end()) return {};
  return project->second->authenticator().Status(project_id);
}

void DbssClient::Drain(absl::Duration timeout) {
  // At the same time: each would wait for the whole of it.
  std::vector<std::thread> drains;
  drains.reserve(credentials_.size());
  for (auto& [name, credential] : credentials_) {
    drains.emplace_back([closing = credential.get(), timeout] { closing->Close(timeout); });
  }
  for (std::thread& drain : drains) drain.join();
}

}  // namespace quiesce::cloud
