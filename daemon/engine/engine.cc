#include "daemon/engine/engine.h"

#include <utility>
#include <variant>

#include "daemon/base/limits.h"
#include "daemon/store/list_operations.h"

namespace quiesce::engine {

Engine::Engine(Executor& executor, Clock& clock, Random& random, store::StateStore& store,
               cloud::InstanceApi& api, const std::vector<ProjectConfig>& projects)
    : executor_(executor),
      clock_(clock),
      store_(store),
      api_(api),
      projects_(projects, registry_),
      watches_(registry_, [this](Row& row) { reconciler_.Recheck(row); }),
      waits_(executor, registry_),
      runs_(executor, clock, store, registry_),
      observer_(executor, clock, store, api, projects_, *this),
      reconciler_(executor, clock, store, api, registry_, projects_, observer_, *this),
      planner_(executor, clock, random, store, registry_, projects_, observer_, reconciler_) {}

void Engine::Start() {
  runs_.Start();
  reconciler_.Start();
  observer_.Start();
  Prune();
}

void Engine::Configure(const std::vector<ProjectConfig>& projects) {
  projects_.Configure(projects, clock_.Read().steady);
  observer_.ProjectsChanged();
  reconciler_.ProjectsChanged();
}

void Engine::Drain(Task idle) {
  observer_.Stop();
  runs_.Stop();
  waits_.CloseAll();
  watches_.CloseAll();
  reconciler_.Drain(std::move(idle));
}

void Engine::OnFeed(std::vector<store::Change> changes) {
  for (store::Change& change : changes) {
    std::visit([this](auto& typed) { Take(typed); }, change);
  }
  watches_.Changed();
}

void Engine::Take(store::InstanceChanged& change) {
  Row* row = registry_.Put(change.record);
  reconciler_.RowChanged(*row);
}

void Engine::Take(store::InstanceForgotten& change) {
  if (Row* row = registry_.Find(change.key)) reconciler_.RowForgotten(*row);
  waits_.RowForgotten(change.key);
  runs_.RowForgotten(change.key);
  registry_.Forget(change.key, change.revision, clock_.Read().steady);
}

void Engine::Take(store::HoldChanged& change) {
  registry_.SawRevision(change.hold.revision);
  holds_[change.hold.hold.id] = change.hold;
  reconciler_.HoldChanged(change.hold.hold);
}

void Engine::Take(store::HoldForgotten& change) {
  holds_.erase(change.id);
  reconciler_.HoldForgotten(change.id);
}

void Engine::Take(store::WorkspaceChanged& change) {
  registry_.SawRevision(change.workspace.revision);
  planner_.WorkspaceChanged(change.workspace);
}

void Engine::Take(store::ProjectChanged& change) {
  ProjectRows& rows = registry_.Project(change.project.id);
  rows.freshness = change.project.freshness;
  rows.listed_at = change.project.listed_at;
  if (ProjectState* project = projects_.Find(change.project.id)) {
    reconciler_.ProjectListed(*project);
  }
}

void Engine::Take(store::RunChanged& change) {
  registry_.SawRevision(change.run.revision);
  runs_.RunChanged(change.run);
}

void Engine::Take(store::RunItemChanged& change) {
  runs_.RunItemChanged(change.item);
  if (change.item.state != store::ItemState::kPending) return;
  // The instance may stand where the item ends already; nothing else would wake it.
  if (Row* row = registry_.Find(change.item.key)) reconciler_.Recheck(*row);
}

void Engine::OnDecision(const Row& row, const core::Decision& decision, bool by_time) {
  runs_.OnDecision(row, decision);
  waits_.OnDecision(row, decision);
  if (by_time) watches_.VerdictChanged(row);
}

void Engine::OnListEnded(CredentialState& credential, bool changed) {
  if (changed) reconciler_.CredentialChanged(credential);
  reconciler_.Dispatch(credential);
}

// Forgets, now and then, what nobody can ask for any more.
void Engine::Prune() {
  const SteadyTime now = clock_.Read().steady;
  registry_.PruneTombstones(now - limits::kTombstoneLifetime);
  ForgetReleased();
  PruneStore();
  executor_.PostAt(now + limits::kPruneInterval, [this] { Prune(); });
}

void Engine::PruneStore() {
  store_.Submit(store::Prune{}, [this](absl::StatusOr<store::Prune::Result> pruned) {
    if (!pruned.ok()) return;  // the next time will do
    registry_.SetOldestResumable(pruned->oldest_resumable_revision);
    if (pruned->more) PruneStore();
  });
}

// A released instance of a project that is listed goes with a list; of another one, here.
void Engine::ForgetReleased() {
  store::ForgetInstances forget;
  for (const auto& [id, project] : registry_.projects()) {
    if (projects_.SettingsOf(id).mode == core::ObservationMode::kList) continue;
    for (const Row* row : project->AllRows()) {
      if (forget.keys.size() == limits::kSliceRows) break;
      if (!row->declared) forget.keys.push_back(registry_.KeyOf(*row));
    }
  }
  if (forget.keys.empty()) return;
  store_.Submit(std::move(forget), [](absl::StatusOr<int64_t>) {});
}

}  // namespace quiesce::engine
