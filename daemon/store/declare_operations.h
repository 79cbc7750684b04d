#ifndef QUIESCE_DAEMON_STORE_DECLARE_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_DECLARE_OPERATIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/core/reason.h"
#include "daemon/store/request_memory.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// Declaring single instances, in DIRECT workspaces, and asking for one to be acted on now. (Whole
// sets, in DECLARED workspaces: plan_operations.h.)
//
// Where a request carries a request_id, a repeat has no second effect and gets the first answer,
// with the instance as it is now; INVALID_ARGUMENT (REQUEST_ID_REUSED) if the content differs.
// Refused and validate_only requests are not remembered.
namespace quiesce::store {

// An instance after a write, and what the write did and leads to.
struct Declared {
  core::InstanceRecord record;
  core::Change change = core::Change::kNone;
  core::Effect effect = core::Effect::kNone;
  core::Reason reason = core::Reason::kConverged;
};

// Declares instances of one DIRECT workspace, all or none. The first write creates the workspace.
//
// An unchanged declaration changes nothing, with one exception: an instance that was seen stopped
// for its generation and runs again gets a new generation, and is stopped without waiting for its
// start_grace, because somebody says again that it must be stopped.
//
// Errors, of the first write that is at fault:
//   FAILED_PRECONDITION  WORKSPACE_KIND_MISMATCH (a DECLARED workspace), INSTANCE_CLAIMED,
//                        WORKSPACE_NEEDS_OWNER
//   INVALID_ARGUMENT     REQUEST_ID_REUSED
//   ABORTED              ETAG_MISMATCH
struct SetDesired {
  struct Write {
    core::Spec spec;   // move_from is not used
    std::string etag;  // empty: in any case
  };
  using Result = std::vector<Declared>;  // in the order of the writes
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return writes.size() > kMostWritesInCompany; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  // A batch above this takes a group of its own, so that it does not hold up others' commits twice.
  static constexpr size_t kMostWritesInCompany = 64;

  RequestIdentity request;
  std::string workspace;
  // Required for a new workspace; else empty, or the new ones.
  std::string owner;
  std::string contact;
  std::vector<Write> writes;
  bool validate_only = false;  // the answer as if it were done, with the records as they are
};

// Stops managing an instance of a DIRECT workspace. Never touches the cloud.
//
// Errors: NOT_FOUND (INSTANCE_NOT_FOUND), FAILED_PRECONDITION (NOT_DECLARED,
// WORKSPACE_KIND_MISMATCH), ABORTED (ETAG_MISMATCH), INVALID_ARGUMENT (REQUEST_ID_REUSED).
struct Release {
  using Result = core::InstanceRecord;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  RequestIdentity request;
  core::InstanceKey key;
  std::string etag;
};

// Has a declared instance, of a workspace of any kind, looked at and stopped if it runs. Changes no
// declaration. Where the effect is STOP, or UNKNOWN (a look comes first), it gets a new generation;
// else nothing changes and effect and reason say why: BLOCKED by a gate that is not to be skipped,
// NONE for one that is stopped, only reported on, or within a start_grace that is not skipped.
//
// Errors: NOT_FOUND (INSTANCE_NOT_FOUND), FAILED_PRECONDITION (NOT_DECLARED), ABORTED
// (ETAG_MISMATCH), INVALID_ARGUMENT (REQUEST_ID_REUSED).
struct RequestReconcile {
  using Result = Declared;  // change is always NONE
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  RequestIdentity request;
  core::InstanceKey key;
  std::string etag;
  bool skip_start_grace = false;
  bool skip_backoff = false;
  SteadyTime throttled_until = SteadyTime::Never();  // of the project's credential
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_DECLARE_OPERATIONS_H_
