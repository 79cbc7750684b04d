#include "daemon/app/watchdog.h"

#include <chrono>
#include <utility>

namespace quiesce::app {

Watchdog::Watchdog(absl::Duration timeout, std::function<void()> late)
    : thread_([this, timeout, late = std::move(late)] { Run(timeout, late); }) {}

Watchdog::~Watchdog() {
  {
    MutexLock lock(mu_);
    ended_ = true;
    ended_changed_.NotifyAll();
  }
  thread_.join();
}

void Watchdog::Run(absl::Duration timeout, const std::function<void()>& late) {
  const auto begin = std::chrono::steady_clock::now();
  {
    MutexLock lock(mu_);
    while (!ended_) {
      const absl::Duration left =
          timeout - absl::FromChrono(std::chrono::steady_clock::now() - begin);
      if (left <= absl::ZeroDuration()) break;
      ended_changed_.WaitFor(mu_, left);
    }
    if (ended_) return;
  }
  late();
}

}  // namespace quiesce::app
