#ifndef QUIESCE_TESTS_SIMULATION_DICE_H_
#define QUIESCE_TESTS_SIMULATION_DICE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/random.h"

namespace quiesce::simulation {

// Every choice of a simulation comes from here, so that a seed is a whole story. Each method draws
// exactly once, whatever the arguments: a fault that is switched off shifts nothing else.
class Dice {
 public:
  explicit Dice(uint64_t seed) : random_(seed) {}

  uint64_t Next() { return random_.Next(); }

  // True with this probability.
  bool Chance(double probability) {
    return static_cast<double>(Next() >> 11) * 0x1.0p-53 < probability;
  }

  // Both ends included.
  int64_t Between(int64_t low, int64_t high) {
    const auto span = static_cast<uint64_t>(high - low) + 1;
    return low + static_cast<int64_t>(Next() % span);
  }
  absl::Duration Between(absl::Duration low, absl::Duration high) {
    return absl::Microseconds(
        Between(absl::ToInt64Microseconds(low), absl::ToInt64Microseconds(high)));
  }

  // Mostly near `low`, now and then as far as `high`: how latencies are.
  absl::Duration Skewed(absl::Duration low, absl::Duration high) {
    const double x = static_cast<double>(Next() >> 11) * 0x1.0p-53;
    const double span = static_cast<double>(absl::ToInt64Microseconds(high - low));
    return low + absl::Microseconds(static_cast<int64_t>(span * x * x * x * x));
  }

  template <typename T>
  const T& Pick(const std::vector<T>& of) {
    return of[static_cast<size_t>(Next() % of.size())];
  }

 private:
  SeededRandom random_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_DICE_H_
