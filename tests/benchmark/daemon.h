#ifndef QUIESCE_TESTS_BENCHMARK_DAEMON_H_
#define QUIESCE_TESTS_BENCHMARK_DAEMON_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/lib/client.h"
#include "tests/benchmark/fleet_file.h"
#include "tests/support/process.h"

namespace quiesce::benchmark {

struct DaemonOptions {
  std::string folder;  // for its store, its socket and its other files
  int sim_port = 0;    // of the cloud
  int max_in_flight = 0;
  std::string timing;  // the section of the configuration, as YAML
};

// Writes the configuration and the token for the projects of a fleet, all with one credential.
absl::Status WriteDaemonFiles(const DaemonOptions& options, const Fleet& fleet);

// A quiesced process with the files of WriteDaemonFiles, and a client of it.
class Daemon {
 public:
  // Returns once it answers.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const std::string& folder);

  client::Client& client() { return *client_; }
  int pid() const { return process_->pid(); }

  // The most memory that it had resident so far, in MiB.
  absl::StatusOr<double> PeakMemory() const;
  // Processor time so far, of user and system.
  absl::StatusOr<absl::Duration> ProcessorTime() const;

  // Ends it at once, with nothing saved.
  void Kill();
  // Ends it as an operator does. An error if it does not end well.
  absl::Status Terminate();

 private:
  Daemon() = default;
  absl::Status AwaitAnswer();

  std::unique_ptr<support::Process> process_;
  std::unique_ptr<client::Client> client_;
};

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_DAEMON_H_
