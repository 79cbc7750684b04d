#ifndef QUIESCE_DAEMON_CORE_REASON_H_
#define QUIESCE_DAEMON_CORE_REASON_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace quiesce::core {

// The closed vocabulary of a decision. proto/quiesce/v1 carries the same names with the text a
// user reads; rpc/convert maps one to the other and a test holds the two lists together.

enum class Phase : uint8_t {
  kUnmanaged,  // observed, declared by nobody
  kPending,    // will be stopped; nothing was called yet
  kWaiting,    // a gate is closed; opens by itself or by its owner
  kStopping,   // a stop is in flight, accepted or under way
  kStopped,    // shown stopped by a list that may speak for this generation
  kDrifted,    // was stopped, runs again
  kRetrying,   // the last call failed; the next is scheduled
  kStalled,    // needs somebody
  kGone,       // the cloud no longer lists it
  kUnknown,    // cannot tell from what is known now
};
inline constexpr int kPhaseCount = static_cast<int>(Phase::kUnknown) + 1;

enum class Reason : uint8_t {
  kUnmanaged,             // no declaration
  kConverged,             // observed stopped
  kAssumed,               // observation none: a stop was accepted, nothing was looked at
  kAwaitingLook,          // a list must come first
  kCallDue,               // everything is open; the call is next
  kCallInFlight,          // an intent is open
  kAccepted,              // the cloud said yes; not visible yet
  kOutcomeUnknown,        // the last call may or may not have had effect; lists will tell
  kStopping,              // the cloud shows it powering off
  kStuck,                 // powering off for too long
  kStartGrace,            // started outside quiesced; left alone for start_grace
  kReportOnly,            // enforcement says: report, do not call
  kProtected,             // its declaration says: never act
  kHeld,                  // a hold on the instance, its workspace or project
  kFrozen,                // a hold on the fleet
  kNameMismatch,          // the cloud's name is not the asserted one
  kBusy,                  // another task runs in the cloud
  kBusyLong,              // another task runs for too long
  kCloudUnavailable,      // the cloud's state forbids a stop (frozen, error, building, ...)
  kCloudStateUnknown,     // the cloud reports a state that is not in the table
  kStale,                 // no fresh list
  kBackoff,               // the last call failed; waiting before the next
  kRepeatedFailure,       // five calls in a row failed
  kForbidden,             // the credential may not stop this instance
  kPermanentError,        // the cloud refused in a way that a retry does not mend
  kThrottled,             // the credential is paused after a 429
  kCallBudget,            // twelve calls within an hour
  kPartialStuck,          // some nodes stay on after three calls
  kMissing,               // not in the last list; absent only after three
  kNotListed,             // never shown since its adoption
  kSuspectList,           // not in a list that lost too much to be believed
  kGone,                  // was shown since its adoption, absent from three lists
  kNotObservable,         // observation none, five calls without a clear answer
  kProjectNotConfigured,  // declared, but its project left the configuration
  kListRefused,   // a list must come first, and the credential gets none (401, 403, no token)
  kQuota,         // the call is due and waits for its turn within the cloud's quota
  kEndpointDown,  // the endpoint does not answer; it is tried now and then
};
inline constexpr int kReasonCount = static_cast<int>(Reason::kEndpointDown) + 1;

// Who must act for the instance to get on.
enum class Needs : uint8_t { kNobody, kOperator, kOwner, kCloud };

// What the engine does next for an instance.
enum class Action : uint8_t {
  kNone,   // nothing until the facts or the time change
  kCall,   // send one stop
  kLook,   // list the project, now
  kLatch,  // record that this generation was observed stopped
};

// UPPER_SNAKE, as the API and the command line print them.
std::string_view ToString(Phase phase);
std::string_view ToString(Reason reason);
std::string_view ToString(Needs needs);
std::string_view ToString(Action action);

std::optional<Phase> PhaseFromString(std::string_view text);
std::optional<Reason> ReasonFromString(std::string_view text);

Needs NeedsOf(Reason reason);

// True for a reason that ends the item of a run as BLOCKED: somebody's word stands against the
// call, and waiting for it is not the run's business.
bool BlocksRun(Reason reason);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_REASON_H_
