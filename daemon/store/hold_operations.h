#ifndef QUIESCE_DAEMON_STORE_HOLD_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_HOLD_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/store/records.h"
#include "daemon/store/request_memory.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// Holds. They take effect at their commit: no Claim after it gives a call for what they cover. An
// id may be shortened to a unique prefix (row_ids.h). With a request_id a repeat gets the first
// answer, with the hold as it is now.
namespace quiesce::store {

// When a hold is to end: at a time, or this long after the operation.
using Expiration = std::variant<absl::Time, absl::Duration>;

// Creates a hold. The result has the calls in its scope that were decided before it took effect
// and have not ended: these, and only these, may still stop something.
// Errors: INVALID_ARGUMENT (REQUEST_ID_REUSED; INVALID_FIELD: it would end in the past).
struct CreateHold {
  struct OpenCall {
    core::InstanceKey key;
    std::string cloud_name;
    std::string attempt_id;
    SteadyTime started;
  };
  struct Result {
    HoldRecord hold;
    std::vector<OpenCall> open_calls;  // oldest first, at most limits::kMaxPageSize
    int64_t open_call_count = 0;
  };
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  RequestIdentity request;
  core::Hold hold;  // scope, reason and owner; the rest is filled in
  Expiration expiration;
};

// Moves the end of a hold further away. Errors: NOT_FOUND (HOLD_NOT_FOUND), FAILED_PRECONDITION
// (HOLD_ENDED), INVALID_ARGUMENT (INVALID_FIELD: not later than its present end;
// REQUEST_ID_REUSED; AMBIGUOUS_NAME).
struct ExtendHold {
  using Result = HoldRecord;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  RequestIdentity request;
  std::string id;
  Expiration expiration;
};

// Ends a hold now; one that has ended is returned as it is. Errors: NOT_FOUND (HOLD_NOT_FOUND),
// INVALID_ARGUMENT (AMBIGUOUS_NAME).
struct EndHold {
  using Result = HoldRecord;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::string id;
  std::string principal;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_HOLD_OPERATIONS_H_
