#ifndef QUIESCE_TESTS_BENCHMARK_FLEET_FILE_H_
#define QUIESCE_TESTS_BENCHMARK_FLEET_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace quiesce::benchmark {

struct FleetProject {
  std::string id;
  std::vector<std::string> instances;  // ids
};

using Fleet = std::vector<FleetProject>;

// Reads what `dbss_sim --write_fleet` wrote.
absl::StatusOr<Fleet> ReadFleetFile(const std::string& path);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_FLEET_FILE_H_
