#include "daemon/store/run_tally.h"

#include <cstdint>
#include <map>
#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/store/row_ids.h"

namespace quiesce::store {
namespace {

template <typename Key>
void Count(std::map<Key, int64_t>& counts, Key key, int64_t change) {
  if ((counts[key] += change) == 0) counts.erase(key);
}

}  // namespace

absl::StatusOr<Run> ReadRun(Tables& tables, const std::string& id) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Run> run, tables.ReadRun(id));
  if (!run) return core::error::RunNotFound(id);
  return *std::move(run);
}

absl::StatusOr<Run> ResolveRun(Tables& tables, const std::string& id) {
  QUIESCE_ASSIGN_OR_RETURN(const std::string whole, ResolveRunId(tables, id));
  return ReadRun(tables, whole);
}

RunItem NewRunItem(const Run& run, const core::PlanItem& planned) {
  RunItem item;
  item.run_id = run.id;
  item.index = planned.index;
  item.key = planned.key;
  item.change = planned.change;
  item.effect = planned.effect;
  return item;
}

void EndItem(Run& run, RunItem& item, ItemState state, std::optional<core::Reason> reason,
             absl::Time now) {
  Count<ItemState>(run.counts, item.state, -1);
  Count<ItemState>(run.counts, state, 1);
  item.state = state;
  item.reason = reason;
  item.ended = now;
}

void NoteAtCancel(Run& run, RunItem& item, CallAtCancel at_cancel) {
  if (item.at_cancel != CallAtCancel::kNotCancelled) {
    Count<CallAtCancel>(run.cancel_counts, item.at_cancel, -1);
  }
  Count<CallAtCancel>(run.cancel_counts, at_cancel, 1);
  item.at_cancel = at_cancel;
}

void AdvanceRun(Run& run, absl::Time now) {
  if (run.state == RunState::kApplying && run.cursor == run.item_count) {
    run.state = RunState::kRunning;
  }
  if (run.counts.count(ItemState::kPending) != 0) return;
  if (run.state == RunState::kRunning) {
    run.state = RunState::kDone;
  } else if (run.state == RunState::kCancelling && run.cancel_cursor == run.item_count) {
    run.state = RunState::kCancelled;
  } else {
    return;
  }
  run.ended = now;
}

}  // namespace quiesce::store
