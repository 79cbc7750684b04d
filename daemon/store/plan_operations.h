#ifndef QUIESCE_DAEMON_STORE_PLAN_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_PLAN_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/limits.h"
#include "daemon/core/plan.h"
#include "daemon/store/records.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// Plans: stored once, applied at most once. What follows after ApplyPlan: run_operations.h. An id
// may be shortened to a unique prefix (row_ids.h), where NOT_FOUND and AMBIGUOUS_NAME are errors.
namespace quiesce::store {

// Stores a plan with the first of its items, or all of them. Changes no declaration. The caller
// computed it, and chose its id (NewId). While `plan.complete` is false nobody else sees it;
// AddPlanItems goes on. Errors: INTERNAL if complete and the items are not those that are counted.
struct CreatePlan {
  using Result = Plan;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return items.size() > limits::kSliceRows / 4; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  Plan plan;
  std::vector<core::PlanItem> items;  // indexes from 0 without gaps; at most limits::kSliceRows
};

// Stores more items of an incomplete plan; with `last` the plan becomes complete. Errors:
// PLAN_NOT_FOUND; INTERNAL if it is complete already, or the items are not those that are counted.
struct AddPlanItems {
  using Result = Plan;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return items.size() > limits::kSliceRows / 4; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string plan_id;
  std::vector<core::PlanItem> items;  // at most limits::kSliceRows
  bool last = false;
};

// Consumes a plan: creates its run, and its workspace, or changes the workspace's header. One that
// was applied returns the run it has. The items are applied by ApplyRunSlice.
//
// Errors: NOT_FOUND (PLAN_NOT_FOUND), FAILED_PRECONDITION (PLAN_EXPIRED; WORKSPACE_KIND_MISMATCH:
// the workspace is DIRECT), ABORTED (PLAN_STALE: its header or set changed since, or another run is
// about to change it).
struct ApplyPlan {
  using Result = store::Run;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string plan_id;
  std::string principal;
};

struct GetPlan {
  using Result = Plan;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string plan_id;
};

// Items of index `from` and above, at most `count`; fewer only at the end.
struct ListPlanItems {
  using Result = std::vector<core::PlanItem>;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string plan_id;
  int64_t from = 0;
  int64_t count = 0;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_PLAN_OPERATIONS_H_
