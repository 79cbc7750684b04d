#include "tests/integration/faults/daemon.h"

#include <utility>

#include "daemon/store/declare_operations.h"

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

Daemon::Daemon(const Options& options)
    : daemon_({options.settings, options.endpoint, options.folder, options.folder + "/secret",
               options.credential, kUser, kDomain, [this](engine::Engine& engine, const Now& now) {
                 Record(TellOnLoop(engine, now));
               }}) {}

void Daemon::Record(const Told& told) {
  const absl::MutexLock lock(&mutex_);
  const bool same = !history_.empty() && history_.back().phase == told.phase &&
                    history_.back().reason == told.reason &&
                    history_.back().last_call == told.last_call;
  if (!same) history_.push_back(told);
}

Told Daemon::TellOnLoop(engine::Engine& engine, const Now& now) {
  Told told;
  const engine::Row* row = engine.registry().Find(Key());
  if (row == nullptr) return told;
  const core::Decision decision = engine.Decide(*row, now);
  told.phase = decision.phase;
  told.reason = decision.reason;
  told.last_call = row->call_class;
  const engine::ProjectState* project = engine.projects().Find(kProject);
  if (project->last_error) told.last_list = project->last_error->result.call_class;
  return told;
}

Told Daemon::Tell() {
  Told told;
  daemon_.OnLoop([&](engine::Engine& engine, const Now& now) { told = TellOnLoop(engine, now); });
  return told;
}

std::vector<Told> Daemon::History() {
  const absl::MutexLock lock(&mutex_);
  return history_;
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
  return daemon_.Run(std::move(set)).status();
}

absl::Status Daemon::StopNow() {
  store::RequestReconcile reconcile;
  reconcile.request = Identity();
  reconcile.key = Key();
  reconcile.skip_backoff = true;
  return daemon_.Run(std::move(reconcile)).status();
}

}  // namespace quiesce::faults
