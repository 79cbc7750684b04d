#ifndef QUIESCE_DAEMON_STORE_RUN_TALLY_H_
#define QUIESCE_DAEMON_STORE_RUN_TALLY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/core/plan.h"
#include "daemon/core/reason.h"
#include "daemon/store/records.h"
#include "daemon/store/tables.h"

// A run and its items as they go from state to state, with the counts that go with them.
namespace quiesce::store {

// The run. `id` is whole. RUN_NOT_FOUND if there is none.
absl::StatusOr<Run> ReadRun(Tables& tables, const std::string& id);
// The same for an id that may be a prefix; AMBIGUOUS_NAME if several runs have it.
absl::StatusOr<Run> ResolveRun(Tables& tables, const std::string& id);

// The item of a run for an item of its plan, PENDING.
RunItem NewRunItem(const Run& run, const core::PlanItem& planned);

// Ends a pending item, and counts that.
void EndItem(Run& run, RunItem& item, ItemState state, std::optional<core::Reason> reason,
             absl::Time now);

// Notes what CancelRun found about an item, and counts that.
void NoteAtCancel(Run& run, RunItem& item, CallAtCancel at_cancel);

// Moves a run on whose items are all applied, or all ended.
void AdvanceRun(Run& run, absl::Time now);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_RUN_TALLY_H_
