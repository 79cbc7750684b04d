#include "tests/benchmark/round.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "tests/benchmark/bare_posts.h"
#include "tests/benchmark/convergence.h"
#include "tests/benchmark/daemon.h"
#include "tests/benchmark/simulator.h"

namespace quiesce::benchmark {
namespace {

double PerSecond(int64_t count, absl::Duration took) {
  return static_cast<double>(count) / absl::ToDoubleSeconds(took);
}

SimulatorOptions SimulatorFor(const Flags& flags, absl::Duration latency, const std::string& folder,
                              const std::string& name) {
  SimulatorOptions options;
  options.projects = flags.projects;
  options.instances = flags.instances;
  options.powering_off = absl::Milliseconds(flags.powering_off_ms);
  options.latency = latency;
  options.folder = folder;
  options.name = name;
  return options;
}

// The limit: stops per second.
absl::StatusOr<double> MeasureBarePosts(const Flags& flags, absl::Duration latency,
                                        const std::string& folder) {
  QUIESCE_ASSIGN_OR_RETURN(const std::unique_ptr<Simulator> simulator,
                           Simulator::Start(SimulatorFor(flags, latency, folder, "bare")));
  QUIESCE_ASSIGN_OR_RETURN(const absl::Duration took,
                           StopAllBare(simulator->fleet(), simulator->port(), flags.workers));
  return PerSecond(flags.instances, took);
}

// What the daemon may not get wrong, whatever its speed: from the cloud's own books.
absl::Status CheckCloud(const Simulator& simulator, const StopsSeen& stops, int64_t instances) {
  QUIESCE_ASSIGN_OR_RETURN(const RequestsSeen requests, simulator.Requests());
  QUIESCE_ASSIGN_OR_RETURN(const int64_t stopped, simulator.StoppedCount());
  const bool good = stopped == instances && stops.instances == instances &&
                    stops.requests == instances && stops.effects == instances &&
                    stops.asked_twice == 0 && requests.others == 0;
  if (good) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "of ", instances, " instances the cloud has stopped ", stopped, "; ", stops.requests,
      " stop requests named ", stops.instances, " instances, ", stops.effects, " had an effect, ",
      stops.asked_twice, " instances were asked twice; ", requests.others, " other requests"));
}

// Nothing is lost, and nothing is done again, when the daemon is killed now.
absl::Status CheckDurability(const std::string& folder, const Simulator& simulator,
                             const Converged& converged, int64_t instances) {
  QUIESCE_ASSIGN_OR_RETURN(const std::unique_ptr<Daemon> daemon, Daemon::Start(folder));
  QUIESCE_RETURN_IF_ERROR(CheckRun(daemon->client(), converged.run, instances));
  QUIESCE_RETURN_IF_ERROR(RefreshAll(daemon->client(), simulator.fleet()));
  QUIESCE_RETURN_IF_ERROR(CheckSummary(daemon->client(), instances));
  QUIESCE_RETURN_IF_ERROR(daemon->Terminate());
  QUIESCE_ASSIGN_OR_RETURN(const StopsSeen stops, simulator.Stops());
  return CheckCloud(simulator, stops, instances);
}

}  // namespace

absl::StatusOr<std::vector<Metric>> RunRound(const Flags& flags, absl::Duration latency,
                                             const std::string& suffix, const std::string& folder) {
  QUIESCE_ASSIGN_OR_RETURN(const double bare_rate, MeasureBarePosts(flags, latency, folder));

  QUIESCE_ASSIGN_OR_RETURN(const std::unique_ptr<Simulator> simulator,
                           Simulator::Start(SimulatorFor(flags, latency, folder, "converge")));
  DaemonOptions options;
  options.folder = folder;
  options.sim_port = simulator->port();
  options.max_in_flight = flags.workers;
  options.timing = flags.timing;
  QUIESCE_RETURN_IF_ERROR(WriteDaemonFiles(options, simulator->fleet()));
  QUIESCE_ASSIGN_OR_RETURN(const std::unique_ptr<Daemon> daemon, Daemon::Start(folder));

  QUIESCE_ASSIGN_OR_RETURN(
      const Converged converged,
      DeclareAndConverge(daemon->client(), simulator->fleet(), flags.patience));
  QUIESCE_ASSIGN_OR_RETURN(const double memory, daemon->PeakMemory());
  QUIESCE_ASSIGN_OR_RETURN(const absl::Duration processor, daemon->ProcessorTime());
  QUIESCE_ASSIGN_OR_RETURN(const StopsSeen stops, simulator->Stops());
  QUIESCE_ASSIGN_OR_RETURN(const RequestsSeen requests, simulator->Requests());
  QUIESCE_RETURN_IF_ERROR(CheckRun(daemon->client(), converged.run, flags.instances));
  QUIESCE_RETURN_IF_ERROR(CheckCloud(*simulator, stops, flags.instances));
  daemon->Kill();
  QUIESCE_RETURN_IF_ERROR(CheckDurability(folder, *simulator, converged, flags.instances));

  std::vector<Metric> metrics = {
      {"converge", PerSecond(flags.instances, converged.apply_took), "instances/s", bare_rate},
      {"converge_stop_calls", PerSecond(flags.instances, stops.span), "requests/s", bare_rate},
      {"bare_posts", bare_rate, "requests/s", {}},
      {"create_plan", absl::ToDoubleSeconds(converged.plan_took), "s", {}},
      {"apply_to_converged", absl::ToDoubleSeconds(converged.apply_took), "s", {}},
      {"lists", static_cast<double>(requests.lists), "requests", {}},
      {"daemon_processor_time", absl::ToDoubleSeconds(processor), "s", {}},
      {"daemon_peak_memory", memory, "MiB", {}},
  };
  for (Metric& metric : metrics) metric.name += suffix;
  return metrics;
}

}  // namespace quiesce::benchmark
