#include "tests/simulation/sim_executor.h"

#include <algorithm>

namespace quiesce::simulation {

void SimExecutor::PostAt(SteadyTime when, Task task) {
  timed_.emplace(std::make_pair(when, next_timed_++), std::move(task));
}

SteadyTime SimExecutor::NextTimedAt() const {
  return timed_.empty() ? SteadyTime::Infinite() : timed_.begin()->first.first;
}

SteadyTime SimExecutor::NextTaskAt() const {
  if (!ready_.empty()) return std::max(free_at_, world_.now());
  const SteadyTime timed = NextTimedAt();
  return timed.is_infinite() ? timed : std::max({timed, free_at_, world_.now()});
}

void SimExecutor::TakeDue() {
  while (!timed_.empty() && timed_.begin()->first.first <= world_.now()) {
    ready_.push_back(std::move(timed_.begin()->second));
    timed_.erase(timed_.begin());
  }
}

void SimExecutor::RunNextTask(absl::Duration longest_task) {
  world_.AdvanceTo(NextTaskAt());
  TakeDue();
  Task task = std::move(ready_.front());
  ready_.pop_front();
  std::move(task)();
  // At least a microsecond: two tasks at one instant would be one.
  free_at_ = world_.now() + world_.dice().Skewed(absl::Microseconds(1), longest_task);
}

void SimExecutor::Pause(absl::Duration time) { free_at_ = std::max(free_at_, world_.now() + time); }

}  // namespace quiesce::simulation
