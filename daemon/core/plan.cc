#include "daemon/core/plan.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/core/error.h"

namespace quiesce::core {
namespace {

std::string_view NameOf(Enforcement enforcement) {
  switch (enforcement) {
    case Enforcement::kObserve:
      return "observe";
    case Enforcement::kOnce:
      return "once";
    case Enforcement::kContinuous:
      return "continuous";
  }
  return "continuous";
}

// Rails in the order in which they hold a stop back: a later value lets more through.
bool Loosens(Enforcement from, Enforcement to) { return to > from; }

std::vector<FieldChange> CompareFields(const Policy& from, const Policy& to) {
  std::vector<FieldChange> fields;
  if (from.enforcement != to.enforcement) {
    fields.push_back({"enforcement", std::string(NameOf(from.enforcement)),
                      std::string(NameOf(to.enforcement)),
                      Loosens(from.enforcement, to.enforcement)});
  }
  if (from.start_grace != to.start_grace) {
    fields.push_back({"start_grace", absl::FormatDuration(from.start_grace),
                      absl::FormatDuration(to.start_grace), to.start_grace < from.start_grace});
  }
  if (from.is_protected != to.is_protected) {
    fields.push_back({"protected", from.is_protected ? "true" : "false",
                      to.is_protected ? "true" : "false", from.is_protected});
  }
  if (from.asserted_name != to.asserted_name) {
    fields.push_back({"name", from.asserted_name, to.asserted_name, !from.asserted_name.empty()});
  }
  return fields;
}

// What an adoption brings, as changes from nothing. None of it lets through what was held back:
// nothing was declared.
std::vector<FieldChange> FieldsOf(const Policy& policy) {
  std::vector<FieldChange> fields = {
      {"enforcement", "", std::string(NameOf(policy.enforcement)), false},
      {"start_grace", "", absl::FormatDuration(policy.start_grace), false}};
  if (policy.is_protected) fields.push_back({"protected", "", "true", false});
  if (!policy.asserted_name.empty()) fields.push_back({"name", "", policy.asserted_name, false});
  return fields;
}

// What a decision about the instance as it would be means for the plan, if calls are wanted.
Effect EffectOfCalling(const Decision& decision, const InstanceRecord& record,
                       const Surroundings& around, const Now& now) {
  if (decision.action == Action::kCall) return Effect::kStop;
  // Fresh enough to foresee by, if not to act on.
  const Effect after_a_look = IsFresh(around.settings, around.freshness, now) &&
                                      record.observation.presence == Presence::kPresent &&
                                      record.observation.state != PowerState::kStopped
                                  ? Effect::kStop
                                  : Effect::kUnknown;
  switch (decision.reason) {
    case Reason::kUnmanaged:
    case Reason::kConverged:
    case Reason::kAssumed:
    case Reason::kGone:
    case Reason::kStopping:
    case Reason::kAccepted:
    case Reason::kCallInFlight:
    // Declared so: nothing is held back that anybody wants done.
    case Reason::kProtected:
    case Reason::kReportOnly:
    case Reason::kStartGrace:
      return Effect::kNone;
    case Reason::kCallDue:
    case Reason::kBackoff:
    case Reason::kCallBudget:
      return Effect::kStop;
    case Reason::kThrottled:
    case Reason::kQuota:
      return decision.action == Action::kLook ? after_a_look : Effect::kStop;
    case Reason::kAwaitingLook:
    case Reason::kListRefused:
    case Reason::kEndpointDown:
      return after_a_look;
    case Reason::kOutcomeUnknown:
    case Reason::kBusy:
    case Reason::kStale:
    case Reason::kMissing:
    case Reason::kCloudStateUnknown:
      return Effect::kUnknown;
    case Reason::kStuck:
    case Reason::kHeld:
    case Reason::kFrozen:
    case Reason::kNameMismatch:
    case Reason::kBusyLong:
    case Reason::kCloudUnavailable:
    case Reason::kRepeatedFailure:
    case Reason::kForbidden:
    case Reason::kPermanentError:
    case Reason::kPartialStuck:
    case Reason::kNotListed:
    case Reason::kSuspectList:
    case Reason::kNotObservable:
    case Reason::kProjectNotConfigured:
      return Effect::kBlocked;
  }
  return Effect::kUnknown;
}

// Whatever comes of a state that is unknown or of a list that is due: what is only to be reported,
// or protected, is not stopped. What is wrong with the declaration itself is told all the same.
Effect EffectOf(const Decision& decision, const InstanceRecord& record, const Surroundings& around,
                const Now& now) {
  const Policy& policy = record.desired->policy;
  const bool calls = policy.enforcement != Enforcement::kObserve && !policy.is_protected;
  const Effect effect = EffectOfCalling(decision, record, around, now);
  return calls || effect == Effect::kBlocked ? effect : Effect::kNone;
}

// The record as it would be, with every list allowed to speak for the declaration.
InstanceRecord Hypothetical(const InstanceRecord* record, const InstanceKey& key,
                            const Policy& policy, std::string_view workspace) {
  InstanceRecord hypothetical = record != nullptr ? *record : InstanceRecord{};
  hypothetical.key = key;
  const bool adoption = !hypothetical.desired;
  const bool changed = adoption || hypothetical.desired->policy != policy ||
                       hypothetical.desired->workspace != workspace;
  if (adoption) {
    hypothetical.desired.emplace();
    hypothetical.history.stopped_generation = 0;
  }
  hypothetical.desired->policy = policy;
  hypothetical.desired->workspace = std::string(workspace);
  hypothetical.desired->adopted_floor_seq = 0;
  hypothetical.desired->floor_seq = 0;
  if (changed) {
    hypothetical.history.failures = 0;
    hypothetical.history.next_attempt = SteadyTime();
  }
  return hypothetical;
}

}  // namespace

std::string_view ToString(Change change) {
  switch (change) {
    case Change::kNone:
      return "NONE";
    case Change::kAdopt:
      return "ADOPT";
    case Change::kUpdate:
      return "UPDATE";
    case Change::kMove:
      return "MOVE";
    case Change::kRelease:
      return "RELEASE";
  }
  return "NONE";
}

std::string_view ToString(Effect effect) {
  switch (effect) {
    case Effect::kNone:
      return "NONE";
    case Effect::kStop:
      return "STOP";
    case Effect::kBlocked:
      return "BLOCKED";
    case Effect::kUnknown:
      return "UNKNOWN";
  }
  return "UNKNOWN";
}

std::vector<FieldChange> CompareHeaders(const WorkspaceHeader& before,
                                        const WorkspaceHeader& after) {
  std::vector<FieldChange> fields;
  const auto compare = [&fields](const std::string& field, const std::string& from,
                                 const std::string& to) {
    if (from != to) fields.push_back({field, from, to, false});
  };
  compare("owner", before.owner, after.owner);
  compare("contact", before.contact, after.contact);
  std::map<std::string, std::string> labels = before.labels;
  labels.insert(after.labels.begin(), after.labels.end());
  const auto value = [](const WorkspaceHeader& header, const std::string& key) {
    auto it = header.labels.find(key);
    return it == header.labels.end() ? std::string() : it->second;
  };
  for (const auto& [key, any] : labels) {
    compare(absl::StrCat("labels.", key), value(before, key), value(after, key));
  }
  return fields;
}

Foreseen ForeseeEffect(const InstanceRecord* record, const InstanceKey& key, const Policy& policy,
                       std::string_view workspace, const Surroundings& around, const Now& now) {
  const InstanceRecord hypothetical = Hypothetical(record, key, policy, workspace);
  const Decision decision = Decide(hypothetical, around, now);
  return Foreseen{EffectOf(decision, hypothetical, around, now), decision.reason};
}

std::vector<FieldChange> FieldChangesOf(const PlanItem& item) {
  if (item.change == Change::kAdopt && item.policy) return FieldsOf(*item.policy);
  return item.fields;
}

bool WasEverShown(const InstanceRecord* record) {
  return record != nullptr &&
         (record->observation.presence == Presence::kPresent || record->observation.shown_seq > 0);
}

absl::StatusOr<PlanItem> PlanDeclared(const Spec& spec, std::string_view workspace,
                                      const InstanceRecord* record, const Surroundings& around,
                                      const Now& now, SteadyTime asked) {
  PlanItem item;
  item.key = spec.key;
  item.policy = spec.policy;
  if (record != nullptr) {
    item.cloud_name = record->observation.cloud_name;
    item.state = record->observation.state;
    item.since = record->observation.since;
    item.expected_etag = EtagOf(*record);
  }
  if (record == nullptr || !record->desired) {
    item.change = Change::kAdopt;
  } else {
    const Desired& desired = *record->desired;
    item.prior_policy = desired.policy;
    item.prior_workspace = desired.workspace;
    if (desired.workspace != workspace) {
      if (spec.move_from != desired.workspace) {
        return error::DeclaredElsewhere(spec.key.instance_id, desired.workspace, "", "");
      }
      item.change = Change::kMove;
    } else if (desired.policy != spec.policy) {
      item.change = Change::kUpdate;
    }
    item.fields = CompareFields(desired.policy, spec.policy);
  }
  const Foreseen foreseen = ForeseeEffect(record, spec.key, spec.policy, workspace, around, now);
  item.effect = foreseen.effect;
  item.reason = foreseen.reason;
  if (item.reason == Reason::kMissing && !WasEverShown(record) &&
      around.freshness.list_started >= asked) {
    item.effect = Effect::kBlocked;
    item.reason = Reason::kNotListed;
  }
  return item;
}

PlanItem PlanReleased(const InstanceRecord& record) {
  PlanItem item;
  item.key = record.key;
  item.change = Change::kRelease;
  item.expected_etag = EtagOf(record);
  item.prior_policy = record.desired->policy;
  item.prior_workspace = record.desired->workspace;
  item.cloud_name = record.observation.cloud_name;
  item.state = record.observation.state;
  item.since = record.observation.since;
  return item;
}

void CountItem(const PlanItem& item, PlanCounts& counts) {
  if (!IsWorthKeeping(item)) {
    ++counts.unchanged;
    return;
  }
  ++counts.kept[{item.change, item.effect}];
}

std::string DigestLine(const PlanItem& item) {
  std::string line = absl::StrCat(item.key.project_id, "/", item.key.instance_id, " ",
                                  std::string(ToString(item.change)), " ",
                                  std::string(ToString(item.effect)), " ", item.expected_etag);
  if (item.policy) {
    absl::StrAppend(&line, " ", std::string(NameOf(item.policy->enforcement)), " ",
                    absl::FormatDuration(item.policy->start_grace), " ",
                    item.policy->is_protected ? "protected" : "-", " ", item.policy->asserted_name);
  }
  line.push_back('\n');
  return line;
}

}  // namespace quiesce::core
