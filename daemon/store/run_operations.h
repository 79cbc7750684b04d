#ifndef QUIESCE_DAEMON_STORE_RUN_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_RUN_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/limits.h"
#include "daemon/core/reason.h"
#include "daemon/store/records.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// Runs: what ApplyPlan creates. A run goes APPLYING -> RUNNING -> DONE, or by CancelRun from either
// of the first two to CANCELLING -> CANCELLED. Each step is a bounded transaction with its cursor
// in the run, so that a later process goes on where this one stopped.
//
// In GetRun, ListRunItems, CancelRun and ListCancelledItems an id may be shortened to a unique
// prefix (row_ids.h), and RUN_NOT_FOUND and AMBIGUOUS_NAME are errors.
namespace quiesce::store {

// Commits the declarations of the next items, exactly as planned. An item whose instance changed
// since the plan is SKIPPED; a RELEASE ends CONVERGED at once; of every other it is for the engine
// to say when it has ended. Does nothing unless the run is APPLYING. The result is the run: submit
// it again while that is APPLYING. Errors: RUN_NOT_FOUND.
struct ApplyRunSlice {
  using Result = store::Run;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
  int64_t max_items = static_cast<int64_t>(limits::kApplySliceRows);
};

// Ends items, for good: an item that has ended already keeps its end, and one whose call was open
// when the run was cancelled is left to CancelRunSlice. A run whose items have all ended is DONE or
// CANCELLED. The result is the run. Errors: RUN_NOT_FOUND.
struct EndRunItems {
  struct End {
    int64_t index = 0;
    ItemState state = ItemState::kConverged;  // never kPending
    std::optional<core::Reason> reason;
  };
  using Result = store::Run;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
  std::vector<End> ends;
};

// Cancels a run: from its commit no more items are applied. CancelRunSlice then takes back what
// was. One that is cancelled already is returned as it is. Errors: FAILED_PRECONDITION
// (RUN_ENDED: it is DONE).
struct CancelRun {
  using Result = store::Run;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
  std::string principal;
};

// Looks at the next items of a cancelled run that have not ended:
//   not applied, or no call            goes back to the declaration before the plan; CANCELLED
//   a call with an unknown outcome     the same, reported as unknown
//   an accepted call                   keeps its declaration and is followed to its end
//   a call in flight                   waits; looked at again by every slice after the first pass
//   declared anew or released since    SUPERSEDED
// What was never declared before the plan is released. Submit it again until `settled`: then no
// further call of the run can start. Errors: RUN_NOT_FOUND; INTERNAL for a run that is not
// cancelled.
struct CancelRunSlice {
  struct Result {
    store::Run run;
    bool looked_at_all = false;  // the first pass is over
    int64_t open_calls = 0;      // items that wait for a call in flight: submit when one ended
    bool settled() const { return looked_at_all && open_calls == 0; }
  };
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
  int64_t max_items = static_cast<int64_t>(limits::kApplySliceRows);
};

// --- reading -------------------------------------------------------------------------------------

struct GetRun {
  using Result = store::Run;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
};

// Items of index `from` and above, at most `count`; fewer only at the end. Those not applied yet
// are PENDING.
struct ListRunItems {
  struct Item {
    RunItem item;
    std::string cloud_name;  // as it was when the plan was made
  };
  using Result = std::vector<Item>;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
  int64_t from = 0;
  int64_t count = 0;
};

// What CancelRun found, at most `count` items of each kind, in order; Run::cancel_counts has how
// many there are.
struct ListCancelledItems {
  struct Result {
    store::Run run;
    std::vector<RunItem> not_called;
    std::vector<RunItem> accepted;
    std::vector<RunItem> unknown;
  };
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string run_id;
  int64_t count = static_cast<int64_t>(limits::kMaxPageSize);
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_RUN_OPERATIONS_H_
