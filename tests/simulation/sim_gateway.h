#ifndef QUIESCE_TESTS_SIMULATION_SIM_GATEWAY_H_
#define QUIESCE_TESTS_SIMULATION_SIM_GATEWAY_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/quota.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::simulation {

// What stands in front of the service. It counts the calls of each credential against a limit, as
// the scenario has one, whoever makes them; and for a while it may not answer anybody.
class SimGateway {
 public:
  SimGateway(SimWorld& world, const Scenario& scenario, const Faults& faults)
      : world_(world), scenario_(scenario), faults_(faults) {}

  // --- whether it is there ----------------------------------------------------------------------
  enum class Reach : uint8_t {
    kAnswers,
    kRefuses,   // no connection: refused at once
    kSwallows,  // no connection in time, or a request without an answer
  };
  void GoDown(bool silently) { reach_ = silently ? Reach::kSwallows : Reach::kRefuses; }
  void ComeBack();
  Reach reach() const { return reach_; }
  // When it last came back. Never: it was always there.
  SteadyTime back_since() const { return back_since_; }

  // --- how much it lets through -----------------------------------------------------------------
  struct Refusal {
    core::QuotaWindow window;
    std::optional<absl::Duration> retry_after;
  };
  // A call arrives and is counted. Empty: it goes on to the service.
  std::optional<Refusal> Count(const std::string& credential);

 private:
  // What was counted of one credential.
  struct Account {
    std::deque<SteadyTime> calls;  // within the last period, or in the running one
    SteadyTime period_began = SteadyTime::Never();
  };
  void Forget(const CloudQuota& quota, Account& account) const;
  SteadyTime NextPlaceAt(const CloudQuota& quota, const Account& account) const;

  SimWorld& world_;
  const Scenario& scenario_;
  const Faults& faults_;
  Reach reach_ = Reach::kAnswers;
  SteadyTime back_since_ = SteadyTime::Never();
  std::map<std::string, Account> accounts_;  // by credential
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SIM_GATEWAY_H_
