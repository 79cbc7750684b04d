// The registry of all kinds of faults by name, and what each reads from the JSON of a rule.

#ifndef TESTS_FAKES_DBSS_SIM_FAULT_KINDS_H_
#define TESTS_FAKES_DBSS_SIM_FAULT_KINDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/fault_plan.h"
#include "tests/fakes/dbss_sim/json_fields.h"

namespace quiesce::dbss_sim {

// The object and what a reply is made from.
struct FaultSource {
  JsonFields* fields;
  const Cloud* cloud;
  SimTime now;
};

struct FaultKind {
  std::string name;
  std::string family;      // "error", "body", "transport", "time", "list", "tls" or "any".
  std::string what;        // One line for --help.
  std::string parameters;  // Of its own, separated by commas; empty for none.
  bool effect = false;     // When the rule does not say.
  // Sets rule->fault; the match was read before.
  void (*read)(const FaultSource&, FaultRule*) = nullptr;
};

// Errors come first, in the order of the catalog.
const std::vector<FaultKind>& FaultKinds();

// nullptr when there is none of that name.
const FaultKind* FindFaultKind(std::string_view name);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FAULT_KINDS_H_
