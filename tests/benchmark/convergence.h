#ifndef QUIESCE_TESTS_BENCHMARK_CONVERGENCE_H_
#define QUIESCE_TESTS_BENCHMARK_CONVERGENCE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/client.h"
#include "tests/benchmark/fleet_file.h"

namespace quiesce::benchmark {

struct Converged {
  std::string run;            // name
  absl::Duration plan_took;   // of the call that declares the whole fleet
  absl::Duration apply_took;  // from the call that applies it to the last instance latched
};

// The main path of the product: declares the fleet as one workspace, by one streamed plan, applies
// it and follows the run until every instance was observed stopped and that is durable.
absl::StatusOr<Converged> DeclareAndConverge(client::Client& client, const Fleet& fleet,
                                             absl::Duration patience);

// An error unless the run is over, with `instances` items that converged and no others.
absl::Status CheckRun(client::Client& client, const std::string& run, int64_t instances);

// An error unless the daemon says that `instances` instances are declared and all of them STOPPED.
absl::Status CheckSummary(client::Client& client, int64_t instances);

// Has every project of the fleet listed, and waits for it.
absl::Status RefreshAll(client::Client& client, const Fleet& fleet);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_CONVERGENCE_H_
