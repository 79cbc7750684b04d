// Made-up fleets for demos and benchmarks. Pure functions: the same arguments give the same ids.

#ifndef TESTS_FAKES_DBSS_SIM_FLEET_H_
#define TESTS_FAKES_DBSS_SIM_FLEET_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

enum class FleetState { kRunning, kStopped, kMixed };  // kMixed: about half of each.

struct BulkSpec {
  std::string project;  // Part of what the ids are derived from.
  int count = 0;
  std::string name_prefix = "om-";
  int first_number = 1;  // The names are the prefix and a number of two digits or more.
  FleetState state = FleetState::kRunning;
  double ha_share = 0;  // Of the instances that are a pair, 0 to 1.
  std::uint64_t seed = 1;
};

// About half of the ids are 32 hexadecimal digits and the rest UUIDs; both occur
// (daemon/cloud/API.md 1).
std::vector<InstanceSpec> MakeInstances(const BulkSpec& spec);

struct ProjectSeed {
  ProjectFacts facts;
  std::vector<InstanceSpec> instances;
};

// `instances` in all, spread evenly over the projects, named like billing-om-01.
std::vector<ProjectSeed> MakeFleet(int projects, int instances, FleetState state, double ha_share,
                                   std::uint64_t seed);

// The id of the project of that position in MakeFleet.
std::string FleetProjectId(int position, std::uint64_t seed);

// Adds all of it, or nothing: an id that exists makes it return which, in words.
std::string SeedCloud(const std::vector<ProjectSeed>& fleet, Cloud* cloud);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FLEET_H_
