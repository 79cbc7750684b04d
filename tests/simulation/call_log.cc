#include "tests/simulation/call_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"

namespace quiesce::simulation {
namespace {

// From the claim to the first byte: a second to be handed over, a second in the adapter's queue,
// and what the loop was busy with in between.
constexpr absl::Duration kLongestHandOver = absl::Seconds(3);

}  // namespace

const std::string& CallLog::CredentialOf(const std::string& project_id) const {
  for (const ProjectPlan& project : scenario_.projects) {
    if (project.id == project_id) return project.credential;
  }
  return scenario_.projects.front().credential;
}

int64_t CallLog::Handed(const core::InstanceKey& key, const core::InstanceRecord* row,
                        int64_t fence) {
  const auto number = static_cast<int64_t>(calls_.size()) + 1;
  StopRecord& call = calls_[number];
  call.number = number;
  call.key = key;
  call.handed = world_.now();
  by_key_[key].push_back(&call);
  if (configured_.count(key.project_id) == 0) {
    verdict_.Fail("I2",
                  absl::StrCat("a stop of ", key.instance_id, ", whose project is not configured"));
  }
  const std::string& credential = CredentialOf(key.project_id);
  const int open = ++handed_open_[credential];
  if (open > 2 * scenario_.max_in_flight) {
    verdict_.Fail("I6", absl::StrCat(open, " calls handed over for ", scenario_.max_in_flight,
                                     " connections"));
  }
  if (world_.now() < paused_until_[credential]) {
    verdict_.Fail("I6", absl::StrCat("a stop of ", key.instance_id,
                                     " is handed over while its credential is paused"));
  }
  if (row == nullptr || row->attempt.outcome != core::Outcome::kOpen ||
      row->attempt.fence != fence) {
    verdict_.Fail("I1", absl::StrCat("a stop of ", key.instance_id, " without a durable intent"));
    return number;
  }
  if (!used_attempts_.insert(row->attempt.id).second) {
    verdict_.Fail("I1", absl::StrCat("intent ", row->attempt.id, " is handed over twice"));
  }
  call.attempt_id = row->attempt.id;
  call.fence = row->attempt.fence;
  call.intended = row->attempt.started;
  call.generation = row->attempt.generation;
  if (row->desired) call.uid = row->desired->uid;
  return number;
}

void CallLog::Sent(int64_t number) {
  StopRecord& call = calls_.at(number);
  if (call.sent) {
    verdict_.Fail("I1", absl::StrCat("a second request for intent ", call.attempt_id));
    return;
  }
  call.sent = world_.now();
  ++sent_count_;
  const int open = ++sent_open_[CredentialOf(call.key.project_id)];
  if (open > scenario_.max_in_flight) {
    verdict_.Fail("I6", absl::StrCat(open, " requests in flight"));
  }
  const absl::Duration waited = world_.now() - call.intended;
  if (waited > kLongestHandOver) {
    verdict_.Fail("I1", absl::StrCat("intent ", call.attempt_id, " is sent after ",
                                     absl::FormatDuration(waited)));
  }
  CheckAlone(call);
  CheckBudget(call);
}

void CallLog::CheckAlone(const StopRecord& call) {
  for (const StopRecord* other : by_key_[call.key]) {
    if (other == &call || !other->sent) continue;
    if (other->processed && other->ended) continue;
    verdict_.Fail("I4", absl::StrCat("instance ", call.key.instance_id, " has call ", call.number,
                                     " sent while call ", other->number, " of ",
                                     absl::FormatDuration(world_.now() - *other->sent),
                                     " before is not over"));
  }
}

void CallLog::CheckBudget(const StopRecord& call) {
  size_t within_the_hour = 0;
  for (const StopRecord* other : by_key_[call.key]) {
    if (other->sent && other->intended + limits::kCallBudgetWindow > call.intended) {
      ++within_the_hour;
    }
  }
  if (within_the_hour > limits::kMaxCallsPerInstanceHour) {
    verdict_.Fail("I5", absl::StrCat("instance ", call.key.instance_id, " gets call ",
                                     within_the_hour, " within an hour"));
  }
}

void CallLog::Processed(int64_t number) { calls_.at(number).processed = world_.now(); }

void CallLog::Over(int64_t number) {
  const StopRecord& call = calls_.at(number);
  if (call.sent) --sent_open_[CredentialOf(call.key.project_id)];
}

void CallLog::Answered(int64_t number, const core::CallResult& result) {
  StopRecord& call = calls_.at(number);
  if (call.ended) verdict_.Fail("I1", absl::StrCat("call ", number, " is answered twice"));
  call.ended = world_.now();
  call.outcome = result.outcome;
  call.call_class = result.call_class;
  const std::string& credential = CredentialOf(call.key.project_id);
  --handed_open_[credential];
  // By the status and not by the class: the daemon's reading of it may be what is wrong.
  if (result.http_status == 429) {
    Throttled(call.key.project_id, result.retry_after, result.quota.has_value());
  }
}

void CallLog::ListHanded(const std::string& project_id) {
  if (configured_.count(project_id) == 0) {
    verdict_.Fail("I2", absl::StrCat("project ", project_id, " is listed, and not configured"));
  }
  if (world_.now() < paused_until_[CredentialOf(project_id)]) {
    verdict_.Fail(
        "I6", absl::StrCat("project ", project_id, " is listed while its credential is paused"));
  }
}

void CallLog::Throttled(const std::string& project_id, std::optional<absl::Duration> retry_after,
                        bool names_limit) {
  const absl::Duration unsaid = names_limit ? absl::ZeroDuration() : limits::kDefaultThrottlePause;
  const absl::Duration pause = std::min(retry_after.value_or(unsaid), limits::kMaxThrottlePause);
  SteadyTime& until = paused_until_[CredentialOf(project_id)];
  until = std::max(until, world_.now() + pause);
}

void CallLog::ProcessKilled() {
  // What is not on the wire yet never will be. A pause is remembered by nobody.
  for (auto& [number, call] : calls_) {
    if (!call.ended && !call.sent) {
      call.ended = world_.now();
      call.outcome = core::Outcome::kNotSent;
    }
  }
  paused_until_.clear();
  handed_open_.clear();
  sent_open_.clear();
}

void CallLog::ProcessStarted() {
  for (auto& [number, call] : calls_) {
    if (call.ended) continue;
    call.ended = world_.now();
    call.outcome = core::Outcome::kUnknown;
    call.call_class = core::CallClass::kUnknown;
  }
}

const StopRecord* CallLog::LastSent(const core::InstanceKey& key) const {
  const std::vector<StopRecord*>& calls = CallsOf(key);
  for (auto it = calls.rbegin(); it != calls.rend(); ++it) {
    if ((*it)->sent) return *it;
  }
  return nullptr;
}

const std::vector<StopRecord*>& CallLog::CallsOf(const core::InstanceKey& key) const {
  static const auto* const none = new std::vector<StopRecord*>();
  auto it = by_key_.find(key);
  return it == by_key_.end() ? *none : it->second;
}

}  // namespace quiesce::simulation
