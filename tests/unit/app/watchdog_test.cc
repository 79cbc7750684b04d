#include "daemon/app/watchdog.h"

#include <unistd.h>

#include <future>

#include "daemon/app/event_loop.h"
#include "daemon/base/clock.h"
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

// As App::Stop does it: to stop a loop is to wait for its task.
TEST(WatchdogDeathTest, EndsAProcessWhoseLoopHangs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        SystemClock clock;
        EventLoop loop(clock);
        std::promise<void> hangs;
        loop.Start();
        loop.Post([&hangs] {
          hangs.set_value();
          while (true) pause();
        });
        hangs.get_future().get();
        const Watchdog watchdog(absl::Milliseconds(50), [] { _exit(3); });
        loop.Stop();
      },
      ::testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace quiesce::app
