// The JSON form of a fleet, of POST /_sim/seed and of the file of --fleet:
//
//   {"projects": [{"id": "32 to 64 characters", "name": "cn-north-4_billing",
//                  "instances": [{"id": "32 to 64 characters", "name": "billing-om-01",
//                                 "ha": false, "state": "running"}]}]}
//
// A project's `name` is its id and its `instances` are none when not given. `state` is running,
// stopped, or any raw status such as "ERROR" (with the task NO_TASK); running when not given.

#ifndef TESTS_FAKES_DBSS_SIM_FLEET_JSON_H_
#define TESTS_FAKES_DBSS_SIM_FLEET_JSON_H_

#include <string>
#include <vector>

#include "tests/fakes/dbss_sim/fleet.h"
#include "tests/fakes/dbss_sim/json_fields.h"

namespace quiesce::dbss_sim {

// Notes in `problem` what is wrong with `root`; the result is then not complete.
std::vector<ProjectSeed> FleetFromJson(const nlohmann::json& root, FieldProblem* problem);

// FleetFromJson reads what this writes.
nlohmann::json FleetToJson(const std::vector<ProjectSeed>& fleet);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FLEET_JSON_H_
