#ifndef QUIESCE_DAEMON_STORE_LIST_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_LIST_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// Looking at a project, and forgetting what is of no use any more.
namespace quiesce::store {

// Allocates the list_seq of one list, before its first byte is sent. Larger than every one before,
// across restarts: what happens from now on may be told by this list, what happened before its
// allocation is. The result is the number. No errors of its own.
struct BeginList {
  using Result = int64_t;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);
};

// What is known of a list once all of it is there.
struct ListCompletion {
  absl::Duration took = absl::ZeroDuration();
  absl::Duration interval = absl::ZeroDuration();  // until the next list, as it is now planned
  absl::Time listed_at = absl::InfinitePast();     // when the list was requested, for display
};

// Takes one part of a complete, folded list: what it shows differently from what is recorded. The
// parts of a list are submitted one after the other, each at most limits::kSliceRows rows; the
// last one carries `completion`, and only with it does the project's freshness advance. A list
// that is older than one that was taken already, in whole or in part, is ignored as a whole: what
// a newer list left unsaid it has confirmed.
struct Observe {
  using Completion = ListCompletion;
  struct Result {
    bool ignored = false;   // the list is older than what is recorded
    int64_t changed = 0;    // rows
    int64_t forgotten = 0;  // rows
  };
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string project_id;
  core::ListInfo list;
  std::vector<core::ListedInstance> present;  // new, changed or back
  // Instance ids that the list lacks and that are not recorded as absent yet. Of an undeclared one
  // also when it is: its row goes as soon as nothing depends on it. An unknown id is passed over.
  std::vector<std::string> missing;
  bool suspect = false;  // the list lost too much to be believed (core::IsSuspect)
  std::optional<Completion> completion;
};

// Forgets rows that say nothing any more (core::IsForgettable), leaving tombstones; for projects
// that no list visits. The others are left as they are. Returns how many went.
struct ForgetInstances {
  using Result = int64_t;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::vector<core::InstanceKey> keys;
};

// Deletes what has outlived its use: tombstones, remembered requests, holds, plans and runs, each
// past the lifetime that limits.h gives it; at most about `rows` of each kind.
struct Prune {
  struct Result {
    bool more = false;  // something is left to prune; submit it again
    // A watch can be resumed from this revision or a later one.
    int64_t oldest_resumable_revision = 0;
  };
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  int64_t rows = static_cast<int64_t>(limits::kSliceRows);
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_LIST_OPERATIONS_H_
