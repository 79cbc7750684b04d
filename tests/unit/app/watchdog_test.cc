#include "daemon/app/watchdog.h"

#include <future>

#include "gtest/gtest.h"

namespace quiesce::app {
namespace {

TEST(Watchdog, CallsWhenItIsLate) {
  std::promise<void> late;
  const Watchdog watchdog(absl::Milliseconds(10), [&late] { late.set_value(); });
  late.get_future().get();
}

TEST(Watchdog, DoesNotCallWhenItIsGoneInTime) {
  const Watchdog watchdog(absl::Hours(1), [] { ADD_FAILURE(); });
}

}  // namespace
}  // namespace quiesce::app
