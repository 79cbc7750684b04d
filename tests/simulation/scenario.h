#ifndef QUIESCE_TESTS_SIMULATION_SCENARIO_H_
#define QUIESCE_TESTS_SIMULATION_SCENARIO_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/core/quota.h"
#include "daemon/engine/projects.h"
#include "tests/simulation/dice.h"

namespace quiesce::simulation {

// How the cloud answers a stop of an instance that is off, or that it will not stop.
enum class RefusalStyle { kOpaqueError, kResultFailed, kAcceptsAnyway };

// How often things go wrong. Each is a probability per occasion, and 0 in many seeds: a fault that
// is everywhere hides what happens without it.
struct Faults {
  // A stop call.
  double stop_not_sent = 0;       // no connection
  double stop_lost_before = 0;    // the request never arrives
  double stop_lost_after = 0;     // it has effect, the answer never arrives
  double stop_broken_answer = 0;  // it has effect, the answer is a 502, or no JSON
  double stop_late = 0;           // arrives near or after the caller's deadline
  double stop_throttled = 0;      // 429
  double stop_auth = 0;           // 401
  double stop_forbidden = 0;      // 403
  double stop_unavailable = 0;    // 503, surely without effect
  double stop_no_effect = 0;      // accepted, and nothing follows
  double stop_half = 0;           // only one node of a pair goes off
  double stop_permanent = 0;      // 400 about the request
  // A list call.
  double list_lost = 0;
  double list_late = 0;
  double list_throttled = 0;
  double list_forbidden = 0;
  double list_omits = 0;  // of each instance
  double list_empty = 0;
  double list_stale = 0;  // shows each instance as it was some time ago
  // The gateway.
  double others_call = 0;  // with each call of ours one of somebody else, within the same quota
  double outage = 0;       // per minute: it answers nobody, for a while
  // The cloud's own doings, per minute.
  double manual_start = 0;
  double odd_state = 0;  // frozen, busy, an unknown word, for a while
  double deletion = 0;
  double creation = 0;
  double rename = 0;
  // The store.
  double store_refuses = 0;  // its queue is full
  double slow_commit = 0;
  double failed_commit = 0;
  double crash_before_commit = 0;
  double crash_after_commit = 0;
  // Somebody changes their mind just when a call is being decided.
  double meddle = 0;
  // The process and its host.
  double crash = 0;              // after any step
  double pause = 0;              // after any task: nothing runs for a while
  double forgotten_project = 0;  // a process is configured without one of its projects
  double reload = 0;             // per minute: it is configured anew, with or without one of them
  double zombie_finish = 0;      // a late answer of a killed process reaches the store
  double clock_jump = 0;         // per minute
};

struct ProjectPlan {
  std::string id;
  std::string alias;
  std::string credential;
  core::ObservationMode mode = core::ObservationMode::kList;
  std::vector<std::string> instances;
};

// How much the gateway lets through of one credential's calls. It is no fault, and goes on for
// ever.
struct CloudQuota {
  core::QuotaWindow window;
  bool slides = false;          // else its periods follow one another
  bool counts_refused = false;  // what it refuses uses up a place, too
  bool says_when = false;       // by Retry-After
  bool told = false;            // the configuration says it
};

// One seed's world: what there is, how fast it is, and what goes wrong.
struct Scenario {
  // Of the cloud. The settle time of the daemon is configured to cover all of it.
  absl::Duration gateway_timeout;  // an answer given up may still have effect for so long
  absl::Duration stop_lag;         // from acceptance until anything shows
  absl::Duration list_lag;         // how old a list may be
  absl::Duration power_off_time;   // from acceptance until off, at most
  absl::Duration odd_time;         // how long an instance is frozen, busy and the like, at most
  RefusalStyle refusal = RefusalStyle::kOpaqueError;
  absl::Duration outage_time;                // at most
  std::map<std::string, CloudQuota> quotas;  // by credential

  core::Timing timing;
  int max_in_flight = 4;
  double quota_reserve = 0;
  std::vector<ProjectPlan> projects;
  bool crowded = false;
  std::vector<std::string> direct_workspaces;
  std::vector<std::string> declared_workspaces;

  Faults faults;
  absl::Duration chaos;  // how long faults go on
  absl::Duration think;  // mean time between the users' actions
  absl::Duration longest_task;
  absl::Duration longest_commit;
  std::vector<absl::Duration> graces;  // start_grace, to choose from

  std::vector<engine::ProjectConfig> Configs() const;
  // How much longer than without them all work takes within the quotas.
  absl::Duration QuotaTime() const;
};

Scenario MakeScenario(Dice& dice);

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SCENARIO_H_
