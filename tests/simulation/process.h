#ifndef QUIESCE_TESTS_SIMULATION_PROCESS_H_
#define QUIESCE_TESTS_SIMULATION_PROCESS_H_

#include <memory>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/engine/engine.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/sim_executor.h"
#include "tests/simulation/sim_store.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::simulation {

// The clock as a process reads it.
class ProcessClock final : public Clock {
 public:
  ProcessClock(SimWorld& world, Mutation mutation) : world_(world), mutation_(mutation) {}
  Now Read() override {
    Now now = world_.Read();
    if (mutation_ == Mutation::kWallClockMeasures) now.steady = now.steady + world_.wall_jumped();
    return now;
  }

 private:
  SimWorld& world_;
  const Mutation mutation_;
};

// One life of the daemon, from start to kill: everything that is lost when it dies. Members are
// destroyed from the last to the first, tasks that wait after what they point into.
struct Process {
  Process(SimWorld& world, Mutation mutation)
      : executor(world), clock(world, mutation), random(world.dice().Next()) {}

  SimExecutor executor;
  ProcessClock clock;
  SeededRandom random;
  std::unique_ptr<SimStore> store;
  std::unique_ptr<engine::Engine> engine;
  std::vector<engine::ProjectConfig> configs;
  bool draining = false;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_PROCESS_H_
