#ifndef QUIESCE_TESTS_SIMULATION_GATEWAY_LOG_H_
#define QUIESCE_TESTS_SIMULATION_GATEWAY_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/base/time.h"
#include "daemon/core/quota.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_world.h"
#include "tests/simulation/verdict.h"

namespace quiesce::simulation {

// What a process can know of the gateway from its answers, lists and stops alike, and the rules
// that its calls break when it does not heed that: once a window is named, its own calls stay
// within it (I6); and while nobody answers, one call at a time tries.
class GatewayLog {
 public:
  enum class Kind : uint8_t { kStop, kList };

  GatewayLog(SimWorld& world, const Scenario& scenario, Verdict& verdict)
      : world_(world), scenario_(scenario), verdict_(verdict) {}

  // How many calls of a credential the process has begun, handed over or not.
  using CountBegun = std::function<int(const std::string& credential)>;
  void SetCountBegun(CountBegun count_begun) { count_begun_ = std::move(count_begun); }
  // What it learned is forgotten; what the configuration says it knows at once.
  void ProcessStarted();

  // Somebody asks for a list of this project: people may also try what does not answer.
  void PersonAsked(const std::string& project_id);

  // A call as it was handed over, to be given to what follows.
  struct Call {
    std::string project_id;
    SteadyTime handed;
    bool excused = false;  // it was begun before the process could know better
    bool probes = false;   // it tries an endpoint that does not answer
  };
  Call Handed(const std::string& project_id, Kind kind);
  // Bytes of it go out.
  void Sent(const Call& call);
  struct Answer {
    int http_status = 0;  // 0: there was none
    bool tried = true;    // false: it waited in vain for a connection
    std::optional<core::QuotaWindow> window;
  };
  void Answered(const Call& call, const Answer& answer);

  // The endpoint answers again since then, and nothing else is wrong: it is soon noticed.
  void CheckNoticed(SteadyTime back_since) const;

 private:
  // One credential, as this process sees it.
  struct State {
    int handed = 0;   // and not answered
    int excused = 0;  // begun before something was learned, and not handed over yet
    std::optional<core::QuotaWindow> window;  // that it knows
    SteadyTime learned = SteadyTime::Never();
    std::deque<SteadyTime> sent;  // within the period
    int silent = 0;               // answers in a row that were none
    SteadyTime down_since = SteadyTime::Never();
    int probes = 0;  // under way
    SteadyTime last_probe = SteadyTime::Never();
    // By project: lists that may be a person's, the next one and one that comes in between.
    std::map<std::string, int> asked;

    bool is_down() const { return !down_since.is_never(); }
  };
  const std::string& CredentialOf(const std::string& project_id) const;
  bool HasListedProject(const std::string& credential) const;
  // What the process has begun by now is begun before it knows what it learns now.
  void Excuse(const std::string& credential, State& state) const;
  void CheckProbe(const State& state, const std::string& project_id) const;

  SimWorld& world_;
  const Scenario& scenario_;
  Verdict& verdict_;
  CountBegun count_begun_;
  SteadyTime process_started_ = SteadyTime::Never();
  std::map<std::string, State> states_;  // by credential, of this process
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_GATEWAY_LOG_H_
