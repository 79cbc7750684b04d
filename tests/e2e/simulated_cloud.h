#ifndef QUIESCE_TESTS_E2E_SIMULATED_CLOUD_H_
#define QUIESCE_TESTS_E2E_SIMULATED_CLOUD_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace quiesce::e2e {

// The program dbss_sim, and its control interface (tests/fakes/dbss_sim/control.h). One project.
class SimulatedCloud {
 public:
  static constexpr char kProject[] = "0123456789abcdef0123456789abcdef";

  // In a folder of its own for its files. Accepts the token `first`.
  explicit SimulatedCloud(const std::string& folder);

  std::string endpoint() const;  // http://127.0.0.1:PORT

  // Running instances, called om-1, om-2 and so on. Their ids.
  std::vector<std::string> AddInstances(int count);
  // Behind the daemon's back.
  void StartInstance(const std::string& id);
  bool IsRunning(const std::string& id);
  int RunningCount();

  // Of all stops so far: see /_sim/stops.
  nlohmann::json Stops();
  int64_t StopRequests() { return Stops()["stop_requests"].get<int64_t>(); }
  int64_t Lists();

  nlohmann::json Get(const std::string& path);
  nlohmann::json Post(const std::string& path, const nlohmann::json& body);

 private:
  std::unique_ptr<support::Process> process_;
  int port_ = 0;
};

}  // namespace quiesce::e2e

#endif  // QUIESCE_TESTS_E2E_SIMULATED_CLOUD_H_
