#include "daemon/base/clock.h"

#include <time.h>

#include <fstream>

#include "absl/time/clock.h"

namespace quiesce {
namespace {

int64_t BootMicros() {
  timespec ts;
  clock_gettime(CLOCK_BOOTTIME, &ts);
  return static_cast<int64_t>(ts.tv_sec) * 1000000 + ts.tv_nsec / 1000;
}

std::string ReadBootId() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace

SystemClock::SystemClock()
    : boot_id_(ReadBootId()), offset_us_(absl::ToUnixMicros(absl::Now()) - BootMicros()) {}

Now SystemClock::Read() {
  return Now{absl::Now(), SteadyTime::FromMicros(BootMicros() + offset_us_.load())};
}

void SystemClock::Resume(const ClockOrigin& stored, SteadyTime high_water) {
  if (!boot_id_.empty() && stored.boot_id == boot_id_) offset_us_ = stored.offset_us;
  const int64_t now_us = BootMicros() + offset_us_.load();
  if (high_water.micros() > now_us) offset_us_ += high_water.micros() - now_us;
}

ClockOrigin SystemClock::origin() const { return ClockOrigin{boot_id_, offset_us_.load()}; }

}  // namespace quiesce
