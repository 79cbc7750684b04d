#ifndef QUIESCE_DAEMON_CORE_DECIDE_H_
#define QUIESCE_DAEMON_CORE_DECIDE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/reason.h"

namespace quiesce::core {

// Everything around an instance that a decision depends on. Borrowed for the call.
struct Surroundings {
  const ProjectSettings& settings;
  const ProjectFreshness& freshness;
  const HoldIndex& holds;
  SteadyTime throttled_until = SteadyTime::Never();  // of the project's credential
  // The last list of the project was refused for its credential's sake: no list comes until
  // somebody mends that. Changes the reason that is given, never what is done.
  bool list_refused = false;
  // Calls of the project's credential wait for quota until then, more or less. Changes what is
  // shown; the calls are queued and take their turn.
  SteadyTime quota_until = SteadyTime::Never();
  // The project's endpoint does not answer: nothing but a probe now and then is sent there.
  bool endpoint_down = false;
};

struct Decision {
  Action action = Action::kNone;
  Phase phase = Phase::kUnknown;
  Reason reason = Reason::kStale;
  Needs needs = Needs::kNobody;
  // The decision holds until the facts change or this time comes. That the list grows too old is
  // not counted: it is so for a whole project at once (FreshnessBound).
  SteadyTime valid_until = SteadyTime::Infinite();
};

// The decision table: what to do about an instance, and why, from what is known. Pure; the one
// place that says when the cloud may be called. Used by the engine (to schedule), by the claim
// (inside the transaction that writes the intent), by plans (on facts as they would be) and by
// explain. The rows of the table are in decide.cc, in the order in which they apply.
Decision Decide(const InstanceRecord& record, const Surroundings& around, const Now& now);

// --- parts that others ask for too --------------------------------------------------------------

// A complete list is fresh for this long after its start: three times the larger of the interval
// in force and its own duration.
absl::Duration FreshnessBound(const ProjectSettings& settings, const ProjectFreshness& freshness);
bool IsFresh(const ProjectSettings& settings, const ProjectFreshness& freshness, const Now& now);

// The largest age of a list on which a call may be based. Never under twice the time a list takes:
// a list that takes longer than look_max_age would otherwise never be young enough.
absl::Duration LookMaxAge(const ProjectSettings& settings, const ProjectFreshness& freshness);

// What went wrong so far, as people are shown it. An accepted call counts for the daemon from its
// end on, so that nothing need be written to turn it into a failure; for people it is none while
// it may still have effect.
struct Setbacks {
  int failures = 0;  // since the last success or change
  SteadyTime next_attempt;
};
Setbacks SetbacksOf(const InstanceRecord& record, const Surroundings& around);

// The gates of an instance as `explain` shows them: each with its state, whether or not it is the
// one that decides.
struct Gate {
  enum class State : uint8_t { kOpen, kWaits, kBlocks };
  std::string name;
  State state = State::kOpen;
  std::string detail = {};  // empty for an open gate without numbers
  SteadyTime until = SteadyTime::Never();
};
std::vector<Gate> ListGates(const InstanceRecord& record, const Surroundings& around,
                            const Now& now);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_DECIDE_H_
