#include "tests/simulation/evidence.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"

namespace quiesce::simulation {
namespace {

std::string Seconds(absl::Duration d) { return absl::FormatDuration(d); }

absl::Duration FreshnessBound(const core::Timing& timing, const core::ProjectFreshness& freshness) {
  const absl::Duration interval =
      freshness.interval > absl::ZeroDuration() ? freshness.interval : timing.list_idle;
  return 3 * std::max(interval, freshness.list_took);
}

bool Runs(Power power) { return power == Power::kOn || power == Power::kHalf; }

}  // namespace

void Evidence::Declared(const std::string& uid, int64_t generation, SteadyTime when) {
  declared_.emplace(std::make_pair(uid, generation), when);
}

SteadyTime Evidence::DeclaredAt(const std::string& uid, int64_t generation) const {
  auto it = declared_.find({uid, generation});
  return it == declared_.end() ? SteadyTime::Infinite() : it->second;
}

core::ObservationMode Evidence::ModeOf(const std::string& project_id) const {
  for (const ProjectPlan& project : scenario_.projects) {
    if (project.id == project_id) return project.mode;
  }
  return core::ObservationMode::kUnconfigured;
}

Evidence::Problem Evidence::AgainstStopped(const core::InstanceRecord& record,
                                           const core::ProjectFreshness& freshness,
                                           SteadyTime now) const {
  const core::Desired& desired = *record.desired;
  const std::string& id = record.key.instance_id;
  if (ModeOf(record.key.project_id) == core::ObservationMode::kNone) {
    for (const StopRecord* call : calls_.CallsOf(record.key)) {
      if (call->uid != desired.uid || call->outcome != core::Outcome::kAccepted) continue;
      return std::nullopt;
    }
    return absl::StrCat(id, " is assumed stopped, and no stop was accepted");
  }
  // The last complete list, or one after it that is just being taken row by row.
  Problem problem = absl::StrCat(id, ": no such list");
  for (const ListRecord* list : lists_.From(record.key.project_id, freshness.list_started)) {
    problem = AgainstStoppedBy(record, freshness, *list, now);
    if (!problem) return std::nullopt;
  }
  return problem;
}

Evidence::Problem Evidence::AgainstStoppedBy(const core::InstanceRecord& record,
                                             const core::ProjectFreshness& freshness,
                                             const ListRecord& list, SteadyTime now) const {
  const std::string& id = record.key.instance_id;
  if (list.fence != fence_) return absl::StrCat(id, ": by a list of an earlier process");
  const absl::Duration age = now - list.started;
  if (age > FreshnessBound(scenario_.timing, freshness)) {
    return absl::StrCat(id, ": by a list that started ", Seconds(age), " ago");
  }
  const Power power = list.PowerOf(id);
  if (power != Power::kOff) {
    return absl::StrCat(id, ": the list showed it ", std::string(ToString(power)));
  }
  if (list.started < DeclaredAt(record.desired->uid, record.desired->generation)) {
    return absl::StrCat(id, ": by a list from before the declaration");
  }
  const StopRecord* last = calls_.LastSent(record.key);
  if (last == nullptr || last->ended_before_the_service()) return std::nullopt;
  if (!last->ended) return absl::StrCat(id, " while a call is in flight");
  if (list.started < *last->ended) return absl::StrCat(id, ": by a list from before a call");
  return std::nullopt;
}

bool Evidence::WasEverShownOff(const core::InstanceKey& key, const std::string& uid,
                               int64_t generation) const {
  const SteadyTime since = DeclaredAt(uid, generation);
  for (const ListRecord* list : lists_.Recorded(key.project_id)) {
    if (list->started < since) return false;
    if (list->PowerOf(key.instance_id) == Power::kOff) return true;
  }
  return false;
}

Evidence::Problem Evidence::AgainstCall(const core::InstanceRecord& before,
                                        const core::ProjectFreshness& freshness,
                                        SteadyTime now) const {
  const std::string& id = before.key.instance_id;
  if (ModeOf(before.key.project_id) == core::ObservationMode::kNone) {
    return AgainstUnobservedCall(before, now);
  }
  // The last complete list, or one after it that is just being taken row by row.
  Problem problem = absl::StrCat(id, ": no such list");
  for (const ListRecord* list : lists_.From(before.key.project_id, freshness.list_started)) {
    problem = AgainstCallBy(before, freshness, *list, now);
    if (!problem) return std::nullopt;
  }
  return problem;
}

Evidence::Problem Evidence::AgainstCallBy(const core::InstanceRecord& before,
                                          const core::ProjectFreshness& freshness,
                                          const ListRecord& list, SteadyTime now) const {
  const std::string& id = before.key.instance_id;
  if (list.fence != fence_) return absl::StrCat(id, ": by a list of an earlier process");
  const absl::Duration age = now - list.started;
  const absl::Duration most = std::max(scenario_.timing.look_max_age, 2 * freshness.list_took);
  if (age > most) {
    return absl::StrCat(id, ": by a list that started ", Seconds(age), " ago, more than ",
                        Seconds(most));
  }
  const Power power = list.PowerOf(id);
  if (!Runs(power)) return absl::StrCat(id, ": the list showed it ", std::string(ToString(power)));
  if (list.started < DeclaredAt(before.desired->uid, 1)) {
    return absl::StrCat(id, ": by a list from before the adoption");
  }
  if (Problem problem = AgainstRepeat(before, list, power == Power::kHalf, now)) return problem;
  return AgainstDriftCall(before, list, now);
}

Evidence::Problem Evidence::AgainstRepeat(const core::InstanceRecord& before,
                                          const ListRecord& list, bool half, SteadyTime now) const {
  const StopRecord* last = calls_.LastSent(before.key);
  if (last == nullptr || last->ended_before_the_service()) return std::nullopt;
  const std::string what = absl::StrCat(before.key.instance_id, " after call ", last->number);
  if (!last->ended) return absl::StrCat(what, ", which is in flight");
  if (list.started < *last->ended) return absl::StrCat(what, ": by a list from before its end");
  const absl::Duration settle = scenario_.timing.settle;
  if (last->may_have_had_effect() && list.started < *last->ended + settle) {
    return absl::StrCat(what, ": by a list that started ", Seconds(list.started - *last->ended),
                        " after its end, before it could settle (", Seconds(settle), ")");
  }
  if (half && now < *last->ended + settle) {
    return absl::StrCat(what, ": half on, and called again after ", Seconds(now - *last->ended));
  }
  return std::nullopt;
}

Evidence::Problem Evidence::AgainstDriftCall(const core::InstanceRecord& before,
                                             const ListRecord& list, SteadyTime now) const {
  const core::Desired& desired = *before.desired;
  if (before.history.stopped_generation != desired.generation) return std::nullopt;
  const std::string& id = before.key.instance_id;
  if (desired.policy.enforcement == core::Enforcement::kOnce) {
    return absl::StrCat(id, " was stopped once already");
  }
  // What still runs after a call of ours is a failure of that call.
  if (!before.attempt.resolved) return std::nullopt;
  SteadyTime first_seen = list.started;
  for (const ListRecord* earlier : lists_.Recorded(before.key.project_id)) {
    const Power power = earlier->PowerOf(id);
    if (power == Power::kAbsent) continue;
    if (power == Power::kOff || power == Power::kPoweringOff) break;
    first_seen = std::min(first_seen, earlier->started);
  }
  if (now - first_seen >= desired.policy.start_grace) return std::nullopt;
  return absl::StrCat(id, " runs since ", Seconds(now - first_seen), " ago, within its grace of ",
                      Seconds(desired.policy.start_grace));
}

Evidence::Problem Evidence::AgainstUnobservedCall(const core::InstanceRecord& before,
                                                  SteadyTime now) const {
  const core::Desired& desired = *before.desired;
  const std::string& id = before.key.instance_id;
  int unclear = 0;
  for (const StopRecord* call : calls_.CallsOf(before.key)) {
    if (call->uid != desired.uid || call->generation != desired.generation || !call->sent) continue;
    // An answer to a process that was killed before it could record it is nobody's knowledge.
    const bool recorded =
        before.attempt.id == call->attempt_id && before.attempt.outcome == core::Outcome::kAccepted;
    if (recorded) return absl::StrCat(id, " is called again after a stop was accepted");
    if (!call->ended) return absl::StrCat(id, " while a call is in flight");
    if (call->may_have_had_effect()) {
      ++unclear;
      if (now < *call->ended + scenario_.timing.settle) {
        return absl::StrCat(id, " is called again ", Seconds(now - *call->ended),
                            " after an unclear answer");
      }
    }
  }
  if (unclear > limits::kUnobservedCallsUntilStalled) {
    return absl::StrCat(id, " is called again after ", unclear, " unclear answers");
  }
  return std::nullopt;
}

Evidence::Problem Evidence::AgainstAbsence(const core::InstanceRecord& record,
                                           bool absence_accepted) const {
  const std::string& id = record.key.instance_id;
  size_t lacking = 0;
  const ListRecord* first_lacking = nullptr;
  bool was_shown = false;
  for (const ListRecord* list : lists_.Recorded(record.key.project_id)) {
    was_shown = list->PowerOf(id) != Power::kAbsent;
    if (was_shown) break;
    ++lacking;
    first_lacking = list;
  }
  if (lacking < static_cast<size_t>(limits::kListsUntilAbsent)) {
    return absl::StrCat(id, " is said to be absent after ", lacking, " lists");
  }
  // An empty list says nothing about what was tracked, unless an operator says that it does.
  const bool tracked = was_shown && DeclaredAt(record.desired->uid, 1) < first_lacking->started;
  if (tracked && first_lacking->shown.empty() && !absence_accepted &&
      lacking == static_cast<size_t>(limits::kListsUntilAbsent)) {
    return absl::StrCat(id, " is said to be absent after lists of which the first was empty");
  }
  return std::nullopt;
}

}  // namespace quiesce::simulation
