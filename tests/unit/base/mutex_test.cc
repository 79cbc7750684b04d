#include "daemon/base/mutex.h"

#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace quiesce {
namespace {

class Turnstile {
 public:
  void Pass(int turn) {
    MutexLock lock(mu_);
    while (turn_ != turn) moved_.Wait(mu_);
    order_.push_back(turn);
    ++turn_;
    moved_.NotifyAll();
  }
  std::vector<int> order() {
    MutexLock lock(mu_);
    return order_;
  }

 private:
  Mutex mu_;
  CondVar moved_;
  int turn_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<int> order_ ABSL_GUARDED_BY(mu_);
};

TEST(CondVar, WakesThreadsInTheOrderThatTheConditionAsksFor) {
  Turnstile turnstile;
  std::thread second([&] { turnstile.Pass(1); });
  std::thread third([&] { turnstile.Pass(2); });
  turnstile.Pass(0);
  second.join();
  third.join();
  EXPECT_EQ(turnstile.order(), (std::vector<int>{0, 1, 2}));
}

TEST(Mutex, ExcludesOthers) {
  Mutex mu;
  int64_t counter = 0;
  auto count = [&] {
    for (int i = 0; i < 20000; ++i) {
      MutexLock lock(mu);
      ++counter;
    }
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(counter, 40000);
}

TEST(CondVar, ReturnsWhenTheTimeIsOver) {
  Mutex mu;
  CondVar never;
  MutexLock lock(mu);
  never.WaitFor(mu, absl::Milliseconds(1));
  never.WaitFor(mu, absl::ZeroDuration());
  never.WaitFor(mu, -absl::InfiniteDuration());
}

// With std::condition_variable alone this overflows and returns at once, so that a loop spins.
TEST(CondVar, WaitsForAnInfiniteTimeWithoutSpinning) {
  Mutex mu;
  CondVar cv;
  bool waiting = false;
  bool done = false;
  int wakes = 0;
  std::thread waiter([&] {
    MutexLock lock(mu);
    waiting = true;
    cv.NotifyAll();
    while (!done) {
      cv.WaitFor(mu, absl::InfiniteDuration());
      ++wakes;
    }
  });
  {
    MutexLock lock(mu);
    while (!waiting) cv.Wait(mu);
  }
  // Time for a waiter that spins to show it.
  for (int i = 0; i < 10000; ++i) {
    std::this_thread::yield();
    MutexLock lock(mu);
    if (wakes > 100) break;
  }
  {
    MutexLock lock(mu);
    done = true;
  }
  cv.NotifyAll();
  waiter.join();
  EXPECT_LE(wakes, 100);
}

}  // namespace
}  // namespace quiesce
