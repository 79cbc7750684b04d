#ifndef QUIESCE_DAEMON_CORE_CALL_CLASS_H_
#define QUIESCE_DAEMON_CORE_CALL_CLASS_H_

#include <cstdint>
#include <string_view>

#include "daemon/core/facts.h"
#include "daemon/core/reason.h"

namespace quiesce::core {

// What an answer of a class tells about the instance, unless its outcome tells more.
enum class CallEffect : uint8_t {
  kNotReached,  // none: it was refused in front of the service, or never sent
  kRefused,     // none: the service said no
  kUnlikely,    // none probably; only a look could tell
  kPossible,    // perhaps: nothing is sent again before a list that began late enough
};

// What comes before the next call.
enum class RetryWait : uint8_t {
  kSoon,         // a moment: it was our own trouble
  kPause,        // what the cloud asks for
  kExponential,  // doubling with the failures in a row
  kSlow,         // long, from the first on: only somebody can mend it
};

// One row of the second table: what a class of answer (cloud/error_table) does to what follows.
// deploy/OPERATING.md says the same to operators, row by row; a test holds the two together.
struct CallClassRule {
  CallClass call_class;
  std::string_view name;   // as the API has it, without its prefix
  std::string_view means;  // for people: what happened
  CallEffect effect;
  bool is_failure;   // counts toward stalls_after
  RetryWait wait;    // in addition to settle, where the call may have had effect
  Reason waits_as;   // the reason that is given until then
  int stalls_after;  // with so many failures in a row the instance is STALLED ...
  Reason stalls_as;  // ... for this reason
};

const CallClassRule& RuleOf(CallClass call_class);

// Whether a call that ended so may have changed the instance.
bool MayHaveHadEffect(Outcome outcome, CallClass call_class);

// Whether it surely never reached the service, so that a list from before it still counts.
bool EndedBeforeTheService(Outcome outcome, CallClass call_class);

inline constexpr int kCallClassCount = static_cast<int>(CallClass::kMalformed) + 1;

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_CALL_CLASS_H_
