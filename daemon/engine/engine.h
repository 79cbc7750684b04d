#ifndef QUIESCE_DAEMON_ENGINE_ENGINE_H_
#define QUIESCE_DAEMON_ENGINE_ENGINE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/random.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/engine/observer.h"
#include "daemon/engine/planner.h"
#include "daemon/engine/projects.h"
#include "daemon/engine/reconciler.h"
#include "daemon/engine/registry.h"
#include "daemon/engine/run_driver.h"
#include "daemon/engine/wait_list.h"
#include "daemon/engine/watch_hub.h"
#include "daemon/store/records.h"
#include "daemon/store/state_store.h"

namespace quiesce::engine {

// The reconciler of the whole fleet: one sequential event loop that never blocks. All of it,
// including every method below, runs on the executor and is not thread-safe; other threads post a
// task of bounded work (at most limits::kSliceRows rows) to the executor and carry the answer out.
//
// It knows the world through four interfaces only: Executor, Clock, StateStore and InstanceApi. A
// test that drives those drives the whole engine, on one thread and under virtual time.
class Engine final : private Reconciler::Listener, private Observer::Listener {
 public:
  Engine(Executor& executor, Clock& clock, Random& random, store::StateStore& store,
         cloud::InstanceApi& api, const std::vector<ProjectConfig>& projects);

  // Takes committed changes: first everything that is stored, then each group as it is committed.
  void OnFeed(std::vector<store::Change> changes);

  // Exactly these projects are configured from now on. Calls and lists under way end as they are
  // (see Observer::ProjectsChanged); all else goes on under the new settings. The store's settings
  // and the cloud's were replaced before.
  void Configure(const std::vector<ProjectConfig>& projects);

  // Begins to list, decide and call. Everything stored has been fed.
  void Start();

  // Claims nothing from now on, ends waits and watches. `idle` runs once no call is in flight and
  // every outcome is recorded.
  void Drain(Task idle);

  Registry& registry() { return registry_; }
  Projects& projects() { return projects_; }
  Observer& observer() { return observer_; }
  Planner& planner() { return planner_; }
  WatchHub& watches() { return watches_; }
  WaitList& waits() { return waits_; }
  RunDriver& runs() { return runs_; }
  const Reconciler& reconciler() const { return reconciler_; }
  Executor& executor() { return executor_; }
  // How a project's credential stands.
  cloud::CredentialStatus CredentialOf(const std::string& project_id) const {
    return api_.CredentialOf(project_id);
  }
  // Every hold that is remembered, ended ones too, by id.
  const std::map<std::string, store::HoldRecord>& holds() const { return holds_; }

  core::Decision Decide(const Row& row, const Now& now) { return reconciler_.Decide(row, now); }
  core::Surroundings SurroundingsOf(const Row& row) { return reconciler_.SurroundingsOf(row); }

 private:
  void OnDecision(const Row& row, const core::Decision& decision, bool by_time) override;
  void OnListEnded(CredentialState& credential, bool changed) override;

  void Take(store::InstanceChanged& change);
  void Take(store::InstanceForgotten& change);
  void Take(store::HoldChanged& change);
  void Take(store::HoldForgotten& change);
  void Take(store::WorkspaceChanged& change);
  void Take(store::ProjectChanged& change);
  void Take(store::RunChanged& change);
  void Take(store::RunItemChanged& change);
  void Prune();
  void PruneStore();
  void ForgetReleased();

  Executor& executor_;
  Clock& clock_;
  store::StateStore& store_;
  const cloud::InstanceApi& api_;
  Registry registry_;
  std::map<std::string, store::HoldRecord> holds_;
  Projects projects_;
  WatchHub watches_;
  WaitList waits_;
  RunDriver runs_;
  Observer observer_;
  Reconciler reconciler_;
  Planner planner_;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_ENGINE_H_
