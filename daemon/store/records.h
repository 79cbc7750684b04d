#ifndef QUIESCE_DAEMON_STORE_RECORDS_H_
#define QUIESCE_DAEMON_STORE_RECORDS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/plan.h"
#include "daemon/core/reason.h"

// The rows of the store as values. An instance's row is core::InstanceRecord itself.
namespace quiesce::store {

enum class WriterKind : uint8_t { kDeclared, kDirect };

struct Workspace {
  std::string name;
  WriterKind kind = WriterKind::kDeclared;
  core::WorkspaceHeader header;  // owner, contact, labels
  // Of header and item set: +1 when a run that changes either begins to be applied, when it has
  // been, and when it is taken back; so a plan that was made in between is stale.
  int64_t generation = 0;
  // The run whose items are being applied or taken back. No other can begin meanwhile.
  std::string changing_run;
  int64_t revision = 0;
};

struct Project {
  std::string id;
  std::string alias;
  std::string endpoint;
  core::ProjectFreshness freshness;
  // The last list of which any difference was taken. Ahead of `freshness.last_seq` while a list is
  // being taken in parts, and when the last part never came.
  int64_t observed_seq = 0;
  absl::Time listed_at = absl::InfinitePast();  // for display
};

// A hold and what is remembered about it.
struct HoldRecord {
  core::Hold hold;
  std::string ended_by;  // empty: not ended by hand
  int64_t revision = 0;
};

struct Plan {
  std::string id;
  std::string workspace;
  core::WorkspaceHeader header;
  core::Change header_change = core::Change::kNone;  // kAdopt, kUpdate or kNone
  std::vector<core::FieldChange> header_fields;
  int64_t workspace_generation = 0;  // 0: the plan creates the workspace
  std::string digest;
  int64_t spec_count = 0;
  core::PlanCounts counts;
  std::string created_by;
  absl::Time created;
  absl::Time expires;
  std::string run_id;    // empty: not consumed
  bool complete = true;  // false while its items are being stored
};

enum class RunState : uint8_t {
  kApplying,    // items are being committed
  kRunning,     // all are committed, some have not ended
  kCancelling,  // items are being taken back, or accepted calls followed to their end
  kCancelled,   // cancelled, and all items have ended
  kDone,        // all items have ended
};

// The first of these ends an item for good; kPending is not an end.
enum class ItemState : uint8_t {
  kPending,
  kConverged,
  kBlocked,
  kStalled,
  kGone,
  kSkipped,     // changed since the plan; not applied
  kSuperseded,  // a later write took over
  kCancelled,
};

// What CancelRun found about the stop call of an item that had not ended.
enum class CallAtCancel : uint8_t {
  kNotCancelled,  // the run was not cancelled, or the item had ended before
  kNotCalled,     // no call, or one that surely had no effect: taken back
  kOpen,          // a call is in flight: decided when it has ended
  kAccepted,      // the item keeps its declaration and is followed to its end
  kUnknown,       // taken back, and may be stopped nonetheless
};

struct Run {
  std::string id;
  std::string plan_id;
  std::string workspace;
  RunState state = RunState::kApplying;
  int64_t item_count = 0;
  int64_t cursor = 0;         // items below it are applied (or were taken back unapplied)
  int64_t cancel_cursor = 0;  // items below it were looked at by CancelRun
  // All items, each once; kPending counts those not applied yet too.
  std::map<ItemState, int64_t> counts;
  std::map<CallAtCancel, int64_t> cancel_counts;
  std::string created_by;
  std::string cancelled_by;  // empty: nobody
  absl::Time created;
  absl::Time ended = absl::InfiniteFuture();
  int64_t revision = 0;
};

struct RunItem {
  std::string run_id;
  int64_t index = 0;  // of the plan's item
  core::InstanceKey key;
  core::Change change = core::Change::kNone;
  core::Effect effect = core::Effect::kNone;
  ItemState state = ItemState::kPending;
  CallAtCancel at_cancel = CallAtCancel::kNotCancelled;
  std::optional<core::Reason> reason;
  std::string uid;  // what the item committed; empty: not applied
  int64_t generation = 0;
  absl::Time ended = absl::InfiniteFuture();
};

// --- the change feed ----------------------------------------------------------------------------

struct InstanceChanged {
  core::InstanceRecord record;
};
struct InstanceForgotten {
  core::InstanceKey key;
  int64_t revision = 0;
};
struct HoldChanged {
  HoldRecord hold;
};
struct HoldForgotten {
  std::string id;
};
struct WorkspaceChanged {
  Workspace workspace;
};
struct ProjectChanged {
  Project project;
};
struct RunChanged {
  Run run;
};
struct RunItemChanged {
  RunItem item;
};
using Change = std::variant<InstanceChanged, InstanceForgotten, HoldChanged, HoldForgotten,
                            WorkspaceChanged, ProjectChanged, RunChanged, RunItemChanged>;

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_RECORDS_H_
