#include "tests/unit/core/transition_facts.h"

#include <sstream>

namespace quiesce::core {

std::string Dump(const InstanceRecord& r) {
  std::ostringstream out;
  if (r.desired) {
    const Desired& d = *r.desired;
    out << "desired " << d.uid << " " << d.generation << " " << d.adopted_floor_seq << " "
        << d.floor_seq << " " << d.workspace << " " << static_cast<int>(d.policy.enforcement)
        << d.policy.start_grace << d.policy.is_protected << d.policy.asserted_name << " "
        << d.authority.reference << " " << d.authority.principal << "\n";
  }
  const Attempt& a = r.attempt;
  out << "attempt " << a.id << " " << a.fence << " " << a.generation << " " << a.based_on_seq << " "
      << static_cast<int>(a.outcome) << " " << static_cast<int>(a.call_class) << " " << a.resolved
      << " " << a.floor_seq << " " << a.started.micros() << " " << a.ended.micros() << " "
      << a.http_status << " " << a.error_code << " " << a.message << " " << a.cloud_request_id
      << "\n";
  const Observation& o = r.observation;
  out << "observation " << static_cast<int>(o.state) << " " << static_cast<int>(o.presence) << " "
      << o.missing_lists << " " << o.since.micros() << " " << o.start_seen.micros() << " "
      << o.list_seq << " " << o.shown_seq << " " << o.shown_at.micros() << " " << o.cloud_name
      << " " << o.nodes.size() << "\n";
  const History& h = r.history;
  out << "history " << h.stopped_generation << " " << h.failures << " " << h.next_attempt.micros();
  for (const SteadyTime t : h.intents) out << " " << t.micros();
  return out.str();
}

Declaration Declared(const std::string& workspace) {
  Declaration declaration;
  declaration.workspace = workspace;
  declaration.authority.reference = "plan-1";
  declaration.authority.principal = "ci";
  return declaration;
}

InstanceRecord Adopted() {
  InstanceRecord record;
  record.key = InstanceKey{"project", "instance"};
  record.observation.state = PowerState::kRunning;
  record.observation.presence = Presence::kPresent;
  record.observation.list_seq = 90;
  record.observation.since = record.observation.start_seen = kNow - absl::Hours(1);
  record.observation.cloud_name = "om-1";
  Declare(record, Declared(), "uid-1", true, 100);
  return record;
}

InstanceRecord Stopped() {
  InstanceRecord record = Adopted();
  record.observation.state = PowerState::kStopped;
  record.observation.start_seen = SteadyTime::Never();
  Latch(record);
  return record;
}

InstanceRecord Called(const CallResult& result, SteadyTime ended) {
  InstanceRecord record = Adopted();
  BeginAttempt(record, "attempt-1", 7, 101, ended - absl::Seconds(2));
  FinishAttempt(record, result, ProjectSettings(), 110, ended);
  return record;
}

CallResult Result(Outcome outcome, CallClass call_class) {
  CallResult result;
  result.outcome = outcome;
  result.call_class = call_class;
  return result;
}

CallResult Accepted() { return Result(Outcome::kAccepted, CallClass::kAccepted); }
CallResult Unknown() { return Result(Outcome::kUnknown, CallClass::kUnknown); }
CallResult Rejected(CallClass call_class) { return Result(Outcome::kRejected, call_class); }

ListedInstance Listed(PowerState state, const std::string& name) {
  ListedInstance listed;
  listed.instance_id = "instance";
  listed.cloud_name = name;
  listed.state = state;
  return listed;
}

ListInfo List(int64_t seq) { return ListInfo{seq, kNow + absl::Seconds(seq)}; }

ProjectFreshness Before(int64_t seq) {
  ProjectFreshness freshness;
  freshness.last_seq = seq;
  freshness.list_started = List(seq).started;
  return freshness;
}

}  // namespace quiesce::core
