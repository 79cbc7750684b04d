#ifndef QUIESCE_DAEMON_ENGINE_PLANNER_H_
#define QUIESCE_DAEMON_ENGINE_PLANNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/random.h"
#include "daemon/core/plan.h"
#include "daemon/engine/observer.h"
#include "daemon/engine/reconciler.h"
#include "daemon/engine/registry.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/state_store.h"

namespace quiesce::engine {

// What a plan is asked for: the whole new set of one workspace.
struct PlanRequest {
  std::string workspace;
  core::WorkspaceHeader header;
  std::vector<core::Spec> specs;  // each instance once
  std::string principal;
};

// Computes plans from the registry and records them. Projects without a fresh list are listed
// first; the work goes in slices, so that a large plan delays nobody. The result is immutable, and
// says of each instance what it was computed from, so that what changes meanwhile is skipped
// rather than overwritten.
//
// Lives on the engine's loop.
class Planner {
 public:
  Planner(Executor& executor, Clock& clock, Random& random, store::StateStore& store,
          Registry& registry, Projects& projects, Observer& observer, Reconciler& reconciler);

  void WorkspaceChanged(const store::Workspace& workspace);
  // Null: no such workspace.
  const store::Workspace* FindWorkspace(std::string_view name) const;

  // Errors: FAILED_PRECONDITION with INSTANCE_CLAIMED (another workspace declares one of the
  // instances; the message names it and its owner) or WORKSPACE_KIND_MISMATCH; those of the store.
  void CreatePlan(PlanRequest request, Done<store::Plan> done);

 private:
  struct Draft;  // a plan in the making

  void Look(std::shared_ptr<Draft> draft);
  void LookForUnlisted(std::shared_ptr<Draft> draft);
  void Refresh(std::shared_ptr<Draft> draft, const std::vector<ProjectState*>& projects);
  void Declare(std::shared_ptr<Draft> draft);
  absl::Status DeclareOne(Draft& draft, const core::Spec& spec, const Now& now);
  void Release(std::shared_ptr<Draft> draft);
  void Complete(std::shared_ptr<Draft> draft);
  void Store(std::shared_ptr<Draft> draft);
  void Keep(Draft& draft, core::PlanItem item);

  Executor& executor_;
  Clock& clock_;
  Random& random_;
  store::StateStore& store_;
  Registry& registry_;
  Projects& projects_;
  Observer& observer_;
  Reconciler& reconciler_;
  std::map<std::string, store::Workspace, std::less<>> workspaces_;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_PLANNER_H_
