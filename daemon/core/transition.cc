#include "daemon/core/transition.h"

#include <algorithm>
#include <utility>

#include "daemon/base/limits.h"
#include "daemon/core/backoff.h"
#include "daemon/core/call_class.h"

namespace quiesce::core {
namespace {

void ForgetFailures(History& history) {
  history.failures = 0;
  history.next_attempt = SteadyTime();
}

void StartGeneration(InstanceRecord& record, int64_t last_seq) {
  record.desired->generation += 1;
  record.desired->floor_seq = last_seq;
  ForgetFailures(record.history);
}

void Adopt(InstanceRecord& record, const Declaration& declaration, const std::string& uid,
           int64_t last_seq) {
  Desired desired;
  desired.uid = uid;
  desired.adopted_floor_seq = last_seq;
  desired.floor_seq = last_seq;
  desired.workspace = declaration.workspace;
  desired.policy = declaration.policy;
  desired.authority = declaration.authority;
  record.desired = std::move(desired);
  // An inherited attempt stays a fact about the instance, but was for no generation of this uid.
  record.attempt.generation = 0;
  record.history.stopped_generation = 0;
  ForgetFailures(record.history);
}

void ForgetIntent(History& history, SteadyTime started) {
  auto it = std::find(history.intents.rbegin(), history.intents.rend(), started);
  if (it != history.intents.rend()) history.intents.erase(std::next(it).base());
}

void ForgetOldIntents(History& history, SteadyTime now) {
  auto& intents = history.intents;
  intents.erase(
      std::remove_if(intents.begin(), intents.end(),
                     [now](SteadyTime t) { return t + limits::kCallBudgetWindow <= now; }),
      intents.end());
}

// Sets when the next call may be made, and counts the failure where it is one.
void Reckon(InstanceRecord& record, const CallResult& result, const ProjectSettings& settings,
            SteadyTime now) {
  History& history = record.history;
  const CallClassRule& rule = RuleOf(result.call_class);
  if (rule.wait == RetryWait::kPause) {
    const absl::Duration pause = result.retry_after.value_or(limits::kDefaultThrottlePause);
    history.next_attempt = now + std::min(pause, limits::kMaxThrottlePause);
    return;
  }
  if (rule.wait == RetryWait::kSoon) {
    history.next_attempt = now + limits::kBackoffBase;
    return;
  }
  if (rule.is_failure) history.failures += 1;
  const absl::Duration wait = Backoff(result.call_class, history.failures, record.attempt.id);
  const absl::Duration settle = MayHaveHadEffect(result.outcome, result.call_class)
                                    ? settings.timing.settle
                                    : absl::ZeroDuration();
  history.next_attempt = now + settle + wait;
}

bool IsAbsent(const Observation& seen) {
  return seen.presence == Presence::kMissing && seen.missing_lists >= limits::kListsUntilAbsent;
}

// Dates a start by the first list that shows it. A state that tells neither that it is on nor that
// it is off ends no start and begins none.
void DateStart(Observation& seen, PowerState state, SteadyTime at) {
  if (IsAbsent(seen)) seen.start_seen = SteadyTime::Never();
  switch (state) {
    case PowerState::kStopped:
    case PowerState::kStopping:
      seen.start_seen = SteadyTime::Never();
      break;
    case PowerState::kRunning:
    case PowerState::kPartial:
    case PowerState::kBusy:
      if (seen.start_seen.is_never()) seen.start_seen = at;
      break;
    case PowerState::kUnavailable:
    case PowerState::kUnknown:
      break;
  }
}

}  // namespace

bool Declare(InstanceRecord& record, const Declaration& declaration, const std::string& new_uid,
             bool stop_effect, int64_t last_seq) {
  if (!record.desired) {
    Adopt(record, declaration, new_uid, last_seq);
    return true;
  }
  Desired& desired = *record.desired;
  const bool changed =
      desired.workspace != declaration.workspace || desired.policy != declaration.policy;
  const bool was_stopped = record.history.stopped_generation == desired.generation;
  if (!changed && !(stop_effect && was_stopped)) return false;
  desired.workspace = declaration.workspace;
  desired.policy = declaration.policy;
  desired.authority = declaration.authority;
  StartGeneration(record, last_seq);
  if (was_stopped && !stop_effect) record.history.stopped_generation = desired.generation;
  return true;
}

void Reassert(InstanceRecord& record, int64_t last_seq) { StartGeneration(record, last_seq); }

void Release(InstanceRecord& record) { record.desired.reset(); }

void BeginAttempt(InstanceRecord& record, const std::string& attempt_id, int64_t fence,
                  int64_t based_on_seq, SteadyTime now) {
  Attempt attempt;
  attempt.id = attempt_id;
  attempt.fence = fence;
  attempt.generation = record.desired->generation;
  attempt.based_on_seq = based_on_seq;
  attempt.outcome = Outcome::kOpen;
  attempt.resolved = false;
  attempt.started = now;
  record.attempt = std::move(attempt);
  ForgetOldIntents(record.history, now);
  record.history.intents.push_back(now);
}

void FinishAttempt(InstanceRecord& record, const CallResult& result,
                   const ProjectSettings& settings, int64_t last_seq, SteadyTime now) {
  Attempt& attempt = record.attempt;
  const bool first_answer = attempt.outcome == Outcome::kOpen;
  attempt.outcome = result.outcome;
  attempt.call_class = result.call_class;
  attempt.http_status = result.http_status;
  attempt.error_code = result.error_code;
  attempt.message = result.message;
  attempt.cloud_request_id = result.cloud_request_id;
  attempt.resolved = attempt.resolved || !MayHaveHadEffect(result.outcome, result.call_class);
  // A late answer to an attempt given up as UNKNOWN says what came of it, not when it ended.
  if (!first_answer) return;
  attempt.floor_seq = last_seq;
  attempt.ended = now;
  // What never left the machine is not a call.
  if (result.outcome == Outcome::kNotSent) ForgetIntent(record.history, attempt.started);
  Reckon(record, result, settings, now);
}

void Latch(InstanceRecord& record) {
  record.history.stopped_generation = record.desired->generation;
  record.attempt.resolved = true;
  ForgetFailures(record.history);
}

bool ObservePresent(InstanceRecord& record, const ListedInstance& listed, const ListInfo& list) {
  Observation& seen = record.observation;
  if (list.seq <= seen.list_seq) return false;
  const bool returned = seen.presence != Presence::kPresent;
  const bool state_changed = seen.state != listed.state || seen.presence == Presence::kNever;
  if (!returned && !state_changed && seen.cloud_name == listed.cloud_name &&
      seen.nodes == listed.nodes) {
    return false;
  }
  if (state_changed) {
    seen.since = list.started;
    // Any change un-parks, except one that the pending call may itself have caused.
    if (record.attempt.resolved) ForgetFailures(record.history);
  }
  DateStart(seen, listed.state, list.started);
  seen.state = listed.state;
  seen.presence = Presence::kPresent;
  seen.missing_lists = 0;
  seen.cloud_name = listed.cloud_name;
  seen.nodes = listed.nodes;
  seen.list_seq = list.seq;
  return true;
}

bool ObserveMissing(InstanceRecord& record, bool suspect, const ListInfo& list,
                    const ProjectFreshness& before) {
  Observation& seen = record.observation;
  if (list.seq <= seen.list_seq) return false;
  const Presence presence = suspect ? Presence::kSuspect : Presence::kMissing;
  // A suspected list takes nothing from what was absent before it.
  const bool nothing_new = suspect ? seen.presence != Presence::kPresent : IsAbsent(seen);
  if (nothing_new) return false;
  if (seen.presence == Presence::kPresent) {
    // Every list since the row last changed has shown it as it is.
    seen.shown_seq = std::max(before.last_seq, seen.list_seq);
    seen.shown_at = before.list_started;
  }
  seen.presence = presence;
  if (!suspect) seen.missing_lists = std::min(seen.missing_lists + 1, limits::kListsUntilAbsent);
  seen.list_seq = list.seq;
  return true;
}

bool IsSuspect(size_t tracked, size_t lost, bool list_is_empty) {
  if (tracked == 0) return false;
  const double bearable = std::max(1.0, limits::kSuspectLossShare * static_cast<double>(tracked));
  return list_is_empty || static_cast<double>(lost) > bearable;
}

bool IsForgettable(const InstanceRecord& record, SteadyTime now) {
  if (record.desired || record.attempt.outcome == Outcome::kOpen) return false;
  // Nothing latches a released instance, so an unclear call is resolved by time.
  if (!record.attempt.resolved && record.attempt.ended + limits::kCallBudgetWindow > now) {
    return false;
  }
  for (SteadyTime intent : record.history.intents) {
    if (intent + limits::kCallBudgetWindow > now) return false;
  }
  const Observation& seen = record.observation;
  return seen.presence == Presence::kNever || IsAbsent(seen);
}

}  // namespace quiesce::core
