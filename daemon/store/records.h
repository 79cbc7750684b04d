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
  int64_t generation = 0;        // of header and item set; +1 at each run that changes either
  int64_t revision = 0;
};

struct Project {
  std::string id;
  std::string alias;
  std::string endpoint;
  core::ProjectFreshness freshness;
  absl::Time listed_at = absl::InfinitePast();  // for display
};

struct Plan {
  std::string id;
  std::string workspace;
  core::WorkspaceHeader header;
  bool header_changed = false;
  int64_t workspace_generation = 0;  // 0: the plan creates the workspace
  std::string digest;
  core::PlanCounts counts;
  std::string created_by;
  absl::Time created;
  absl::Time expires;
  std::string run_id;  // empty: not consumed
};

enum class RunState : uint8_t { kApplying, kRunning, kCancelled, kDone };

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

struct Run {
  std::string id;
  std::string plan_id;
  std::string workspace;
  RunState state = RunState::kApplying;
  int64_t item_count = 0;
  int64_t cursor = 0;  // items below it are applied
  std::map<ItemState, int64_t> counts;
  std::string created_by;
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
  core::Hold hold;
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
using Change = std::variant<InstanceChanged, InstanceForgotten, HoldChanged, WorkspaceChanged,
                            ProjectChanged, RunChanged, RunItemChanged>;

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_RECORDS_H_
