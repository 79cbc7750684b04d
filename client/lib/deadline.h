#ifndef QUIESCE_CLIENT_LIB_DEADLINE_H_
#define QUIESCE_CLIENT_LIB_DEADLINE_H_

#include <algorithm>
#include <chrono>

#include "absl/time/time.h"

namespace quiesce::client {

// A moment on the steady clock: someone who sets the wall clock shortens no call.
class Deadline {
 public:
  static Deadline After(absl::Duration duration) {
    Deadline deadline;
    deadline.begin_ = std::chrono::steady_clock::now();
    deadline.duration_ = duration;
    return deadline;
  }

  // Never negative.
  absl::Duration Remaining() const {
    const absl::Duration passed = absl::FromChrono(std::chrono::steady_clock::now() - begin_);
    return std::max(duration_ - passed, absl::ZeroDuration());
  }
  bool IsOver() const { return Remaining() == absl::ZeroDuration(); }

  // As gRPC takes it. An infinite one becomes a year: longer than any process that calls.
  std::chrono::system_clock::time_point ForGrpc() const {
    return std::chrono::system_clock::now() +
           absl::ToChronoMicroseconds(std::min(Remaining(), absl::Hours(24 * 365)));
  }

 private:
  std::chrono::steady_clock::time_point begin_;
  absl::Duration duration_;
};

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_DEADLINE_H_
