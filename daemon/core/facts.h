#ifndef QUIESCE_DAEMON_CORE_FACTS_H_
#define QUIESCE_DAEMON_CORE_FACTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"

// What is known about an instance: four facts that are kept apart and never merged into one
// status. All are values; nothing here reads a clock, a socket or a table.
namespace quiesce::core {

struct InstanceKey {
  std::string project_id;
  std::string instance_id;

  friend bool operator==(const InstanceKey& a, const InstanceKey& b) {
    return a.project_id == b.project_id && a.instance_id == b.instance_id;
  }
  friend bool operator!=(const InstanceKey& a, const InstanceKey& b) { return !(a == b); }
  friend bool operator<(const InstanceKey& a, const InstanceKey& b) {
    return std::tie(a.project_id, a.instance_id) < std::tie(b.project_id, b.instance_id);
  }
  template <typename H>
  friend H AbslHashValue(H h, const InstanceKey& k) {
    return H::combine(std::move(h), k.project_id, k.instance_id);
  }
};

// --- 1. desired --------------------------------------------------------------------------------

enum class Enforcement : uint8_t {
  kObserve,     // report, never call
  kOnce,        // stop once per generation; report a later start
  kContinuous,  // stop again after start_grace
};

// What a declaration says about an instance, defaults filled in, so that a new version of the
// daemon with other defaults changes nobody's behaviour.
struct Policy {
  Enforcement enforcement = Enforcement::kContinuous;
  absl::Duration start_grace = limits::kDefaultStartGrace;
  bool is_protected = false;
  std::string asserted_name;  // empty: any name will do

  friend bool operator==(const Policy& a, const Policy& b) {
    return a.enforcement == b.enforcement && a.start_grace == b.start_grace &&
           a.is_protected == b.is_protected && a.asserted_name == b.asserted_name;
  }
  friend bool operator!=(const Policy& a, const Policy& b) { return !(a == b); }
};

// Who made a declaration what it is.
struct Authority {
  enum class Kind : uint8_t { kPlan, kDirect };
  Kind kind = Kind::kDirect;
  std::string reference;  // plan id, or request id (may be empty)
  std::string principal;
  absl::Time at;
};

struct Desired {
  std::string uid;                // new at each adoption
  int64_t generation = 1;         // of this uid
  int64_t adopted_floor_seq = 0;  // last list_seq allocated when the uid was committed
  int64_t floor_seq = 0;          // last list_seq allocated when uid or generation was committed
  std::string workspace;
  Policy policy;
  Authority authority;
};

// --- 2. attempt --------------------------------------------------------------------------------

// One class per answer of the cloud. cloud/error_table maps to it; decisions read nothing else.
enum class CallClass : uint8_t {
  kNone,            // no answer: the call was not made, or is open
  kAccepted,        // 200 and result success
  kAlreadyInState,  // DBSS.10020131: an opaque refusal of a stop; lists decide
  kBlocked,         // another refusal for the instance's state's sake; lists decide
  kThrottled,       // 429
  kAuth,            // 401: the token is missing, expired or rejected
  kForbidden,       // 403
  kNotFound,        // 404
  kTransient,       // did not work, may work later
  kUnknown,         // the request may have had effect
  kPermanent,       // refused in a way that a retry does not mend
  kMalformed,       // an answer that is not one
};

enum class Outcome : uint8_t {
  kNone,     // no attempt yet
  kOpen,     // intent committed, outcome not
  kNotSent,  // no byte of the request reached the cloud
  kAccepted,
  kRejected,
  kUnknown,
};

struct Attempt {
  std::string id;            // 32 hex; empty: none yet
  int64_t fence = 0;         // of the process that made the intent
  int64_t generation = 0;    // the one it was for
  int64_t based_on_seq = 0;  // the list it was based on
  Outcome outcome = Outcome::kNone;
  CallClass call_class = CallClass::kNone;
  bool resolved = true;   // a later observation settled what came of it
  int64_t floor_seq = 0;  // last list_seq allocated when it was finished
  SteadyTime started;
  SteadyTime ended;
  // For people; no decision reads them.
  int32_t http_status = 0;
  std::string error_code;
  std::string message;
  std::string cloud_request_id;
};

// --- 3. observation ----------------------------------------------------------------------------

enum class PowerState : uint8_t {
  kUnknown,  // not in the table, or never observed
  kRunning,
  kStopping,
  kStopped,
  kPartial,
  kBusy,
  kUnavailable,
};

// Whether the lists show it. kAbsent is not here: it is kMissing with enough lists.
enum class Presence : uint8_t {
  kNever,    // no list has shown it
  kPresent,  // in the project's last complete list
  kMissing,  // not in the last `missing_lists` complete lists
  kSuspect,  // not in a list that is suspected and waits for an operator's word
};

struct Node {
  std::string name;
  std::string status;
  std::string task_status;
  std::string scene;  // why the cloud froze it; empty mostly
  friend bool operator==(const Node& a, const Node& b) {
    return a.name == b.name && a.status == b.status && a.task_status == b.task_status &&
           a.scene == b.scene;
  }
};

struct Observation {
  PowerState state = PowerState::kUnknown;
  Presence presence = Presence::kNever;
  int missing_lists = 0;                   // up to kListsUntilAbsent
  SteadyTime since = SteadyTime::Never();  // when `state` was first seen in a row
  // When the start was first seen that it runs, or works, since; never for what is off. Whatever
  // the cloud does with it in between is no new start.
  SteadyTime start_seen = SteadyTime::Never();
  int64_t list_seq = 0;  // the list that last changed this row
  // The last list that showed it, when it is not present; a present row was shown by the
  // project's last list.
  int64_t shown_seq = 0;
  SteadyTime shown_at = SteadyTime::Never();
  std::string cloud_name;
  std::vector<Node> nodes;  // for people; no decision reads them
};

// --- 4. history --------------------------------------------------------------------------------

struct History {
  int64_t stopped_generation = 0;  // last generation observed stopped; 0: none
  int failures = 0;         // calls that ended since the last success or change, unclear ones too
  SteadyTime next_attempt;  // no call before
  // Start of every intent within the last hour, oldest first, bounded.
  std::vector<SteadyTime> intents;
};

// All of it. `desired` is empty for an instance that is merely observed, or was released.
struct InstanceRecord {
  InstanceKey key;
  int64_t revision = 0;
  std::optional<Desired> desired;
  Attempt attempt;
  Observation observation;
  History history;
};

// Opaque to clients; changes with every adoption and generation. Empty for an undeclared one.
std::string EtagOf(const InstanceRecord& record);

// --- surroundings ------------------------------------------------------------------------------

enum class ObservationMode : uint8_t {
  kList,          // the project is listed; lists are the evidence
  kNone,          // its credential may only stop; what was recorded is all there is
  kUnconfigured,  // the configuration no longer has the project: nothing may be called
};

struct Timing {
  absl::Duration call_deadline = absl::Seconds(10);
  absl::Duration settle = absl::Seconds(30);
  absl::Duration list_idle = absl::Seconds(60);
  absl::Duration list_active = absl::Seconds(5);
  absl::Duration look_max_age = absl::Seconds(30);
};

// What the configuration says about a project, as far as decisions need it.
struct ProjectSettings {
  std::string id;
  std::string alias;
  ObservationMode mode = ObservationMode::kList;
  Timing timing;
};

// What is known about looking at a project. Kept in the store; `process_floor_seq` and
// `process_started` make everything stale after a start of the process.
struct ProjectFreshness {
  int64_t last_seq = 0;  // last complete list; 0: none
  SteadyTime list_started = SteadyTime::Never();
  absl::Duration list_took = absl::ZeroDuration();
  // The interval that was in force when that list ended, so when the next one was promised.
  // Zero: not set, list_idle counts.
  absl::Duration interval = absl::ZeroDuration();
  int64_t process_floor_seq = 0;
  SteadyTime process_started;

  bool listed_since_start() const { return last_seq > process_floor_seq; }
};

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_FACTS_H_
