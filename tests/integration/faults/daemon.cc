#include "tests/integration/faults/daemon.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "daemon/cloud/endpoint.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/declare_operations.h"
#include "daemon/store/hold_operations.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/sqlite_store.h"
#include "gtest/gtest.h"
#include "tests/support/wait.h"

namespace quiesce::faults {
namespace {

store::RequestIdentity Identity() {
  store::RequestIdentity identity;
  identity.principal = "tester";
  return identity;
}

}  // namespace

core::InstanceKey Key() { return {kProject, kInstance}; }

core::ProjectSettings ShortTimings() {
  core::ProjectSettings settings;
  settings.id = kProject;
  settings.alias = "billing-cn";
  settings.timing.call_deadline = absl::Milliseconds(500);
  settings.timing.settle = absl::Milliseconds(300);
  settings.timing.list_idle = absl::Milliseconds(100);
  settings.timing.list_active = absl::Milliseconds(50);
  settings.timing.look_max_age = absl::Seconds(5);
  return settings;
}

Daemon::Daemon(const Options& options) : loop_(clock_) {
  StartStore(options);
  StartEngine(options);
}

Daemon::~Daemon() {
  absl::Notification idle;
  loop_.Post([this, &idle] { engine_->Drain([&idle] { idle.Notify(); }); });
  EXPECT_TRUE(idle.WaitForNotificationWithTimeout(support::kPatience));
  api_->Drain(absl::Seconds(1));
  EXPECT_TRUE(store_->Close().ok());
  loop_.Stop();
}

void Daemon::StartStore(const Options& options) {
  auto opened = store::SqliteStore::Open(options.folder + "/quiesced.db");
  ASSERT_TRUE(opened.ok()) << opened.status();
  std::unique_ptr<store::SqliteStore> sqlite = *std::move(opened);
  clock_.Resume(sqlite->clock_origin(), sqlite->high_water());
  sqlite->SetClockOrigin(clock_.origin());
  const store::ProjectMap projects = {{kProject, options.settings}};
  store::Recover recover;
  recover.projects.push_back({kProject, options.settings.alias, options.endpoint});
  ASSERT_TRUE(sqlite->Execute(std::move(recover), {clock_.Read(), random_, projects}).ok());
  loadable_ = sqlite.get();
  store_ = std::make_unique<store::GroupCommitStore>(
      std::move(sqlite), store::GroupCommitStore::Dependencies{loop_, clock_, random_}, projects,
      [this](std::vector<store::Change> changes) { OnFeed(std::move(changes)); },
      [](const absl::Status& status) { FAIL() << status; });
}

void Daemon::StartEngine(const Options& options) {
  const cloud::Endpoint endpoint = *cloud::ParseEndpoint(options.endpoint);
  cloud::DbssCredential credential{"main", options.folder + "/secret", 4};
  credential.kind = options.credential;
  credential.user = kUser;
  credential.domain = kDomain;
  cloud::DbssOptions cloud_options;
  cloud_options.credentials.push_back(credential);
  cloud_options.projects.push_back({kProject, endpoint, "", "main", {}, endpoint});
  api_ = *cloud::DbssClient::Create(std::move(cloud_options), &clock_, &loop_);

  engine::ProjectConfig project;
  project.settings = options.settings;
  project.endpoint = options.endpoint;
  project.credential = "main";
  project.max_in_flight = 4;
  engine_ =
      std::make_unique<engine::Engine>(loop_, clock_, random_, *store_, *api_,
                                       std::vector<engine::ProjectConfig>{std::move(project)});
  ASSERT_TRUE(loadable_
                  ->Load([this](std::vector<store::Change> changes) {
                    engine_->OnFeed(std::move(changes));
                  })
                  .ok());
  engine_->Start();
  loop_.Start();
}

void Daemon::OnFeed(std::vector<store::Change> changes) {
  engine_->OnFeed(std::move(changes));
  const Told told = TellOnLoop();
  const absl::MutexLock lock(&mutex_);
  const bool same = !history_.empty() && history_.back().phase == told.phase &&
                    history_.back().reason == told.reason &&
                    history_.back().last_call == told.last_call;
  if (!same) history_.push_back(told);
}

Told Daemon::TellOnLoop() {
  Told told;
  const engine::Row* row = engine_->registry().Find(Key());
  if (row == nullptr) return told;
  const core::Decision decision = engine_->Decide(*row, clock_.Read());
  told.phase = decision.phase;
  told.reason = decision.reason;
  told.last_call = row->call_class;
  const engine::ProjectState* project = engine_->projects().Find(kProject);
  if (project->last_error) told.last_list = project->last_error->result.call_class;
  return told;
}

Told Daemon::Tell() {
  absl::Notification done;
  Told told;
  loop_.Post([&] {
    told = TellOnLoop();
    done.Notify();
  });
  done.WaitForNotification();
  return told;
}

std::vector<Told> Daemon::History() {
  const absl::MutexLock lock(&mutex_);
  return history_;
}

template <typename Op>
absl::StatusOr<typename Op::Result> Daemon::Run(Op op) {
  absl::Notification done;
  absl::StatusOr<typename Op::Result> result = absl::UnknownError("not run");
  store_->Submit(std::move(op), [&](absl::StatusOr<typename Op::Result> r) {
    result = std::move(r);
    done.Notify();
  });
  done.WaitForNotification();
  return result;
}

absl::Status Daemon::Declare() {
  store::SetDesired set;
  set.request = Identity();
  set.workspace = "billing";
  set.owner = "billing";
  set.contact = "#billing";
  store::SetDesired::Write write;
  write.spec.key = Key();
  set.writes.push_back(std::move(write));
  return Run(std::move(set)).status();
}

absl::Status Daemon::StopNow() {
  store::RequestReconcile reconcile;
  reconcile.request = Identity();
  reconcile.key = Key();
  reconcile.skip_backoff = true;
  return Run(std::move(reconcile)).status();
}

}  // namespace quiesce::faults
