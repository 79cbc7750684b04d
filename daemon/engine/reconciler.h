#ifndef QUIESCE_DAEMON_ENGINE_RECONCILER_H_
#define QUIESCE_DAEMON_ENGINE_RECONCILER_H_

#include <deque>
#include <functional>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/functional/any_invocable.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/core/decide.h"
#include "daemon/core/hold.h"
#include "daemon/engine/observer.h"
#include "daemon/engine/projects.h"
#include "daemon/engine/registry.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/state_store.h"

namespace quiesce::engine {

// The loop itself: decides about an instance whenever its facts, its project or the time change,
// and carries the decision out: claims and calls, latches, asks for a look, or waits.
//
// Level-triggered: what is queued is a hint by key; every step decides anew from the facts, and a
// claim decides once more inside the transaction that writes the intent. An instance is in at most
// one claim or call at a time. Lives on the engine's loop; never blocks.
class Reconciler {
 public:
  // Told after every decision about a row; `by_time` when no commit caused it and the phase or
  // reason changed.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void OnDecision(const Row& row, const core::Decision& decision, bool by_time) = 0;
  };

  Reconciler(Executor& executor, Clock& clock, store::StateStore& store, cloud::InstanceApi& api,
             Registry& registry, Projects& projects, Observer& observer, Listener& listener);

  // A committed change of the row was put into the registry.
  void RowChanged(Row& row);
  // Something other than a commit of the row asks for a decision.
  void Recheck(Row& row);
  // The row is about to leave the registry.
  void RowForgotten(Row& row);
  // Other projects are configured now, or the same ones in another way.
  void ProjectsChanged();
  // A list of the project was recorded.
  void ProjectListed(ProjectState& project);
  // A hold was made, extended or ended.
  void HoldChanged(const core::Hold& hold);
  // A hold that ended long ago left the store.
  void HoldForgotten(const std::string& id) { holds_.Remove(id); }

  // An answer of the cloud changed what all calls of the credential depend on: a pause began, the
  // endpoint went down or came back.
  void CredentialChanged(CredentialState& credential);
  // Places became free, or time passed: calls what is due and may be called.
  void Dispatch(CredentialState& credential);

  // From now on: decide and act. Before it, rows are only taken in.
  void Start();
  // Claims nothing from now on. `idle` runs once no call is in flight and every outcome is
  // recorded.
  void Drain(Task idle);

  const core::HoldIndex& holds() const { return holds_; }
  // Rows that are to be decided about when a time comes.
  size_t timers() const { return timers_.size(); }
  // Rows that are to be decided about as soon as the loop gets to them.
  size_t swept() const { return sweep_.size(); }
  core::Surroundings SurroundingsOf(const ProjectRows& rows);
  core::Surroundings SurroundingsOf(const Row& row) { return SurroundingsOf(*row.project); }
  core::Decision Decide(const Row& row, const Now& now);

 private:
  void SweepAllDeclared();
  void LeaveProject(ProjectState& project);
  void WatchFreshness(ProjectState& project);
  void Evaluate(Row& row, bool by_time);
  void Account(Row& row, ProjectState& project, const core::Decision& decision);
  void Arm(Row& row, SteadyTime due);
  void ArmTimer();
  void RunTimers();
  void Sweep(Row& row);
  void Sweep(const std::vector<core::InstanceKey>& keys);
  void SweepDeclared(const ProjectRows& rows);
  void SweepOpen(const ProjectState& project);
  void RunSweep();

  void QueueCall(Row& row, ProjectState& project);
  void DispatchLater(CredentialState& credential, SteadyTime now);
  void ShowQuota(CredentialState& credential, SteadyTime now);
  // `reserved`: when the calls were told to the credential.
  void Claimed(CredentialState& credential, std::vector<core::InstanceKey> keys,
               SteadyTime reserved, absl::StatusOr<store::Claim::Result> result);
  // Why the call must not be made after all; empty: it may.
  std::string WhyNot(const ProjectState* project, const CredentialState& credential,
                     const store::ClaimedCall& call) const;
  void HandOver(CredentialState& credential, const store::ClaimedCall& call, SteadyTime reserved);
  void Answered(ProjectState& project, CredentialState& credential, const store::ClaimedCall& call,
                SteadyTime reserved, core::CallResult result);
  void PlacesFree(CredentialState& credential);
  void Record(store::Finish finish);

  void QueueLatch(Row& row);
  void FlushLatches();
  void MaybeIdle();

  Executor& executor_;
  Clock& clock_;
  store::StateStore& store_;
  cloud::InstanceApi& api_;
  Registry& registry_;
  Projects& projects_;
  Observer& observer_;
  Listener& listener_;

  core::HoldIndex holds_;
  bool started_ = false;
  bool draining_ = false;
  Task idle_;
  int recording_ = 0;  // outcomes on their way into the store

  // One entry at most for each row: what a hold of months makes due is armed anew at every list.
  struct Timer {
    SteadyTime due;
    Row* row = nullptr;
    // Rows that are due together come in the order of their ids, the same in every run.
    friend bool operator<(const Timer& a, const Timer& b) {
      if (a.due != b.due) return a.due < b.due;
      return std::tie(a.row->project->id(), a.row->instance_id) <
             std::tie(b.row->project->id(), b.row->instance_id);
    }
  };
  absl::btree_set<Timer> timers_;
  SteadyTime timer_at_ = SteadyTime::Infinite();
  // A row once, however often it is asked for before its turn: see Row::sweeping.
  std::deque<core::InstanceKey> sweep_;
  bool sweep_posted_ = false;
  std::vector<core::InstanceKey> latches_;
  bool latch_flush_posted_ = false;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_RECONCILER_H_
