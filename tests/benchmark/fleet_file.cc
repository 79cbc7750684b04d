#include "tests/benchmark/fleet_file.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace quiesce::benchmark {

absl::StatusOr<Fleet> ReadFleetFile(const std::string& path) {
  std::ifstream file(path);
  try {
    const nlohmann::json root = nlohmann::json::parse(file);
    Fleet fleet;
    for (const nlohmann::json& project : root.at("projects")) {
      FleetProject& read = fleet.emplace_back();
      read.id = project.at("id").get<std::string>();
      for (const nlohmann::json& instance : project.at("instances")) {
        read.instances.push_back(instance.at("id").get<std::string>());
      }
    }
    return fleet;
  } catch (const nlohmann::json::exception& error) {
    return absl::InternalError(absl::StrCat(path, ": ", error.what()));
  }
}

}  // namespace quiesce::benchmark
