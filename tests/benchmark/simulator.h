#ifndef QUIESCE_TESTS_BENCHMARK_SIMULATOR_H_
#define QUIESCE_TESTS_BENCHMARK_SIMULATOR_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/benchmark/fleet_file.h"
#include "tests/support/process.h"

namespace quiesce::benchmark {

// The X-Auth-Token that the simulator accepts.
inline constexpr char kToken[] = "benchmark-token";

struct SimulatorOptions {
  int projects = 0;
  int instances = 0;  // in all, all of them running
  // How long a stopped instance shows "powering-off".
  absl::Duration powering_off;
  absl::Duration latency;  // of every call
  std::string folder;      // for its files
  std::string name;        // of its files: "bare", "converge"
};

// What the simulator saw of stop requests: the independent witness.
struct StopsSeen {
  int64_t instances = 0;  // that at least one request named
  int64_t requests = 0;
  int64_t effects = 0;
  int64_t asked_twice = 0;  // instances
  // Between the arrival of the first request and the reply to the last one.
  absl::Duration span;
};

struct RequestsSeen {
  int64_t lists = 0;
  int64_t others = 0;  // that no client of ours may make
};

// A dbss_sim process with a made-up fleet.
class Simulator {
 public:
  // Returns once it accepts connections.
  static absl::StatusOr<std::unique_ptr<Simulator>> Start(const SimulatorOptions& options);

  const Fleet& fleet() const { return fleet_; }
  int port() const { return port_; }
  int pid() const { return process_->pid(); }

  absl::StatusOr<StopsSeen> Stops() const;
  absl::StatusOr<RequestsSeen> Requests() const;
  // Instances that show SHUTOFF without a task.
  absl::StatusOr<int64_t> StoppedCount() const;

 private:
  Simulator() = default;

  std::unique_ptr<support::Process> process_;
  Fleet fleet_;
  int port_ = 0;
};

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_SIMULATOR_H_
