#ifndef QUIESCE_TESTS_SIMULATION_SIM_WORLD_H_
#define QUIESCE_TESTS_SIMULATION_SIM_WORLD_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/time.h"
#include "tests/simulation/dice.h"

namespace quiesce::simulation {

// Virtual time, the choices of the seed, and what happens outside the daemon: the cloud, the disk,
// the users, the faults. Nothing here sleeps, and nothing runs unless the simulation steps.
class SimWorld final : public Clock {
 public:
  explicit SimWorld(uint64_t seed);

  // --- time -------------------------------------------------------------------------------------
  Now Read() override { return {wall_origin_ + (now_ - SteadyTime()), now_}; }
  SteadyTime now() const { return now_; }
  absl::Duration elapsed() const { return now_ - started_; }
  // Somebody sets the wall clock. Steady time does not notice.
  void JumpWall(absl::Duration by) {
    wall_origin_ += by;
    wall_jumped_ += by;
  }
  // All jumps together.
  absl::Duration wall_jumped() const { return wall_jumped_; }
  // Never back.
  void AdvanceTo(SteadyTime when);

  Dice& dice() { return dice_; }

  // --- events -----------------------------------------------------------------------------------
  void After(absl::Duration delay, Task event) { At(now_ + delay, std::move(event)); }
  void At(SteadyTime when, Task event);
  // Infinite: there is none.
  SteadyTime NextEventAt() const;
  void RunNextEvent();
  size_t pending_events() const { return events_.size(); }

  // --- coverage ---------------------------------------------------------------------------------
  // Counts what happened, by name: a simulation in which something never happens does not test it.
  void Hit(const std::string& what) { ++hits_[what]; }
  const std::map<std::string, int64_t>& hits() const { return hits_; }

  // --- trace ------------------------------------------------------------------------------------
  void SetTrace(absl::AnyInvocable<void(const std::string&)> sink) { trace_ = std::move(sink); }
  bool tracing() const { return static_cast<bool>(trace_); }
  void Trace(const std::string& line);

 private:
  Dice dice_;
  SteadyTime started_;
  SteadyTime now_;
  absl::Time wall_origin_;
  absl::Duration wall_jumped_ = absl::ZeroDuration();
  // By time, then by order of making.
  std::map<std::pair<SteadyTime, uint64_t>, Task> events_;
  uint64_t next_event_ = 0;
  std::map<std::string, int64_t> hits_;
  absl::AnyInvocable<void(const std::string&)> trace_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SIM_WORLD_H_
