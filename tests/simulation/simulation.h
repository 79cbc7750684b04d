#ifndef QUIESCE_TESTS_SIMULATION_SIMULATION_H_
#define QUIESCE_TESTS_SIMULATION_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/checker.h"
#include "tests/simulation/cloud_truth.h"
#include "tests/simulation/model_watcher.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/process.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_cloud.h"
#include "tests/simulation/sim_gateway.h"
#include "tests/simulation/sim_world.h"
#include "tests/simulation/verdict.h"
#include "tests/simulation/workload.h"

namespace quiesce::simulation {

// The whole daemon but its threads and sockets, in a world made of one seed: first some minutes in
// which everything goes wrong, then none in which anything does, and everything must come to rest.
// After every step the checker compares what was committed, called and said with what happened.
class Simulation {
 public:
  struct Options {
    uint64_t seed = 1;
    Mutation mutation = Mutation::kNone;
    std::string directory;  // for the database file; must exist
    std::function<void(const std::string&)> trace;
  };
  struct Result {
    std::optional<std::string> failure;
    absl::Duration simulated;
    int64_t steps = 0;
    int64_t calls = 0;
    int64_t lists = 0;
    int64_t crashes = 0;
    std::map<std::string, int64_t> hits;
  };

  explicit Simulation(Options options);
  ~Simulation();
  Result Run();

 private:
  // --- processes --------------------------------------------------------------------------------
  void StartProcess();
  // With so much of a chance that one project is missing.
  std::vector<engine::ProjectConfig> Configs(double forgotten_project);
  void Reload(double forgotten_project);
  void NoteConfigured();
  std::unique_ptr<SimStore> OpenStore(Process& process);
  void BeginEngine();
  void Kill(const std::string& why);
  void StopGracefully();
  void SendZombies();

  // --- steps ------------------------------------------------------------------------------------
  void Step();
  void AfterTask();
  void LookAtOne();
  void CheckStillSaid(const engine::Row& row, const core::Decision& decision);
  void CheckBounds();

  // --- the seed's plot --------------------------------------------------------------------------
  void SetTheScene();
  void Every(absl::Duration mean, bool while_chaos_only, std::function<void()> what);
  void CloudMeddles();
  void GatewayFails();
  void BeginCalm();
  void LookForRest();
  // Whether everything is as it must be in the end; else what is not.
  std::optional<std::string> Unrest();
  std::optional<std::string> UnrestOf(const core::InstanceRecord& record);
  int64_t ObservedCalls() const;
  void CheckAtRest();
  void CheckRegistry();

  Options options_;
  Verdict verdict_;
  SimWorld world_;
  Scenario scenario_;
  Faults faults_;
  CloudTruth truth_;
  SimGateway gateway_;
  Checker checker_;
  SimCloud cloud_;
  Workload workload_;
  std::vector<std::unique_ptr<ModelWatcher>> watchers_;
  std::unique_ptr<Process> process_;
  std::string crash_;  // why the process dies at the end of this step
  bool calm_ = false;
  bool at_rest_ = false;
  SteadyTime latest_rest_;
  SteadyTime quiet_since_ = SteadyTime::Never();
  int64_t quiet_calls_ = 0;
  int64_t quiet_steps_ = 0;
  int64_t steps_ = 0;
  int64_t crashes_ = 0;

  // A decision holds until the facts change or its time comes; so it is remembered with both.
  struct Said {
    int64_t revision = 0;
    int64_t list_seq = 0;
    SteadyTime throttled_until;
    bool list_refused = false;
    bool endpoint_down = false;
    bool waits_for_quota = false;
    int64_t hold_changes = 0;
    absl::Duration wall_jumped;
    core::Decision decision;
    SteadyTime until;
  };
  std::map<core::InstanceKey, Said> said_;
  int64_t hold_changes_ = 0;
  SteadyTime last_jump_ = SteadyTime::Never();
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SIMULATION_H_
