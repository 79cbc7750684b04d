#ifndef QUIESCE_TESTS_CONTRACT_MANUAL_CLOCK_H_
#define QUIESCE_TESTS_CONTRACT_MANUAL_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "daemon/base/clock.h"

namespace quiesce {

// A clock that stands still until it is told otherwise. Thread-safe.
class ManualClock final : public Clock {
 public:
  Now Read() override {
    const int64_t us = us_.load();
    return Now{absl::FromUnixMicros(us), SteadyTime::FromMicros(us)};
  }
  void Advance(absl::Duration by) { us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> us_{1800000000000000};  // 15 Jan 2027
};

}  // namespace quiesce

#endif  // QUIESCE_TESTS_CONTRACT_MANUAL_CLOCK_H_
