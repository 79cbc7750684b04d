#include "tests/integration/engine/engine_daemon.h"

#include "daemon/cloud/endpoint.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "tests/support/wait.h"

namespace quiesce::support {
namespace {

constexpr int kMaxInFlight = 4;

cloud::DbssOptions CloudOf(const EngineDaemon::Options& options) {
  const cloud::Endpoint endpoint = *cloud::ParseEndpoint(options.endpoint);
  cloud::DbssCredential credential{"main", options.secret_file, kMaxInFlight};
  credential.kind = options.credential;
  credential.user = options.user;
  credential.domain = options.domain;
  cloud::DbssOptions cloud;
  cloud.credentials.push_back(credential);
  cloud.projects.push_back({options.settings.id, endpoint, "", "main", {}, endpoint});
  return cloud;
}

engine::ProjectConfig ProjectOf(const EngineDaemon::Options& options) {
  engine::ProjectConfig project;
  project.settings = options.settings;
  project.endpoint = options.endpoint;
  project.credential = "main";
  project.max_in_flight = kMaxInFlight;
  return project;
}

}  // namespace

EngineDaemon::EngineDaemon(const Options& options) : loop_(clock_) { Start(options); }

void EngineDaemon::Start(const Options& options) {
  auto opened = store::SqliteStore::Open(options.folder + "/quiesced.db");
  ASSERT_TRUE(opened.ok()) << opened.status();
  std::unique_ptr<store::SqliteStore> sqlite = *std::move(opened);
  clock_.Resume(sqlite->clock_origin(), sqlite->high_water());
  sqlite->SetClockOrigin(clock_.origin());
  const core::ProjectSettings& settings = options.settings;
  const store::ProjectMap projects = {{settings.id, settings}};
  store::Recover recover;
  recover.projects.push_back({settings.id, settings.alias, options.endpoint});
  ASSERT_TRUE(sqlite->Execute(std::move(recover), {clock_.Read(), random_, projects}).ok());

  api_ = *cloud::DbssClient::Create(CloudOf(options), &clock_, &loop_);
  store::SqliteStore& loadable = *sqlite;
  store_ = std::make_unique<store::GroupCommitStore>(
      std::move(sqlite), store::GroupCommitStore::Dependencies{loop_, clock_, random_}, projects,
      [this, fed = options.fed](std::vector<store::Change> changes) {
        engine_->OnFeed(std::move(changes));
        if (fed) fed(*engine_, clock_.Read());
      },
      [](const absl::Status& status) { FAIL() << status; });
  engine_ =
      std::make_unique<engine::Engine>(loop_, clock_, random_, *store_, *api_,
                                       std::vector<engine::ProjectConfig>{ProjectOf(options)});
  ASSERT_TRUE(
      loadable
          .Load([this](std::vector<store::Change> changes) { engine_->OnFeed(std::move(changes)); })
          .ok());
  engine_->Start();
  loop_.Start();
}

EngineDaemon::~EngineDaemon() {
  absl::Notification idle;
  loop_.Post([this, &idle] { engine_->Drain([&idle] { idle.Notify(); }); });
  EXPECT_TRUE(idle.WaitForNotificationWithTimeout(kPatience));
  api_->Drain(absl::Seconds(1));
  EXPECT_TRUE(store_->Close().ok());
  loop_.Stop();
}

void EngineDaemon::OnLoop(absl::FunctionRef<void(engine::Engine&, const Now&)> act) {
  absl::Notification done;
  loop_.Post([&] {
    act(*engine_, clock_.Read());
    done.Notify();
  });
  done.WaitForNotification();
}

}  // namespace quiesce::support
