#ifndef QUIESCE_DAEMON_CORE_PLAN_H_
#define QUIESCE_DAEMON_CORE_PLAN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/reason.h"
#include "daemon/core/transition.h"

// The plan: what a change of the declared set would do, as a value. Pure.
namespace quiesce::core {

// What happens to the declaration.
enum class Change : uint8_t { kNone, kAdopt, kUpdate, kMove, kRelease };
// What that leads to in the cloud.
enum class Effect : uint8_t {
  kNone,     // no call
  kStop,     // a stop will be sent
  kBlocked,  // a stop would be sent, but a gate or the cloud's state is against it
  kUnknown,  // cannot tell; counts as a stop
};
std::string_view ToString(Change change);
std::string_view ToString(Effect effect);

// The part of a manifest that is about the workspace itself.
struct WorkspaceHeader {
  std::string owner;
  std::string contact;
  std::map<std::string, std::string> labels;
  friend bool operator==(const WorkspaceHeader& a, const WorkspaceHeader& b) {
    return a.owner == b.owner && a.contact == b.contact && a.labels == b.labels;
  }
};

struct Spec {
  InstanceKey key;
  Policy policy;
  // The workspace that declares it now, when this set is to take it over. Empty: a claim on
  // another workspace's instance is refused.
  std::string move_from;
};

struct FieldChange {
  std::string field;
  std::string from;
  std::string to;
  bool loosens_rail = false;  // makes a stop come sooner, or possible at all
};

struct PlanItem {
  int64_t index = 0;
  InstanceKey key;
  Change change = Change::kNone;
  Effect effect = Effect::kNone;
  std::optional<Reason> reason;     // of a blocked or unknown effect, or of none
  std::vector<FieldChange> fields;  // of an update or a move
  std::optional<Policy> policy;     // to commit; empty for a release
  // What the item was computed from; it is skipped when this is no longer so.
  std::string expected_etag;  // empty: undeclared
  // What to go back to when the run is cancelled.
  std::optional<Policy> prior_policy;
  std::string prior_workspace;
  // For people.
  std::string cloud_name;
  PowerState state = PowerState::kUnknown;
  SteadyTime since = SteadyTime::Never();
};

struct PlanCounts {
  std::map<std::pair<Change, Effect>, int64_t> kept;
  int64_t unchanged = 0;  // change and effect are none: counted, not kept
};

// What the item changes in the declaration, field by field. Of an adoption that is all of it, from
// nothing; none of a release.
std::vector<FieldChange> FieldChangesOf(const PlanItem& item);

// Whether any list has shown the instance so far.
bool WasEverShown(const InstanceRecord* record);

// One instance of the new set against what is recorded. `record` is null for one never heard of.
// An id that no list has shown is NOT_LISTED by a list that began when the plan was asked for, at
// `asked`, or later; by an older one it is merely missing, for the instance may be new.
// FAILED_PRECONDITION (INSTANCE_CLAIMED) when another workspace declares it and `move_from` does
// not name that workspace.
absl::StatusOr<PlanItem> PlanDeclared(const Spec& spec, std::string_view workspace,
                                      const InstanceRecord* record, const Surroundings& around,
                                      const Now& now, SteadyTime asked);

// A declared instance of the workspace that the new set lacks: it is released, never stopped.
PlanItem PlanReleased(const InstanceRecord& record);

// The fields in which two headers differ; none of them holds a stop back.
std::vector<FieldChange> CompareHeaders(const WorkspaceHeader& before,
                                        const WorkspaceHeader& after);

// What committing `policy` for the instance would lead to, judged by the last list as if the
// declaration had been there before it. `record` may be null or undeclared (an adoption). An
// unchanged policy is judged as things stand: a drifted instance within its start_grace has no
// effect yet, because a write that changes nothing must not shorten anybody's grace.
struct Foreseen {
  Effect effect = Effect::kNone;
  Reason reason = Reason::kConverged;
};
Foreseen ForeseeEffect(const InstanceRecord* record, const InstanceKey& key, const Policy& policy,
                       std::string_view workspace, const Surroundings& around, const Now& now);

// Whether the item is stored and shown: something would change, or be done.
inline bool IsWorthKeeping(const PlanItem& item) {
  return item.change != Change::kNone || item.effect != Effect::kNone;
}

void CountItem(const PlanItem& item, PlanCounts& counts);

// What the digest of a plan is taken over: one line per kept item, in the order of the items, the
// same for the same change whatever the version of the daemon.
std::string DigestLine(const PlanItem& item);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_PLAN_H_
