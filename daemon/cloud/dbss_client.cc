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

// The calls of one credential to one endpoint, and the connections they use: what is slow or dead
// at one endpoint holds up nothing at another.
class DbssClient::Line {
 public:
  Line(int max_in_flight, Clock* clock)
      : connections_(static_cast<size_t>(max_in_flight)),
        pool_(max_in_flight, clock,
              [this](int worker, bool closing) { return Tend(worker, closing); }) {}

  void Submit(std::shared_ptr<PooledCall> call) { pool_.Submit(std::move(call)); }
  void Close(absl::Duration grace) { pool_.Close(grace); }

  // For the thread of that worker.
  HttpConnection& ConnectionOf(int worker, const HttpTarget& target, Clock* clock) {
    auto& connection = connections_[static_cast<size_t>(worker)][target.ca_file];
    if (connection == nullptr) connection = std::make_unique<HttpConnection>(target, clock);
    return *connection;
  }

 private:
  absl::Duration Tend(int worker, bool closing) {
    absl::Duration next = absl::InfiniteDuration();
    for (auto& [ca_file, connection] : connections_[static_cast<size_t>(worker)]) {
      next = std::min(next, connection->RetireIdle(closing));
    }
    return next;
  }

  // Of each worker, which alone uses them; by the file of the authorities they trust.
  std::vector<std::map<std::string, std::unique_ptr<HttpConnection>>> connections_;
  CallPool pool_;  // last: its threads use the others
};

struct DbssClient::Credential {
  Line& LineTo(const Endpoint& endpoint, Clock* clock) {
    auto& line = lines[endpoint.ToString()];
    if (line == nullptr) line = std::make_unique<Line>(max_in_flight, clock);
    return *line;
  }

  const int max_in_flight;
  const std::unique_ptr<auth::Authenticator> authenticator;  // one, so that a secret is tried once
  std::map<std::string, std::unique_ptr<Line>> lines{};  // by endpoint; last: they use the others
};

class DbssClient::Project final : public CallRoute {
 public:
  Project(DbssProject config, HttpTarget target, Credential* credential, Clock* clock)
      : target_(std::move(target)),
        host_(target_.endpoint.HostHeader()),
        status_map_(std::move(config.status_map)),
        authenticator_(credential->authenticator.get()),
        line_(&credential->LineTo(target_.endpoint, clock)),
        clock_(clock) {}

  auth::Authenticator& authenticator() override { return *authenticator_; }
  const std::string& host() const override { return host_; }
  HttpConnection& ConnectionOf(int worker) override {
    return line_->ConnectionOf(worker, target_, clock_);
  }
  const core::StatusMap& status_map() const override { return status_map_; }

  void Submit(std::shared_ptr<PooledCall> call) { line_->Submit(std::move(call)); }

 private:
  const HttpTarget target_;
  const std::string host_;
  const core::StatusMap status_map_;
  auth::Authenticator* const authenticator_;
  Line* const line_;  // shared by projects with the same credential and endpoint
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
  credentials_.emplace(config.name, std::unique_ptr<Credential>(new Credential{
                                        config.max_in_flight, std::move(authenticator)}));
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
  // First, or its waiters would keep their workers for the whole of it.
  for (auto& [name, credential] : credentials_) credential->authenticator->Close();
  // At the same time: each would wait for the whole of it.
  std::vector<std::thread> drains;
  for (auto& [name, credential] : credentials_) {
    for (auto& [endpoint, line] : credential->lines) {
      drains.emplace_back([closing = line.get(), timeout] { closing->Close(timeout); });
    }
  }
  for (std::thread& drain : drains) drain.join();
}

}  // namespace quiesce::cloud
