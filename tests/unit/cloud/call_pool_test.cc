#include "daemon/cloud/call_pool.h"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <vector>

#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

// A call that runs until it is told to end, or is cut.
class ScriptedCall final : public PooledCall {
 public:
  ScriptedCall(Operation operation, SteadyTime deadline) : PooledCall(operation, deadline) {}

  void Run(int) override {
    started.set_value();
    end_.get_future().wait();
  }
  bool throttled() const override { return told_to_slow_down; }
  void Conclude() override { over.set_value(); }
  void Cut() override {
    cut = true;
    End();
  }
  void Drop(Why why) override { dropped.set_value(why); }

  void End() {
    if (!ended_.exchange(true)) end_.set_value();
  }

  std::promise<void> started;
  std::promise<void> over;
  std::promise<Why> dropped;
  std::atomic<bool> cut = false;
  std::atomic<bool> told_to_slow_down = false;

 private:
  std::atomic<bool> ended_ = false;
  std::promise<void> end_;
};

// The machine's clock, until it is stopped: then no stop waits for too long, however slow the
// machine.
class StoppableClock final : public Clock {
 public:
  Now Read() override { return stopped_ ? at_ : clock_.Read(); }
  void StopHere() {
    at_ = clock_.Read();
    stopped_ = true;
  }

 private:
  SystemClock clock_;
  Now at_;
  std::atomic<bool> stopped_ = false;
};

class CallPoolTest : public ::testing::Test {
 protected:
  SteadyTime In(absl::Duration time) { return clock_.Read().steady + time; }

  std::unique_ptr<CallPool> Pool(int workers) {
    return std::make_unique<CallPool>(workers, &clock_,
                                      [](int, bool) { return absl::InfiniteDuration(); });
  }
  std::shared_ptr<ScriptedCall> Submit(CallPool& pool, Operation operation,
                                       absl::Duration deadline = absl::Minutes(10)) {
    auto call = std::make_shared<ScriptedCall>(operation, In(deadline));
    pool.Submit(call);
    return call;
  }
  template <typename T>
  static bool IsReady(std::future<T>& future) {
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  StoppableClock clock_;
};

TEST_F(CallPoolTest, LeavesRoomForEachKind) {
  const struct {
    int workers;
    int stops;
    int lists;
  } rows[] = {{1, 1, 1}, {2, 1, 1}, {4, 3, 1}, {8, 7, 2}, {16, 15, 4}, {256, 255, 64}};
  for (const auto& row : rows) {
    auto pool = Pool(row.workers);
    EXPECT_EQ(pool->max_stops(), row.stops);
    EXPECT_EQ(pool->max_lists(), row.lists);
  }
}

TEST_F(CallPoolTest, SlowListsDoNotHoldUpStops) {
  clock_.StopHere();
  auto pool = Pool(4);
  auto first = Submit(*pool, Operation::kList);
  first->started.get_future().wait();
  auto second = Submit(*pool, Operation::kList);
  auto stop = Submit(*pool, Operation::kStop);
  stop->started.get_future().wait();
  auto second_started = second->started.get_future();
  EXPECT_FALSE(IsReady(second_started));
  first->End();
  second_started.wait();
  second->End();
  stop->End();
}

TEST_F(CallPoolTest, SlowStopsDoNotHoldUpLists) {
  clock_.StopHere();
  auto pool = Pool(2);
  auto stop = Submit(*pool, Operation::kStop);
  stop->started.get_future().wait();
  auto next = Submit(*pool, Operation::kStop);
  auto list = Submit(*pool, Operation::kList);
  list->started.get_future().wait();
  auto next_started = next->started.get_future();
  EXPECT_FALSE(IsReady(next_started));
  stop->End();
  next_started.wait();
  next->End();
  list->End();
}

TEST_F(CallPoolTest, TheOneThatWaitsLongestIsNext) {
  clock_.StopHere();
  auto pool = Pool(1);
  auto busy = Submit(*pool, Operation::kStop);
  busy->started.get_future().wait();
  auto list = Submit(*pool, Operation::kList);
  auto stop = Submit(*pool, Operation::kStop);
  auto stop_started = stop->started.get_future();
  busy->End();
  list->started.get_future().wait();
  EXPECT_FALSE(IsReady(stop_started));
  list->End();
  stop_started.wait();
  stop->End();
}

TEST_F(CallPoolTest, AStopThatNoWorkerTakesInTimeIsDropped) {
  auto pool = Pool(2);
  auto busy = Submit(*pool, Operation::kStop);
  busy->started.get_future().wait();
  const SteadyTime before = clock_.Read().steady;
  auto late = Submit(*pool, Operation::kStop);
  EXPECT_EQ(late->dropped.get_future().get(), PooledCall::Why::kNoConnection);
  EXPECT_GE(clock_.Read().steady - before, limits::kMaxHandOverDelay);
  busy->End();
}

TEST_F(CallPoolTest, ADeadlineEndsTheWaitingToo) {
  auto pool = Pool(1);
  auto busy = Submit(*pool, Operation::kList);
  busy->started.get_future().wait();
  auto stop = Submit(*pool, Operation::kStop, absl::Milliseconds(5));
  auto list = Submit(*pool, Operation::kList, absl::Milliseconds(5));
  EXPECT_EQ(stop->dropped.get_future().get(), PooledCall::Why::kDeadline);
  EXPECT_EQ(list->dropped.get_future().get(), PooledCall::Why::kDeadline);
  busy->End();
}

TEST_F(CallPoolTest, ADeadlineThatPassedBeforeIsNotRun) {
  auto pool = Pool(1);
  auto stop = Submit(*pool, Operation::kStop, -absl::Seconds(1));
  EXPECT_EQ(stop->dropped.get_future().get(), PooledCall::Why::kDeadline);
}

TEST_F(CallPoolTest, ADeadlineCutsWhatRuns) {
  auto pool = Pool(2);
  auto call = Submit(*pool, Operation::kStop, absl::Milliseconds(20));
  call->over.get_future().wait();
  EXPECT_TRUE(call->cut);
  // An earlier deadline than the one that is waited for.
  auto later = Submit(*pool, Operation::kStop, absl::Minutes(5));
  later->started.get_future().wait();
  auto sooner = Submit(*pool, Operation::kList, absl::Milliseconds(20));
  sooner->over.get_future().wait();
  EXPECT_TRUE(sooner->cut);
  EXPECT_FALSE(later->cut);
  later->End();
}

TEST_F(CallPoolTest, TakesOneWaitingStopForEachWorker) {
  clock_.StopHere();
  auto pool = Pool(2);
  std::vector<std::shared_ptr<ScriptedCall>> calls;
  for (int i = 0; i < 4; ++i) calls.push_back(Submit(*pool, Operation::kStop));
  auto refused = Submit(*pool, Operation::kStop);
  EXPECT_EQ(refused->dropped.get_future().get(), PooledCall::Why::kNoConnection);
  for (auto& call : calls) call->End();
}

TEST_F(CallPoolTest, AThrottledCallDropsTheStopsThatWaitAndNothingElse) {
  clock_.StopHere();
  auto pool = Pool(2);
  auto throttled = Submit(*pool, Operation::kStop);
  auto list = Submit(*pool, Operation::kList);
  throttled->started.get_future().wait();
  list->started.get_future().wait();
  auto waiting_stop = Submit(*pool, Operation::kStop);
  auto waiting_list = Submit(*pool, Operation::kList);
  throttled->told_to_slow_down = true;
  throttled->End();
  EXPECT_EQ(waiting_stop->dropped.get_future().get(), PooledCall::Why::kNoConnection);
  throttled->over.get_future().wait();
  list->End();
  waiting_list->started.get_future().wait();
  waiting_list->End();
  auto next = Submit(*pool, Operation::kStop);
  next->started.get_future().wait();
  next->End();
}

TEST_F(CallPoolTest, HasRoomAgainWhenACallIsConcluded) {
  clock_.StopHere();
  auto pool = Pool(1);
  for (int i = 0; i < 100; ++i) {
    auto first = Submit(*pool, Operation::kStop);
    auto second = Submit(*pool, Operation::kStop);
    first->End();
    first->over.get_future().wait();
    auto third = Submit(*pool, Operation::kStop);
    second->End();
    second->over.get_future().wait();
    third->End();
    third->over.get_future().wait();
  }
}

TEST_F(CallPoolTest, CloseDropsWhatWaitsAndCutsWhatIsLeft) {
  auto pool = Pool(2);
  auto running = Submit(*pool, Operation::kStop);
  running->started.get_future().wait();
  auto waiting = Submit(*pool, Operation::kStop);
  pool->Close(absl::Milliseconds(10));
  EXPECT_TRUE(running->cut);
  EXPECT_EQ(waiting->dropped.get_future().get(), PooledCall::Why::kClosing);
  auto late = Submit(*pool, Operation::kStop);
  EXPECT_EQ(late->dropped.get_future().get(), PooledCall::Why::kClosing);
}

TEST_F(CallPoolTest, CloseWaitsForWhatEndsInTime) {
  clock_.StopHere();
  auto pool = Pool(2);
  auto running = Submit(*pool, Operation::kStop);
  running->started.get_future().wait();
  auto closed = std::async(std::launch::async, [&] { pool->Close(absl::Minutes(10)); });
  running->End();
  closed.wait();
  EXPECT_FALSE(running->cut);
}

TEST_F(CallPoolTest, AHurryShortensTheGraceOfACloseUnderWay) {
  auto pool = Pool(2);
  auto running = Submit(*pool, Operation::kStop);
  running->started.get_future().wait();
  auto late = Submit(*pool, Operation::kStop);
  auto closed = std::async(std::launch::async, [&] { pool->Close(absl::InfiniteDuration()); });
  late->dropped.get_future().wait();  // it is closing
  pool->Hurry(absl::Minutes(10));
  EXPECT_FALSE(running->cut);
  pool->Hurry(absl::ZeroDuration());
  closed.wait();
  EXPECT_TRUE(running->cut);
}

TEST_F(CallPoolTest, RunsOrDropsEachCallOnceUnderLoad) {
  std::atomic<int> runs = 0;
  std::atomic<int> drops = 0;
  class Quick final : public PooledCall {
   public:
    Quick(Operation operation, SteadyTime deadline, std::atomic<int>& runs, std::atomic<int>& drops)
        : PooledCall(operation, deadline), runs_(runs), drops_(drops) {}
    void Run(int) override {}
    void Conclude() override { ++runs_; }
    void Cut() override {}
    void Drop(Why) override { ++drops_; }

   private:
    std::atomic<int>& runs_;
    std::atomic<int>& drops_;
  };
  constexpr int kCalls = 20000;
  {
    auto pool = Pool(8);
    for (int i = 0; i < kCalls; ++i) {
      const auto operation = i % 7 == 0 ? Operation::kList : Operation::kStop;
      const auto deadline = i % 2 == 0 ? absl::Microseconds(i % 500) : absl::Minutes(10);
      pool->Submit(std::make_shared<Quick>(operation, In(deadline), runs, drops));
    }
  }
  EXPECT_EQ(runs + drops, kCalls);
}

}  // namespace
}  // namespace quiesce::cloud
