#include "tests/fakes/dbss_sim/fleet.h"

#include <array>
#include <set>
#include <utility>

#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {
namespace {

constexpr std::array<const char*, 10> kTeams = {"billing", "payments", "search",   "ledger",
                                                "orders",  "catalog",  "identity", "mail",
                                                "reports", "shipping"};

// Salts for the decisions about one instance.
constexpr std::uint64_t kIdFormSalt = 101;
constexpr std::uint64_t kStateSalt = 102;
constexpr std::uint64_t kPairSalt = 103;

std::string TeamName(int position) {
  const std::string team = kTeams[static_cast<std::size_t>(position) % kTeams.size()];
  const auto round = static_cast<std::size_t>(position) / kTeams.size();
  return round == 0 ? team : team + std::to_string(round + 1);
}

}  // namespace

std::vector<InstanceSpec> MakeInstances(const BulkSpec& spec) {
  std::vector<InstanceSpec> instances;
  instances.reserve(static_cast<std::size_t>(std::max(0, spec.count)));
  for (int i = 0; i < spec.count; ++i) {
    const std::string number = std::to_string(spec.first_number + i);
    InstanceSpec instance;
    instance.name = spec.name_prefix + (number.size() < 2 ? "0" : "") + number;
    const std::string label = spec.project + "/" + instance.name;
    instance.id = UnitInterval(label, spec.seed + kIdFormSalt) < 0.5 ? HexId(label, spec.seed)
                                                                     : UuidId(label, spec.seed);
    instance.high_availability = UnitInterval(label, spec.seed + kPairSalt) < spec.ha_share;
    const bool stopped =
        spec.state == FleetState::kStopped ||
        (spec.state == FleetState::kMixed && UnitInterval(label, spec.seed + kStateSalt) < 0.5);
    instance.state = stopped ? StoppedState() : RunningState();
    instances.push_back(std::move(instance));
  }
  return instances;
}

std::string FleetProjectId(int position, std::uint64_t seed) {
  return HexId("project " + std::to_string(position), seed);
}

std::vector<ProjectSeed> MakeFleet(int projects, int instances, FleetState state, double ha_share,
                                   std::uint64_t seed) {
  std::vector<ProjectSeed> fleet;
  for (int i = 0; i < projects; ++i) {
    const std::string team = TeamName(i);
    BulkSpec spec;
    spec.project = FleetProjectId(i, seed);
    spec.count = instances / projects + (i < instances % projects ? 1 : 0);
    spec.name_prefix = team + "-om-";
    spec.state = state;
    spec.ha_share = ha_share;
    spec.seed = seed;
    fleet.push_back({{spec.project, "cn-north-4_" + team}, MakeInstances(spec)});
  }
  return fleet;
}

std::string SeedCloud(const std::vector<ProjectSeed>& fleet, Cloud* cloud) {
  std::set<std::pair<std::string, std::string>> added;
  for (const ProjectSeed& project : fleet) {
    for (const InstanceSpec& instance : project.instances) {
      if (!added.emplace(project.facts.id, instance.id).second ||
          cloud->HasInstance(project.facts.id, instance.id)) {
        return "project " + project.facts.id + " already has an instance " + instance.id;
      }
    }
  }
  for (const ProjectSeed& project : fleet) {
    cloud->AddProject(project.facts);
    for (const InstanceSpec& instance : project.instances) {
      cloud->AddInstance(project.facts.id, instance);
    }
  }
  return "";
}

}  // namespace quiesce::dbss_sim
