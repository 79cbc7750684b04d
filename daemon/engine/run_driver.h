#ifndef QUIESCE_DAEMON_ENGINE_RUN_DRIVER_H_
#define QUIESCE_DAEMON_ENGINE_RUN_DRIVER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/core/decide.h"
#include "daemon/engine/registry.h"
#include "daemon/store/run_operations.h"
#include "daemon/store/state_store.h"

namespace quiesce::engine {

// Carries runs forward: applies their items slice by slice behind a durable cursor, ends each item
// at the first of CONVERGED BLOCKED STALLED GONE SUPERSEDED that its instance comes to, and takes
// back what a cancelled run has not called. Picks up where an earlier process left off, because
// all it knows comes from the feed.
//
// Lives on the engine's loop.
class RunDriver {
 public:
  RunDriver(Executor& executor, Clock& clock, store::StateStore& store, Registry& registry);

  void RunChanged(const store::Run& run);
  void RunItemChanged(const store::RunItem& item);
  // Ends the open items of the instance, if the decision is an end.
  void OnDecision(const Row& row, const core::Decision& decision);
  // The instance left the registry: whatever item is open was superseded.
  void RowForgotten(const core::InstanceKey& key);

  // Cancels a run and answers, with the run as it is then, only once no further call of it can
  // start. Errors: those of store::CancelRun; UNAVAILABLE when the daemon stops meanwhile.
  void Cancel(std::string run_id, std::string principal, Done<store::Run> done);

  // Begins carrying runs forward; before it, they are only taken in.
  void Start();
  void Stop();

 private:
  struct OpenItem {
    store::RunItem item;
    bool ending = false;  // its end is on its way into the store
  };
  struct ActiveRun {
    store::Run run;
    bool stepping = false;                  // a slice is on its way
    bool step_again = false;                // a call ended meanwhile
    bool settled = false;                   // cancelled, and nothing of it can be called any more
    std::vector<Done<store::Run>> waiters;  // for that
  };

  void EndOrphans();
  void Step(const std::string& run_id);
  void StepLater(const std::string& run_id);
  void Applied(const std::string& run_id, absl::StatusOr<store::Run> run);
  void TakenBack(const std::string& run_id, absl::StatusOr<store::CancelRunSlice::Result> result);
  void AnswerWaiters(ActiveRun& active);
  void End(OpenItem& open, store::ItemState state, std::optional<core::Reason> reason);
  void Flush();
  void Submit(const std::string& run_id, std::vector<store::EndRunItems::End> ends);

  Executor& executor_;
  Clock& clock_;
  store::StateStore& store_;
  Registry& registry_;
  bool started_ = false;
  bool stopped_ = false;
  std::map<std::string, ActiveRun> active_;  // runs that are not over
  // By instance, then by run.
  std::map<core::InstanceKey, std::map<std::string, OpenItem>> open_;
  std::map<std::string, std::vector<store::EndRunItems::End>> ends_;  // by run
  bool flush_posted_ = false;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_RUN_DRIVER_H_
