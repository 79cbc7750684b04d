#ifndef QUIESCE_TESTS_UNIT_CORE_DECIDE_SCENE_H_
#define QUIESCE_TESTS_UNIT_CORE_DECIDE_SCENE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"

namespace quiesce::core {

inline constexpr absl::Duration kTick = absl::Microseconds(1);

// An instance and what is around it. As constructed: adopted, seen running by a list of five
// seconds ago, no gate closed, never called. Sequence numbers: 100 before this process, 105 before
// the adoption, 110 the last list.
struct Scene {
  Scene() {
    now = Now{absl::FromUnixSeconds(1700000000), SteadyTime::FromMicros(1700000000000000)};
    record.key = InstanceKey{"project", "instance"};
    record.desired.emplace();
    record.desired->uid = "uid";
    record.desired->generation = 3;
    record.desired->adopted_floor_seq = 105;
    record.desired->floor_seq = 105;
    record.desired->workspace = "billing";
    record.observation.state = PowerState::kRunning;
    record.observation.presence = Presence::kPresent;
    record.observation.since = record.observation.start_seen = Ago(absl::Minutes(10));
    record.observation.list_seq = 106;
    record.observation.cloud_name = "om-1";
    freshness.last_seq = 110;
    freshness.list_started = Ago(absl::Seconds(5));
    freshness.list_took = absl::Seconds(1);
    freshness.process_floor_seq = 100;
    freshness.process_started = Ago(absl::Hours(1));
  }

  SteadyTime Ago(absl::Duration d) const { return now.steady - d; }
  SteadyTime In(absl::Duration d) const { return now.steady + d; }

  Surroundings Around() const {
    return Surroundings{settings,     freshness,   holds,        throttled_until,
                        list_refused, quota_until, endpoint_down};
  }
  Decision Decide() const { return core::Decide(record, Around(), now); }
  Setbacks SetbacksShown() const { return SetbacksOf(record, Around()); }
  std::vector<Gate> Gates() const { return ListGates(record, Around(), now); }

  Desired& desired() { return *record.desired; }
  Policy& policy() { return record.desired->policy; }
  Attempt& attempt() { return record.attempt; }
  Observation& seen() { return record.observation; }
  History& history() { return record.history; }

  void Latched() { record.history.stopped_generation = record.desired->generation; }
  void See(PowerState state, absl::Duration since = absl::Minutes(1)) {
    record.observation.state = state;
    record.observation.since = record.observation.start_seen = Ago(since);
  }
  void ListedAgo(absl::Duration d) { freshness.list_started = Ago(d); }
  void RestartedAgo(absl::Duration d) {
    freshness.process_floor_seq = freshness.last_seq;
    freshness.process_started = Ago(d);
  }
  void Missing(int lists) {
    record.observation.presence = Presence::kMissing;
    record.observation.missing_lists = lists;
    record.observation.shown_seq = 106;
  }

  // An attempt that ended before the last list started.
  void Called(Outcome outcome, CallClass call_class, absl::Duration ended_ago, int failures = 1) {
    Attempt& a = record.attempt;
    a.id = "attempt";
    a.generation = record.desired->generation;
    a.outcome = outcome;
    a.call_class = call_class;
    a.resolved = outcome != Outcome::kAccepted && outcome != Outcome::kUnknown &&
                 call_class != CallClass::kAlreadyInState && call_class != CallClass::kBlocked;
    a.floor_seq = 109;
    a.ended = Ago(ended_ago);
    a.started = Ago(ended_ago + absl::Seconds(1));
    record.history.failures = failures;
    record.history.next_attempt = a.ended + absl::Seconds(1);
    record.history.intents.push_back(a.started);
  }

  void Put(HoldScope scope, absl::Duration lasts) {
    Hold hold;
    hold.id = "hold" + std::to_string(holds.all().size());
    hold.scope = scope;
    hold.instance = record.key;
    hold.workspace = record.desired ? record.desired->workspace : "";
    hold.project_id = record.key.project_id;
    hold.expires = now.wall + lasts;
    holds.Put(hold);
  }

  InstanceRecord record;
  ProjectSettings settings;
  ProjectFreshness freshness;
  HoldIndex holds;
  SteadyTime throttled_until = SteadyTime::Never();
  bool list_refused = false;
  SteadyTime quota_until = SteadyTime::Never();
  bool endpoint_down = false;
  Now now;
};

// In a project whose credential may only stop.
inline void Unobserved(Scene& s) {
  s.settings.mode = ObservationMode::kNone;
  s.record.observation = Observation();
  s.freshness = ProjectFreshness();
}

}  // namespace quiesce::core

#endif  // QUIESCE_TESTS_UNIT_CORE_DECIDE_SCENE_H_
