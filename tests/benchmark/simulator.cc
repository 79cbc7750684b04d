#include "tests/benchmark/simulator.h"

#include <httplib.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"

namespace quiesce::benchmark {
namespace {

using Json = nlohmann::json;

constexpr char kProgram[] = "tests/fakes/dbss_sim/dbss_sim";
constexpr char kListening[] = "dbss_sim: listening on http://127.0.0.1:";
// As many as it keeps.
constexpr char kStopLog[] = "/_sim/log?op=stop&limit=1000000";

absl::StatusOr<Json> Get(int port, const char* path) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(60);
  const httplib::Result result = client.Get(path);
  if (!result || result->status != 200) {
    return absl::InternalError(absl::StrCat(
        "the simulator does not answer GET ", path, ": ",
        result ? absl::StrCat("HTTP ", result->status) : httplib::to_string(result.error())));
  }
  Json answer = Json::parse(result->body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) return absl::InternalError(absl::StrCat(path, " gives no JSON"));
  return answer;
}

absl::Duration SpanOf(const Json& entries) {
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t last = 0;
  for (const Json& entry : entries) {
    first = std::min(first, entry.at("time_us").get<int64_t>());
    last = std::max(last, entry.at("replied_us").get<int64_t>());
  }
  return absl::Microseconds(std::max<int64_t>(0, last - first));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Simulator>> Simulator::Start(const SimulatorOptions& options) {
  const std::string files = absl::StrCat(options.folder, "/", options.name, "-sim");
  const std::string fleet_file = absl::StrCat(files, ".fleet");
  support::Process::Options process;
  process.command = {
      kProgram,
      absl::StrCat("--projects=", options.projects),
      absl::StrCat("--instances=", options.instances),
      absl::StrCat("--powering_off_ms=", absl::ToInt64Milliseconds(options.powering_off)),
      absl::StrCat("--latency_ms=", absl::ToInt64Milliseconds(options.latency)),
      absl::StrCat("--token=", kToken),
      absl::StrCat("--write_fleet=", fleet_file),
  };
  process.output_file = absl::StrCat(files, ".log");
  process.read_stdout = true;
  std::unique_ptr<Simulator> simulator(new Simulator());
  QUIESCE_ASSIGN_OR_RETURN(simulator->process_, support::Process::Start(process));
  const std::string line = simulator->process_->ReadLine().value_or("");
  if (!absl::StartsWith(line, kListening) ||
      !absl::SimpleAtoi(line.substr(sizeof(kListening) - 1), &simulator->port_)) {
    return absl::InternalError(
        absl::StrCat("the simulator did not start: ", line, ", see ", process.output_file));
  }
  QUIESCE_ASSIGN_OR_RETURN(simulator->fleet_, ReadFleetFile(fleet_file));
  return simulator;
}

absl::StatusOr<StopsSeen> Simulator::Stops() const {
  QUIESCE_ASSIGN_OR_RETURN(const Json stops, Get(port_, "/_sim/stops"));
  QUIESCE_ASSIGN_OR_RETURN(const Json log, Get(port_, kStopLog));
  try {
    StopsSeen seen;
    seen.instances = static_cast<int64_t>(stops.at("instances").size());
    seen.requests = stops.at("stop_requests").get<int64_t>();
    seen.effects = stops.at("stops_with_effect").get<int64_t>();
    seen.asked_twice = stops.at("asked_twice").get<int64_t>();
    seen.span = SpanOf(log.at("entries"));
    return seen;
  } catch (const Json::exception& error) {
    return absl::InternalError(absl::StrCat("the simulator's stops: ", error.what()));
  }
}

absl::StatusOr<RequestsSeen> Simulator::Requests() const {
  QUIESCE_ASSIGN_OR_RETURN(const Json counters, Get(port_, "/_sim/counters"));
  try {
    return RequestsSeen{counters.at("list").at("requests").get<int64_t>(),
                        counters.at("other").at("requests").get<int64_t>()};
  } catch (const Json::exception& error) {
    return absl::InternalError(absl::StrCat("the simulator's counters: ", error.what()));
  }
}

absl::StatusOr<int64_t> Simulator::StoppedCount() const {
  QUIESCE_ASSIGN_OR_RETURN(const Json fleet, Get(port_, "/_sim/fleet"));
  return fleet.value("stopped", int64_t{0});
}

}  // namespace quiesce::benchmark
