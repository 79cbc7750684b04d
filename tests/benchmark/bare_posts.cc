#include "tests/benchmark/bare_posts.h"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/benchmark/simulator.h"

namespace quiesce::benchmark {
namespace {

std::vector<std::string> StopPaths(const Fleet& fleet) {
  std::vector<std::string> paths;
  for (const FleetProject& project : fleet) {
    for (const std::string& instance : project.instances) {
      paths.push_back(absl::StrCat("/v1/", project.id, "/db-om/", instance, "/stop"));
    }
  }
  return paths;
}

// Takes paths until there are none left. Returns how many answers were not 200.
int PostLoop(const std::vector<std::string>& paths, int port, std::atomic<size_t>& next) {
  httplib::Client client("127.0.0.1", port);
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_read_timeout(60);
  const httplib::Headers headers = {{"X-Auth-Token", kToken}, {"Accept", "application/json"}};
  int failures = 0;
  for (size_t i = next++; i < paths.size(); i = next++) {
    const httplib::Result result = client.Post(paths[i].c_str(), headers, "", "application/json");
    if (!result || result->status != 200) ++failures;
  }
  return failures;
}

}  // namespace

absl::StatusOr<absl::Duration> StopAllBare(const Fleet& fleet, int port, int workers) {
  const std::vector<std::string> paths = StopPaths(fleet);
  std::atomic<size_t> next = 0;
  std::atomic<int> failures = 0;
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&] { failures += PostLoop(paths, port, next); });
  }
  for (std::thread& thread : threads) thread.join();
  const absl::Duration took = absl::FromChrono(std::chrono::steady_clock::now() - began);
  if (failures > 0) {
    return absl::InternalError(absl::StrCat(failures.load(), " bare stops were not answered 200"));
  }
  return took;
}

}  // namespace quiesce::benchmark
