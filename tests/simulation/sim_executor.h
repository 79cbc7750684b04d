#ifndef QUIESCE_TESTS_SIMULATION_SIM_EXECUTOR_H_
#define QUIESCE_TESTS_SIMULATION_SIM_EXECUTOR_H_

#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "daemon/base/executor.h"
#include "daemon/base/time.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::simulation {

// The loop of one process: tasks in the order of posting, as the contract promises. When each runs
// is up to the seed: every task takes some time, and the whole process may stand still for seconds
// while the world goes on. Destroyed with what waits, it is a process that was killed.
class SimExecutor final : public Executor {
 public:
  explicit SimExecutor(SimWorld& world) : world_(world), free_at_(world.now()) {}

  void Post(Task task) override { ready_.push_back(std::move(task)); }
  void PostAt(SteadyTime when, Task task) override;

  // When the next task runs. Infinite: nothing waits.
  SteadyTime NextTaskAt() const;
  // Advances the world to NextTaskAt and runs that task.
  void RunNextTask(absl::Duration longest_task);
  // The process gets no time until then (SIGSTOP, a busy host, a suspended machine).
  void Pause(absl::Duration time);

  // Nothing to do now.
  bool idle() const { return ready_.empty() && NextTimedAt() > world_.now(); }
  size_t waiting() const { return ready_.size() + timed_.size(); }

 private:
  SteadyTime NextTimedAt() const;
  void TakeDue();

  SimWorld& world_;
  SteadyTime free_at_;
  std::deque<Task> ready_;
  std::map<std::pair<SteadyTime, uint64_t>, Task> timed_;
  uint64_t next_timed_ = 0;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SIM_EXECUTOR_H_
