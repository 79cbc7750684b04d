#ifndef QUIESCE_TESTS_BENCHMARK_BARE_POSTS_H_
#define QUIESCE_TESTS_BENCHMARK_BARE_POSTS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/benchmark/fleet_file.h"

namespace quiesce::benchmark {

// Stops every instance of the fleet as fast as the HTTP library can: a loop on each of `workers`
// threads, with one kept-alive connection each, that posts and reads the answer, and does nothing
// else. What no daemon can beat. Returns how long it took; an error if any answer was not 200.
absl::StatusOr<absl::Duration> StopAllBare(const Fleet& fleet, int port, int workers);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_BARE_POSTS_H_
