#ifndef QUIESCE_DAEMON_BASE_TIME_H_
#define QUIESCE_DAEMON_BASE_TIME_H_

#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace quiesce {

// A point on the daemon's own time line, in microseconds. It never goes back, not even across a
// restart or a reboot, advances with the boot-time clock (so it counts suspend) and ignores every
// jump of the wall clock. Everything that is *measured* (ages, settle, backoff, budgets, grace)
// is measured on it and stored as it; only what a person writes or reads (the expiry of a hold,
// a printed time) is wall time. The two types do not convert by accident.
class SteadyTime {
 public:
  constexpr SteadyTime() = default;
  static constexpr SteadyTime FromMicros(int64_t us) { return SteadyTime(us); }
  // Before every event: "never happened".
  static constexpr SteadyTime Never() { return SteadyTime(std::numeric_limits<int64_t>::min()); }
  // After every event: "not due by itself".
  static constexpr SteadyTime Infinite() { return SteadyTime(std::numeric_limits<int64_t>::max()); }

  constexpr int64_t micros() const { return us_; }
  constexpr bool is_never() const { return *this == Never(); }
  constexpr bool is_infinite() const { return *this == Infinite(); }

  friend constexpr bool operator==(SteadyTime a, SteadyTime b) { return a.us_ == b.us_; }
  friend constexpr bool operator!=(SteadyTime a, SteadyTime b) { return a.us_ != b.us_; }
  friend constexpr bool operator<(SteadyTime a, SteadyTime b) { return a.us_ < b.us_; }
  friend constexpr bool operator>(SteadyTime a, SteadyTime b) { return a.us_ > b.us_; }
  friend constexpr bool operator<=(SteadyTime a, SteadyTime b) { return a.us_ <= b.us_; }
  friend constexpr bool operator>=(SteadyTime a, SteadyTime b) { return a.us_ >= b.us_; }

  // Saturating: Never and Infinite absorb every duration, and a result out of range is one of them.
  friend SteadyTime operator+(SteadyTime t, absl::Duration d) {
    if (t.is_never() || t.is_infinite()) return t;
    const SteadyTime limit = d < absl::ZeroDuration() ? Never() : Infinite();
    int64_t sum = 0;
    if (d == absl::InfiniteDuration() || d == -absl::InfiniteDuration() ||
        __builtin_add_overflow(t.us_, absl::ToInt64Microseconds(d), &sum)) {
      return limit;
    }
    return SteadyTime(sum);
  }
  friend SteadyTime operator-(SteadyTime t, absl::Duration d) { return t + (-d); }
  // Infinite when either side is not a finite time.
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) {
    if (b.is_never() || a.is_infinite()) return absl::InfiniteDuration();
    if (a.is_never() || b.is_infinite()) return -absl::InfiniteDuration();
    return absl::Microseconds(a.us_) - absl::Microseconds(b.us_);
  }

 private:
  explicit constexpr SteadyTime(int64_t us) : us_(us) {}
  int64_t us_ = 0;
};

// One reading of both clocks. Pure code takes it as an argument and never asks for the time.
struct Now {
  absl::Time wall;
  SteadyTime steady;

  // Where a steady time falls on the wall clock as it is set now. For display only.
  absl::Time ToWall(SteadyTime t) const {
    if (t.is_never()) return absl::InfinitePast();
    if (t.is_infinite()) return absl::InfiniteFuture();
    return wall + (t - steady);
  }
  // The first steady time at which the wall clock shows `t` or later, if nobody sets it meanwhile.
  // Rounded up: what is due at `t` must not be found not yet due then.
  SteadyTime ToSteady(absl::Time t) const {
    if (t == absl::InfiniteFuture()) return SteadyTime::Infinite();
    return steady + absl::Ceil(t - wall, absl::Microseconds(1));
  }
};

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_TIME_H_
