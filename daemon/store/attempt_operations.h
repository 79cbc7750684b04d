#ifndef QUIESCE_DAEMON_STORE_ATTEMPT_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_ATTEMPT_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "daemon/store/project_operations.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// The life of a stop call in the store: intent, outcome, and what a later process makes of one
// that it finds open.
namespace quiesce::store {

// An intent, committed: exactly one HTTP request is to be made for it, or none (NOT_SENT), and
// Finish says what came of it.
struct ClaimedCall {
  core::InstanceKey key;
  std::string attempt_id;
  int64_t fence = 0;
  int64_t generation = 0;
  std::string workspace;  // for the check of the gates at hand-over
  SteadyTime claimed_at;  // of the transaction, for the check of its age at hand-over
};
// Why there is no call.
struct NotClaimed {
  core::InstanceKey key;
  core::Decision decision;
};

// Commits the intent to stop each of these instances, where the decision table says CALL from the
// facts and gates as they are in this transaction: a hold that committed before is respected. An
// unknown instance is UNMANAGED. Keys must be different. No errors of its own.
struct Claim {
  struct Candidate {
    core::InstanceKey key;
    SteadyTime throttled_until = SteadyTime::Never();  // of the project's credential
  };
  using Result = std::vector<std::variant<ClaimedCall, NotClaimed>>;  // in the order of candidates
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::vector<Candidate> candidates;
};

// Records what came of a call. It is compared by attempt and fence, never by generation: the
// declaration may have changed meanwhile, the call happened nonetheless.
enum class Finished : uint8_t {
  kRecorded,         // the intent is closed
  kReplacedUnknown,  // a late definite answer to an attempt that was given up as UNKNOWN
  kIgnored,          // there is a newer attempt, an outcome already, or the fence is not ours
};
struct Finish {
  using Result = Finished;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  core::InstanceKey key;
  std::string attempt_id;
  int64_t fence = 0;
  core::CallResult result;
};

// Records for each instance that its generation was observed (or is assumed) stopped, where the
// decision table says LATCH in this transaction. Returns the keys of those; the others are left as
// they are. No errors of its own.
struct Latch {
  using Result = std::vector<core::InstanceKey>;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::vector<core::InstanceKey> keys;
};

// What a process does first: gives every attempt that an earlier one left open the outcome
// UNKNOWN, makes everything that was seen stale, and remembers the configured projects. Errors are
// those of ConfigureProjects.
struct Recover {
  struct Result {
    int64_t attempts = 0;  // found open
    std::vector<MovedProject> moved;
  };
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return true; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::vector<ConfiguredProject> projects;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_ATTEMPT_OPERATIONS_H_
