#include "daemon/app/app.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "daemon/app/command_line.h"
#include "daemon/app/recovery.h"
#include "daemon/app/watchdog.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/version.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/proxy.h"

namespace quiesce::app {
namespace {

core::ProjectSettings SettingsOf(const config::Project& project, const config::Config& config) {
  core::ProjectSettings settings;
  settings.id = project.id;
  settings.alias = project.alias;
  settings.mode = project.observation;
  settings.timing = config.timing;
  return settings;
}

std::vector<core::ProjectSettings> AllSettings(const config::Config& config) {
  std::vector<core::ProjectSettings> all;
  for (const config::Project& project : config.projects) all.push_back(SettingsOf(project, config));
  return all;
}

store::ProjectMap ProjectMapOf(const config::Config& config) {
  store::ProjectMap map;
  for (core::ProjectSettings& settings : AllSettings(config)) {
    map.emplace(settings.id, std::move(settings));
  }
  return map;
}

std::vector<engine::ProjectConfig> EngineProjects(const config::Config& config) {
  std::map<std::string, config::Credential> credentials;
  for (const config::Credential& credential : config.credentials) {
    credentials[credential.name] = credential;
  }
  std::vector<engine::ProjectConfig> projects;
  for (const config::Project& project : config.projects) {
    const config::Credential& credential = credentials[project.credential];
    projects.push_back({SettingsOf(project, config), project.endpoint.ToString(), project.region,
                        credential.name, credential.SecretSource(), credential.max_in_flight,
                        engine::QuotaConfig{credential.quota_reserve, credential.quota}});
  }
  return projects;
}

cloud::CredentialStatus::Kind KindOf(config::Credential::Type type) {
  switch (type) {
    case config::Credential::Type::kPassword:
      return cloud::CredentialStatus::Kind::kPassword;
    case config::Credential::Type::kAccessKey:
      return cloud::CredentialStatus::Kind::kAccessKey;
    case config::Credential::Type::kTokenFile:
      break;
  }
  return cloud::CredentialStatus::Kind::kTokenFile;
}

std::optional<std::string> VariableOf(const std::string& name) {
  const char* value = getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// As other programs take them: in small letters before capitals.
std::string ProxyVariable(const std::string& small, const std::string& capital) {
  return VariableOf(small).value_or(VariableOf(capital).value_or(""));
}

absl::StatusOr<cloud::ProxySettings> ProxiesOfEnvironment() {
  auto proxies = cloud::ProxySettings::Parse(ProxyVariable("https_proxy", "HTTPS_PROXY"),
                                             ProxyVariable("no_proxy", "NO_PROXY"));
  if (proxies.ok()) return proxies;
  return absl::InvalidArgumentError(absl::StrCat("HTTPS_PROXY: ", proxies.status().message()));
}

absl::StatusOr<cloud::DbssOptions> CloudOptions(const config::Config& config) {
  cloud::DbssOptions options;
  options.version = kVersion;
  options.environment = VariableOf;
  QUIESCE_ASSIGN_OR_RETURN(options.proxies, ProxiesOfEnvironment());
  for (const config::Credential& credential : config.credentials) {
    options.credentials.push_back({credential.name, credential.file, credential.max_in_flight,
                                   KindOf(credential.type), credential.user, credential.domain,
                                   credential.password_env, credential.access_key_env,
                                   credential.secret_key_env, credential.security_token_env});
  }
  for (const config::Project& project : config.projects) {
    options.projects.push_back({project.id, project.endpoint, project.ca_file, project.credential,
                                project.status_map, project.iam_endpoint});
  }
  return options;
}

std::map<std::string, std::string> AliasesById(const config::Config& config) {
  std::map<std::string, std::string> aliases;
  for (const config::Project& project : config.projects) aliases[project.id] = project.alias;
  return aliases;
}

std::string StoreUrl(const config::Config& config) {
  return absl::StrCat("sqlite://", config.store_path);
}

}  // namespace

App::App(const config::Config& config, SystemClock& clock, observability::Logger& log)
    : clock_(clock), log_(log), loop_(clock), rpc_log_(log), directory_(AllSettings(config)) {}

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
  QUIESCE_ASSIGN_OR_RETURN(cloud::DbssOptions options, CloudOptions(config));
  QUIESCE_ASSIGN_OR_RETURN(cloud_, cloud::DbssClient::Create(std::move(options), &clock_, &loop_));
  api_ = std::make_unique<LoggedInstanceApi>(*cloud_, clock_, log_, AliasesById(config));
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
                                             EngineProjects(config));
  return rows.Load(feed);
}

absl::Status App::Listen(const config::Config& config) {
  calls_.emplace(clock_, loop_, rpc_log_);
  backend_.emplace(rpc::Backend{*engine_, *store_, clock_, directory_, *calls_});
  rpc::ServerOptions options;
  options.listen = config.listeners;
  options.identity = {config.server_name, kVersion, StoreUrl(config), clock_.Read().wall};
  QUIESCE_ASSIGN_OR_RETURN(server_, rpc::Server::Start(*backend_, options));
  return absl::OkStatus();
}

void App::LogStart(const config::Config& config) {
  const auto alias = [](std::string* out, const config::Project& project) {
    absl::StrAppend(out, project.alias);
  };
  log_.Info("started", {{"name", config.server_name},
                        {"version", kVersion},
                        {"listen", absl::StrJoin(server_->addresses(), ",")},
                        {"store", StoreUrl(config)},
                        {"project_count", config.projects.size()},
                        {"projects", absl::StrJoin(config.projects, ",", alias)},
                        {"open_attempts", open_attempts_},
                        {"pid", getpid()}});
}

bool App::DrainEngine() {
  // Shared: it may come to rest after we have stopped waiting for that.
  auto idle = std::make_shared<absl::Notification>();
  loop_.Post([this, idle] { engine_->Drain([idle] { idle->Notify(); }); });
  return idle->WaitForNotificationWithTimeout(limits::kDrainTimeout);
}

absl::Status App::Stop() {
  stopped_ = true;
  const Watchdog watchdog(limits::kWatchdogTimeout, [this] {
    log_.Error("stopping takes too long, exiting");
    _exit(static_cast<int>(ExitCode::kFailure));
  });
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
  QUIESCE_ASSIGN_OR_RETURN(cloud::DbssOptions options, CloudOptions(config));
  return cloud::DbssClient::Create(std::move(options), &clock, &loop).status();
}

}  // namespace quiesce::app
