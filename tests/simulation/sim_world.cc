#include "tests/simulation/sim_world.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace quiesce::simulation {

SimWorld::SimWorld(uint64_t seed)
    : dice_(seed),
      // Not zero: code that confuses "zero" with "never" must not get away with it.
      started_(SteadyTime::FromMicros(1700000000000000)),
      now_(started_),
      wall_origin_(absl::FromUnixSeconds(60)) {}

void SimWorld::AdvanceTo(SteadyTime when) { now_ = std::max(now_, when); }

void SimWorld::At(SteadyTime when, Task event) {
  events_.emplace(std::make_pair(std::max(when, now_), next_event_++), std::move(event));
}

SteadyTime SimWorld::NextEventAt() const {
  return events_.empty() ? SteadyTime::Infinite() : events_.begin()->first.first;
}

void SimWorld::RunNextEvent() {
  auto first = events_.begin();
  AdvanceTo(first->first.first);
  Task event = std::move(first->second);
  events_.erase(first);
  std::move(event)();
}

void SimWorld::Trace(const std::string& line) {
  if (!trace_) return;
  trace_(absl::StrFormat("%12.6f  %s", absl::ToDoubleSeconds(elapsed()), line));
}

}  // namespace quiesce::simulation
