#ifndef QUIESCE_DAEMON_BASE_CLOCK_H_
#define QUIESCE_DAEMON_BASE_CLOCK_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "daemon/base/time.h"

namespace quiesce {

// The only door to the time of day. Thread-safe, never blocks.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now Read() = 0;
};

// How steady time relates to the boot-time clock, kept in the store so that the next process
// goes on exactly where this one stands while the machine stays up.
struct ClockOrigin {
  std::string boot_id;    // /proc/sys/kernel/random/boot_id
  int64_t offset_us = 0;  // steady time - CLOCK_BOOTTIME
};

// CLOCK_REALTIME, and CLOCK_BOOTTIME shifted so that steady time goes on where the last process
// left off. Steady time starts at the wall clock's value for a new store, so that it reads like a
// date in a debugger, and never follows the wall clock again until the machine reboots; then it
// takes the later of the wall clock and the stored high water.
class SystemClock final : public Clock {
 public:
  SystemClock();
  Now Read() override;

  // Continues a stored time line. Called once, before anything is measured. Every later steady
  // reading is at least `high_water`, the largest steady time that the store holds.
  void Resume(const ClockOrigin& stored, SteadyTime high_water);
  ClockOrigin origin() const;

 private:
  const std::string boot_id_;
  std::atomic<int64_t> offset_us_;
};

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_CLOCK_H_
