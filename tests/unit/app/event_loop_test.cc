#include "daemon/app/event_loop.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::app {
namespace {

using ::testing::ElementsAre;

// Tasks of one loop run on one thread, so `ran_` needs no lock while it runs and none once it
// stopped.
class EventLoopTest : public ::testing::Test {
 protected:
  // Returns when everything posted before has run.
  void Flush() {
    std::promise<void> reached;
    loop_.Post([&reached] { reached.set_value(); });
    reached.get_future().get();
  }
  Task Append(std::string name) {
    return [this, name = std::move(name)] { ran_.push_back(name); };
  }
  SteadyTime In(absl::Duration d) { return clock_.Read().steady + d; }

  SystemClock clock_;
  std::vector<std::string> ran_;
  EventLoop loop_{clock_};
};

TEST_F(EventLoopTest, RunsTasksInTheOrderOfPosting) {
  loop_.Start();
  for (const char* name : {"a", "b", "c", "d"}) loop_.Post(Append(name));
  Flush();
  EXPECT_THAT(ran_, ElementsAre("a", "b", "c", "d"));
}

// A waiting loop looks at the clock once a second; what is posted must not wait for that.
TEST_F(EventLoopTest, WakesUpForEachTask) {
  constexpr int kTasks = 10;
  loop_.Start();
  const SteadyTime start = clock_.Read().steady;
  for (int i = 0; i < kTasks; ++i) {
    Flush();
    std::promise<void> timed;
    loop_.PostAt(SteadyTime::Never(), [&timed] { timed.set_value(); });
    timed.get_future().get();
  }
  EXPECT_LT(clock_.Read().steady - start, absl::Seconds(kTasks) / 2);
}

TEST_F(EventLoopTest, RunsWhatWasPostedBeforeTheStart) {
  loop_.Post(Append("early"));
  loop_.Start();
  Flush();
  EXPECT_THAT(ran_, ElementsAre("early"));
}

TEST_F(EventLoopTest, RunsAPostedTaskLaterNotInline) {
  loop_.Start();
  loop_.Post([this] {
    loop_.Post(Append("inner"));
    ran_.push_back("outer");
  });
  Flush();
  Flush();  // the inner one may have been posted after the first
  EXPECT_THAT(ran_, ElementsAre("outer", "inner"));
}

TEST_F(EventLoopTest, RunsDueTasksInTheOrderOfTheirTimesThenOfPosting) {
  const SteadyTime now = clock_.Read().steady;
  loop_.PostAt(now - absl::Seconds(1), Append("late"));
  loop_.PostAt(now - absl::Seconds(3), Append("first"));
  loop_.PostAt(now - absl::Seconds(2), Append("middle"));
  loop_.PostAt(now - absl::Seconds(2), Append("middle too"));
  loop_.PostAt(SteadyTime::Never(), Append("very first"));
  std::promise<void> last;
  loop_.PostAt(now, [&last] { last.set_value(); });
  loop_.Start();
  last.get_future().get();
  EXPECT_THAT(ran_, ElementsAre("very first", "first", "middle", "middle too", "late"));
}

TEST_F(EventLoopTest, RunsATimedTaskNotBeforeItsTime) {
  loop_.Start();
  const SteadyTime when = In(absl::Milliseconds(20));
  std::promise<SteadyTime> ran;
  loop_.PostAt(when, [&] { ran.set_value(clock_.Read().steady); });
  EXPECT_GE(ran.get_future().get(), when);
}

TEST_F(EventLoopTest, AnEarlierTimedTaskOvertakesALaterOneThatTheLoopWaitsFor) {
  loop_.Start();
  std::promise<void> early;
  loop_.PostAt(In(absl::Hours(1)), Append("in an hour"));
  Flush();
  loop_.PostAt(In(absl::Milliseconds(5)), [&early] { early.set_value(); });
  early.get_future().get();
  EXPECT_TRUE(ran_.empty());
}

TEST_F(EventLoopTest, NeverRunsATaskThatIsDueNever) {
  loop_.Start();
  loop_.PostAt(SteadyTime::Infinite(), Append("never"));
  Flush();
  loop_.Stop();
  EXPECT_TRUE(ran_.empty());
}

// Steady time that leaps, as it does when the machine wakes up from a suspend.
class LeapingClock final : public Clock {
 public:
  Now Read() override { return {absl::UnixEpoch(), SteadyTime::FromMicros(now_us_)}; }
  void Leap(absl::Duration d) { now_us_ += absl::ToInt64Microseconds(d); }

 private:
  std::atomic<int64_t> now_us_{0};
};

TEST(EventLoop, NoticesThatSteadyTimeLeapt) {
  LeapingClock clock;
  EventLoop loop(clock);
  loop.Start();
  std::promise<void> ran;
  loop.PostAt(SteadyTime::FromMicros(0) + absl::Hours(2), [&ran] { ran.set_value(); });
  clock.Leap(absl::Hours(3));
  ran.get_future().get();
}

TEST_F(EventLoopTest, KeepsTheOrderOfEachOfManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kTasks = 500;
  loop_.Start();
  std::vector<std::vector<int>> order(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &order] {
      for (int i = 0; i < kTasks; ++i) {
        loop_.Post([&order, t, i] { order[t].push_back(i); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Flush();
  for (const std::vector<int>& of_thread : order) {
    ASSERT_EQ(of_thread.size(), static_cast<size_t>(kTasks));
    for (int i = 0; i < kTasks; ++i) EXPECT_EQ(of_thread[i], i);
  }
}

TEST_F(EventLoopTest, StopDestroysWhatWaitsWithoutRunningIt) {
  auto destroyed = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = destroyed;
  loop_.Post([this, held = destroyed] { ran_.push_back("posted"); });
  loop_.PostAt(In(absl::Hours(1)), [this, held = destroyed] { ran_.push_back("timed"); });
  destroyed.reset();
  loop_.Stop();  // never started: everything waits
  EXPECT_TRUE(watch.expired());
  EXPECT_TRUE(ran_.empty());
}

TEST_F(EventLoopTest, StopEndsALoopThatWaits) {
  loop_.Start();
  loop_.PostAt(In(absl::Hours(1)), Append("timed"));
  Flush();
  loop_.Stop();
  EXPECT_TRUE(ran_.empty());
}

TEST_F(EventLoopTest, StopLetsTheTaskUnderWayEnd) {
  loop_.Start();
  std::promise<void> begun;
  std::promise<void> go_on;
  loop_.Post([&] {
    begun.set_value();
    go_on.get_future().get();
    ran_.push_back("ended");
  });
  begun.get_future().get();
  std::thread stopper([this] { loop_.Stop(); });
  go_on.set_value();
  stopper.join();
  EXPECT_THAT(ran_, ElementsAre("ended"));
}

TEST_F(EventLoopTest, StopMayBeRepeated) {
  loop_.Start();
  loop_.Stop();
  loop_.Stop();
}

TEST_F(EventLoopTest, AStoppedLoopTakesNothing) {
  loop_.Start();
  loop_.Stop();
  loop_.Post(Append("posted"));
  loop_.PostAt(SteadyTime::Never(), Append("timed"));
  EXPECT_TRUE(ran_.empty());
}

// What a task owns may post when it goes: an operation that is dropped answers its caller.
TEST_F(EventLoopTest, AWaitingTaskMayPostFromItsDestructor) {
  auto posts = [this] {
    return absl::MakeCleanup([this] {
      loop_.Post(Append("posted"));
      loop_.PostAt(SteadyTime::Never(), Append("timed"));
    });
  };
  loop_.Post([owned = posts()] {});
  loop_.PostAt(In(absl::Hours(1)), [owned = posts()] {});
  loop_.Stop();  // never started: both wait
  EXPECT_TRUE(ran_.empty());
}

TEST_F(EventLoopTest, ManyThreadsMayPostWhileItStops) {
  loop_.Start();
  std::atomic<bool> stop{false};
  std::atomic<int> posted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (!stop) {
        loop_.Post([&posted] { ++posted; });
        loop_.PostAt(SteadyTime::Never(), [&posted] { ++posted; });
      }
    });
  }
  Flush();
  loop_.Stop();
  const int at_stop = posted;
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(posted, at_stop);
}

}  // namespace
}  // namespace quiesce::app
