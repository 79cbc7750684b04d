#ifndef QUIESCE_TESTS_UNIT_CORE_TRANSITION_FACTS_H_
#define QUIESCE_TESTS_UNIT_CORE_TRANSITION_FACTS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"

// Instances with a past, for the tests of how facts change.
namespace quiesce::core {

inline const SteadyTime kNow = SteadyTime::FromMicros(1700000000000000);

// Every fact of a record as text, to see that nothing but what should change does.
std::string Dump(const InstanceRecord& record);

// What a plan of the workspace declares, with the policy of the defaults.
Declaration Declared(const std::string& workspace = "billing");

// Adopted at list_seq 100 and observed running.
InstanceRecord Adopted();
// Adopted, and observed stopped.
InstanceRecord Stopped();
// Adopted and called; the call ended so, at list_seq 110.
InstanceRecord Called(const CallResult& result, SteadyTime ended = kNow);

CallResult Result(Outcome outcome, CallClass call_class);
CallResult Accepted();
CallResult Unknown();
CallResult Rejected(CallClass call_class);

// The instance as a list shows it.
ListedInstance Listed(PowerState state, const std::string& name = "om-1");
// One list a second, from kNow on.
ListInfo List(int64_t seq);
// What is known of the project once that list is recorded.
ProjectFreshness Before(int64_t seq);

}  // namespace quiesce::core

#endif  // QUIESCE_TESTS_UNIT_CORE_TRANSITION_FACTS_H_
