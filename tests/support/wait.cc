#include "tests/support/wait.h"

#include <poll.h>

#include <chrono>

namespace quiesce::support {

bool WaitUntil(const std::function<bool()>& condition, absl::Duration patience) {
  constexpr int kPauseMs = 20;
  const auto begin = std::chrono::steady_clock::now();
  while (!condition()) {
    if (absl::FromChrono(std::chrono::steady_clock::now() - begin) > patience) return false;
    poll(nullptr, 0, kPauseMs);
  }
  return true;
}

}  // namespace quiesce::support
