#ifndef QUIESCE_DAEMON_ENGINE_RUN_DRIVER_H_
#define QUIESCE_DAEMON_ENGINE_RUN_DRIVER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/core/decide.h"
#include "daemon/engine/registry.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/state_store.h"

namespace quiesce::engine {

// Carries runs forward: applies their items slice by slice behind a durable cursor, and ends each
// item at the first of CONVERGED BLOCKED STALLED GONE SUPERSEDED that its instance comes to.
// Picks up where an earlier process left off, because all it knows comes from the feed.
//
// Lives on the engine's loop.
class RunDriver {
 public:
  RunDriver(Executor& executor, Clock& clock, store::StateStore& store, Registry& registry);

  void RunChanged(const store::Run& run);
  void RunItemChanged(const store::RunItem& item);
  // Ends the open item of the instance, if the decision is an end.
  void OnDecision(const Row& row, const core::Decision& decision);
  // The instance left the registry: its item, if one is open, was superseded.
  void RowForgotten(const core::InstanceKey& key);

  // Begins carrying runs forward; before it, they are only taken in.
  void Start();
  void Stop() { stopped_ = true; }

 private:
  struct OpenItem {
    store::RunItem item;
    bool ending = false;  // its end is on its way into the store
  };

  void Apply(const std::string& run_id);
  void End(OpenItem& open, store::ItemState state, std::optional<core::Reason> reason);
  void Flush();

  Executor& executor_;
  Clock& clock_;
  store::StateStore& store_;
  Registry& registry_;
  bool started_ = false;
  bool stopped_ = false;
  // Runs whose items are being applied; true while a slice is on its way.
  std::map<std::string, bool> applying_;
  // By instance, then by run.
  absl::flat_hash_map<core::InstanceKey, std::map<std::string, OpenItem>> open_;
  std::map<std::string, std::vector<store::ItemEnd>> ends_;  // by run
  bool flush_posted_ = false;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_RUN_DRIVER_H_
