#include "daemon/app/app.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "daemon/app/command_line.h"
#include "daemon/app/part_options.h"
#include "daemon/app/recovery.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/version.h"

namespace quiesce::app {
namespace {

void AppendAlias(std::string* out, const config::Project& project) {
  absl::StrAppend(out, project.alias);
}

// The aliases of projects that `these` have and `others` lack, by id.
std::string AliasesWithout(const std::vector<config::Project>& these,
                           const std::vector<config::Project>& others) {
  std::vector<config::Project> left;
  for (const config::Project& project : these) {
    const bool known =
        std::any_of(others.begin(), others.end(),
                    [&project](const config::Project& other) { return other.id == project.id; });
    if (!known) left.push_back(project);
  }
  return absl::StrJoin(left, ",", AppendAlias);
}

std::string StoreUrl(const config::Config& config) {
  return absl::StrCat("sqlite://", config.store_path);
}

}  // namespace

App::App(const config::Config& config, SystemClock& clock, observability::Logger& log)
    : clock_(clock),
      log_(log),
      config_(config),
      loop_(clock),
      rpc_log_(log),
      directory_(ProjectSettingsOf(config)) {}

App::~App() {
  if (server_ != nullptr && !stopped_) Stop().IgnoreError();  // nobody is left to tell
  loop_.Stop();                                               // before what its tasks use goes
}

absl::StatusOr<std::unique_ptr<App>> App::Start(const config::Config& config, SystemClock& clock,
                                                observability::Logger& log) {
  std::unique_ptr<App> app(new App(config, clock, log));
  QUIESCE_RETURN_IF_ERROR(app->StartAll(config));
  return app;
}

absl::Status App::StartAll(const config::Config& config) {
  QUIESCE_RETURN_IF_ERROR(OpenStore(config));
  QUIESCE_RETURN_IF_ERROR(ConnectCloud(config));
  QUIESCE_RETURN_IF_ERROR(LoadEngine(config));
  loop_.Start();
  QUIESCE_RETURN_IF_ERROR(Listen(config));
  LogStart(config);
  loop_.Post([this] { engine_->Start(); });
  return absl::OkStatus();
}

absl::Status App::OpenStore(const config::Config& config) {
  QUIESCE_ASSIGN_OR_RETURN(sqlite_, store::SqliteStore::Open(config.store_path));
  clock_.Resume(sqlite_->clock_origin(), sqlite_->high_water());
  sqlite_->SetClockOrigin(clock_.origin());
  const store::ProjectMap projects = ProjectMapOf(config);
  QUIESCE_ASSIGN_OR_RETURN(
      open_attempts_, RecoverStore(*sqlite_, config, {clock_.Read(), random_, projects}, log_));
  return absl::OkStatus();
}

absl::Status App::ConnectCloud(const config::Config& config) {
  QUIESCE_ASSIGN_OR_RETURN(cloud::DbssOptions options, CloudOptionsOf(config));
  QUIESCE_ASSIGN_OR_RETURN(cloud_, cloud::DbssClient::Create(std::move(options), &clock_, &loop_));
  api_ = std::make_unique<LoggedInstanceApi>(*cloud_, clock_, log_, AliasesOf(config));
  return absl::OkStatus();
}

absl::Status App::LoadEngine(const config::Config& config) {
  const auto feed = [this](std::vector<store::Change> changes) {
    api_->Note(changes);
    engine_->OnFeed(std::move(changes));
  };
  const auto fatal = [this](const absl::Status& status) {
    log_.Error("the store failed, exiting", {{"error", status.message()}});
    _exit(static_cast<int>(ExitCode::kFailure));
  };
  // The engine wants a store, and is to be fed before the store takes operations: nobody submits
  // one before the loop runs, so that the rows can still be read here.
  store::SqliteStore& rows = *sqlite_;
  store_ = std::make_unique<store::GroupCommitStore>(
      std::move(sqlite_), store::GroupCommitStore::Dependencies{loop_, clock_, random_},
      ProjectMapOf(config), feed, fatal);
  engine_ = std::make_unique<engine::Engine>(loop_, clock_, random_, *store_, *api_,
                                             EngineProjectsOf(config));
  return rows.Load(feed);
}

absl::Status App::Listen(const config::Config& config) {
  calls_.emplace(clock_, loop_, rpc_log_);
  backend_.emplace(rpc::Backend{*engine_, *store_, clock_, directory_, *calls_});
  rpc::ServerOptions options;
  options.listen = config.listeners;
  const absl::Time now = clock_.Read().wall;
  options.identity = {kVersion, StoreUrl(config), now};
  options.configuration = {config.server_name, now, ""};
  QUIESCE_ASSIGN_OR_RETURN(server_, rpc::Server::Start(*backend_, options));
  return absl::OkStatus();
}

void App::LogStart(const config::Config& config) {
  log_.Info("started", {{"name", config.server_name},
                        {"version", kVersion},
                        {"listen", absl::StrJoin(server_->addresses(), ",")},
                        {"store", StoreUrl(config)},
                        {"project_count", config.projects.size()},
                        {"projects", absl::StrJoin(config.projects, ",", AppendAlias)},
                        {"open_attempts", open_attempts_},
                        {"pid", getpid()}});
}

absl::Status App::Reload(const config::Config& config) {
  QUIESCE_ASSIGN_OR_RETURN(const cloud::DbssOptions options, CloudOptionsOf(config));
  QUIESCE_ASSIGN_OR_RETURN(auto cloud, cloud_->Prepare(options));
  const auto in_force = [this, &config, &cloud] {
    store_->SetProjects(ProjectMapOf(config));
    cloud_->Apply(std::move(cloud));
    api_->SetAliases(AliasesOf(config));
    directory_.Replace(ProjectSettingsOf(config));
    server_->SetConfiguration({config.server_name, clock_.Read().wall, ""});
    engine_->Configure(EngineProjectsOf(config));
  };
  // The store is the last that can refuse. A process that ends here starts with the new
  // configuration.
  QUIESCE_RETURN_IF_ERROR(ReconfigureStore(*store_, config, config_, in_force, log_));
  LogReload(config);
  config::Config in_use = config;
  in_use.listeners = config_.listeners;
  in_use.store_path = config_.store_path;
  config_ = std::move(in_use);
  return absl::OkStatus();
}

void App::ReloadRefused(const std::string& problem) {
  loop_.Post([this, problem] { server_->SetConfigurationProblem(problem); });
}

void App::LogReload(const config::Config& config) {
  if (config.listeners != config_.listeners) {
    log_.Warning("server.listen has changed, restart to listen there");
  }
  if (config.store_path != config_.store_path) {
    log_.Warning("store has changed, restart to use it", {{"in_use", StoreUrl(config_)}});
  }
  log_.Info("configuration reloaded",
            {{"project_count", config.projects.size()},
             {"added", AliasesWithout(config.projects, config_.projects)},
             {"removed", AliasesWithout(config_.projects, config.projects)}});
}

bool App::DrainEngine() {
  // Shared: it may come to rest after we have stopped waiting for that.
  auto idle = std::make_shared<absl::Notification>();
  loop_.Post([this, idle] { engine_->Drain([idle] { idle->Notify(); }); });
  return idle->WaitForNotificationWithTimeout(limits::kDrainTimeout);
}

absl::Status App::Stop() {
  stopped_ = true;
  server_->BeginDrain();
  if (!DrainEngine()) {
    log_.Warning("calls are still in flight and are cut, their outcome is unknown",
                 {{"waited", limits::kDrainTimeout}});
  }
  cloud_->Drain(absl::ZeroDuration());
  // Its calls end on the loop, so it goes first; they were told to end, and do so at once.
  server_->Shutdown(limits::kServerGrace);
  absl::Status closed = store_->Close();
  loop_.Stop();
  return closed;
}

absl::Status App::CheckFiles(const config::Config& config) {
  SystemClock clock;
  EventLoop loop(clock);
  QUIESCE_ASSIGN_OR_RETURN(cloud::DbssOptions options, CloudOptionsOf(config));
  return cloud::DbssClient::Create(std::move(options), &clock, &loop).status();
}

}  // namespace quiesce::app
