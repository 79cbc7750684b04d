#include "daemon/core/call_class.h"

#include <cstddef>
#include <iterator>

#include "daemon/base/limits.h"

namespace quiesce::core {
namespace {

constexpr int kSeveral = limits::kFailuresUntilStalled;

constexpr CallClassRule kRules[] = {
    {CallClass::kNone, "NONE", "no call was made: no connection was free, or the daemon stops",
     CallEffect::kNotReached, false, RetryWait::kSoon, Reason::kBackoff, kSeveral,
     Reason::kRepeatedFailure},
    // Counted when the call ends, in case it turns out to have no effect; Latch takes it back.
    {CallClass::kAccepted, "ACCEPTED", "it accepted the stop", CallEffect::kPossible, true,
     RetryWait::kExponential, Reason::kBackoff, kSeveral, Reason::kRepeatedFailure},
    {CallClass::kAlreadyInState, "ALREADY_IN_STATE",
     "it would not stop the instance, which may be off already", CallEffect::kPossible, true,
     RetryWait::kExponential, Reason::kBackoff, kSeveral, Reason::kRepeatedFailure},
    {CallClass::kBlocked, "BLOCKED",
     "it would not act on the instance as it is: another operation runs, perhaps",
     CallEffect::kPossible, true, RetryWait::kExponential, Reason::kBackoff, kSeveral,
     Reason::kRepeatedFailure},
    // Nobody's failure.
    {CallClass::kThrottled, "THROTTLED", "too many requests", CallEffect::kNotReached, false,
     RetryWait::kPause, Reason::kThrottled, kSeveral, Reason::kRepeatedFailure},
    // A token is mostly being replaced, and the new one is read at once; where it is not, lists
    // fail too, and without a list there is no call.
    {CallClass::kAuth, "AUTH", "it did not accept the credential", CallEffect::kNotReached, true,
     RetryWait::kExponential, Reason::kBackoff, kSeveral, Reason::kRepeatedFailure},
    {CallClass::kForbidden, "FORBIDDEN", "the credential may not do this", CallEffect::kNotReached,
     true, RetryWait::kSlow, Reason::kBackoff, 1, Reason::kForbidden},
    {CallClass::kNotFound, "NOT_FOUND", "it does not know the instance", CallEffect::kRefused, true,
     RetryWait::kSlow, Reason::kBackoff, kSeveral, Reason::kRepeatedFailure},
    {CallClass::kTransient, "TRANSIENT", "it did not work, or said what nobody knows",
     CallEffect::kUnlikely, true, RetryWait::kExponential, Reason::kBackoff, kSeveral,
     Reason::kRepeatedFailure},
    {CallClass::kUnknown, "UNKNOWN", "no answer, or one that leaves open what was done",
     CallEffect::kPossible, true, RetryWait::kExponential, Reason::kBackoff, kSeveral,
     Reason::kRepeatedFailure},
    {CallClass::kPermanent, "PERMANENT", "it refused in a way that a retry does not mend",
     CallEffect::kRefused, true, RetryWait::kSlow, Reason::kBackoff, 1, Reason::kPermanentError},
    {CallClass::kMalformed, "MALFORMED", "an answer that is none: empty, a web page, broken off",
     CallEffect::kPossible, true, RetryWait::kExponential, Reason::kBackoff, kSeveral,
     Reason::kRepeatedFailure},
};

// The table is indexed by the value of the enum.
constexpr bool InOrder() {
  for (size_t i = 0; i < std::size(kRules); ++i) {
    if (static_cast<size_t>(kRules[i].call_class) != i) return false;
  }
  return true;
}
static_assert(InOrder());
static_assert(std::size(kRules) == kCallClassCount);

}  // namespace

const CallClassRule& RuleOf(CallClass call_class) {
  return kRules[static_cast<size_t>(call_class)];
}

bool MayHaveHadEffect(Outcome outcome, CallClass call_class) {
  if (outcome == Outcome::kAccepted || outcome == Outcome::kUnknown) return true;
  return outcome == Outcome::kRejected && RuleOf(call_class).effect == CallEffect::kPossible;
}

bool EndedBeforeTheService(Outcome outcome, CallClass call_class) {
  if (outcome == Outcome::kNotSent) return true;
  return outcome == Outcome::kRejected && RuleOf(call_class).effect == CallEffect::kNotReached;
}

}  // namespace quiesce::core
