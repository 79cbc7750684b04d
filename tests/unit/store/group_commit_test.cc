#include "daemon/store/group_commit.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "daemon/base/limits.h"
#include "gtest/gtest.h"
#include "tests/contract/manual_clock.h"
#include "tests/contract/pumped_executor.h"
#include "tests/unit/store/store_test_support.h"

namespace quiesce::store {
namespace {

// A door that the writer waits at until the test opens it.
class Door {
 public:
  void Pass() {
    MutexLock lock(mu_);
    waiting_ = true;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mu_);
  }
  void WaitUntilSomebodyWaits() {
    MutexLock lock(mu_);
    while (!waiting_) changed_.Wait(mu_);
  }
  void Open() {
    MutexLock lock(mu_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool waiting_ ABSL_GUARDED_BY(mu_) = false;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
};

class GroupCommitTest : public testing::Test {
 protected:
  void SetUp() override { Start({}); }
  void Start(SqliteStore::Options options) {
    store_.reset();
    auto opened = SqliteStore::Open(directory_.database(), std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = std::make_unique<GroupCommitStore>(
        *std::move(opened), GroupCommitStore::Dependencies{executor_, clock_, random_},
        ProjectMap(),
        [this](std::vector<Change> changes) {
          order_.push_back("feed " + std::to_string(changes.size()));
        },
        [this](const absl::Status& status) {
          fatal_ = status;
          fatal_told_.Open();
        });
  }

  template <typename Op>
  void Submit(Op op, std::string name) {
    ++submitted_;
    store_->Submit(std::move(op), [this, name](absl::StatusOr<int64_t> result) {
      ++done_;
      order_.push_back(name + (result.ok() ? "" : " refused"));
      last_status_ = result.status();
    });
  }
  // An operation that notes when it runs, and writes an instance.
  template <typename Op = Custom>
  Op Noting(std::string name) {
    Op op;
    const int number = ++number_;
    op.run = [this, name, number](Tables& tables, const OpContext&) {
      ran_.push_back(name);
      return WriteNumbered(tables, number);
    };
    return op;
  }
  // Keeps the writer busy until the door opens, so that what is submitted meanwhile waits.
  void KeepBusy(Door& door) {
    Submit(CustomAlone{{[&door](Tables&, const OpContext&) -> absl::StatusOr<int64_t> {
             door.Pass();
             return 0;
           }}},
           "busy");
    door.WaitUntilSomebodyWaits();
  }
  void RunUntilAllDone() {
    executor_.RunUntil([this] { return done_ == submitted_; });
  }
  // The sizes of the groups that committed changes.
  std::vector<std::string> Feeds() const {
    std::vector<std::string> feeds;
    for (const std::string& entry : order_) {
      if (absl::StartsWith(entry, "feed ")) feeds.push_back(entry.substr(5));
    }
    return feeds;
  }

  ScratchDirectory directory_;
  PumpedExecutor executor_;
  ManualClock clock_;
  SystemRandom random_;
  std::unique_ptr<GroupCommitStore> store_;
  int submitted_ = 0;
  int done_ = 0;
  std::atomic<int> number_{0};
  std::vector<std::string> ran_;    // by the writer; read when it is idle
  std::vector<std::string> order_;  // on the executor
  absl::Status last_status_;
  absl::Status fatal_;
  Door fatal_told_;
};

TEST_F(GroupCommitTest, GroupIsOneTaskFeedFirst) {
  Door door;
  KeepBusy(door);
  Submit(Noting("a"), "a");
  Submit(Noting("b"), "b");
  door.Open();
  RunUntilAllDone();
  EXPECT_EQ(order_, (std::vector<std::string>{"busy", "feed 2", "a", "b"}));
}

TEST_F(GroupCommitTest, InteractiveGoesBeforeBulk) {
  Door door;
  KeepBusy(door);
  Submit(Noting<CustomBulk>("bulk1"), "bulk1");
  Submit(Noting<CustomBulk>("bulk2"), "bulk2");
  Submit(Noting("person1"), "person1");
  Submit(Noting("person2"), "person2");
  door.Open();
  RunUntilAllDone();
  EXPECT_EQ(ran_, (std::vector<std::string>{"person1", "person2", "bulk1", "bulk2"}));
}

TEST_F(GroupCommitTest, BulkIsNotStarved) {
  Door door;
  KeepBusy(door);
  for (int i = 0; i < 100; ++i) Submit(Noting("person"), "person");
  Submit(Noting<CustomBulk>("bulk"), "bulk");
  door.Open();
  RunUntilAllDone();
  EXPECT_EQ(ran_.at(OperationQueue::kInteractiveInARow - 1), "bulk") << "one place was the door's";
}

TEST_F(GroupCommitTest, GroupIsBoundedInOperations) {
  Door door;
  KeepBusy(door);
  for (size_t i = 0; i < limits::kMaxGroupOperations + 10; ++i) Submit(Noting("a"), "a");
  door.Open();
  RunUntilAllDone();
  EXPECT_EQ(Feeds(), (std::vector<std::string>{"256", "10"}));
}

TEST_F(GroupCommitTest, GroupIsBoundedInWork) {
  Door door;
  KeepBusy(door);
  for (int i = 0; i < 6; ++i) {
    Custom slow = Noting("slow");
    slow.run = [this, run = slow.run](Tables& tables, const OpContext& context) {
      clock_.Advance(limits::kMaxGroupWork / 3);
      return run(tables, context);
    };
    Submit(slow, "slow");
  }
  door.Open();
  RunUntilAllDone();
  EXPECT_EQ(Feeds(), (std::vector<std::string>{"4", "2"})) << "20 ms in whole microseconds";
}

TEST_F(GroupCommitTest, OperationThatWantsToIsAlone) {
  Door door;
  KeepBusy(door);
  Submit(Noting("a"), "a");
  Submit(Noting<CustomAlone>("alone"), "alone");
  Submit(Noting("b"), "b");
  Submit(Noting("c"), "c");
  door.Open();
  RunUntilAllDone();
  EXPECT_EQ(Feeds(), (std::vector<std::string>{"1", "1", "2"}));
}

TEST_F(GroupCommitTest, QueueIsBounded) {
  Door door;
  KeepBusy(door);
  for (size_t i = 0; i < limits::kMaxQueuedOperations; ++i) {
    Submit(Custom{[](Tables&, const OpContext&) { return 0; }}, "waits");
  }
  EXPECT_EQ(store_->queue_size(), limits::kMaxQueuedOperations);
  Submit(Noting("too many"), "too many");
  executor_.RunUntil([this] { return done_ == 1; });
  EXPECT_EQ(order_, (std::vector<std::string>{"too many refused"}));
  EXPECT_EQ(last_status_.code(), absl::StatusCode::kUnavailable);
  door.Open();
  RunUntilAllDone();
  EXPECT_TRUE(ran_.empty());
}

TEST_F(GroupCommitTest, ClosingCommitsWhatWaitsAndRefusesTheRest) {
  Door door;
  KeepBusy(door);
  Submit(Noting("before"), "before");
  std::thread closer([this] { EXPECT_TRUE(store_->Close().ok()); });
  door.Open();
  closer.join();
  Submit(Noting("after"), "after");
  RunUntilAllDone();
  EXPECT_EQ(order_, (std::vector<std::string>{"busy", "feed 1", "before", "after refused"}));
  EXPECT_EQ(last_status_.code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(store_->Close().ok()) << "again";
  Start({});
  Submit(Custom{[](Tables& tables, const OpContext&) { return tables.last_revision(); }}, "read");
  RunUntilAllDone();
}

TEST_F(GroupCommitTest, FailedCommitIsToldOnceAndCompletesNothing) {
  SqliteStore::Options options;
  options.fail_commit = [] { return true; };
  Start(std::move(options));
  Submit(Noting("lost"), "lost");
  fatal_told_.Pass();
  EXPECT_FALSE(fatal_.ok());
  EXPECT_EQ(executor_.RunPosted(), 0);
  Submit(Noting("after"), "after");
  executor_.RunUntil([this] { return done_ == 1; });
  EXPECT_EQ(order_, (std::vector<std::string>{"after refused"}));
  EXPECT_FALSE(store_->Close().ok());
}

TEST_F(GroupCommitTest, OperationsSeeTheProjectsOfTheirGroup) {
  const auto count = [](Tables&, const OpContext& context) {
    return static_cast<int64_t>(context.projects.size());
  };
  std::vector<int64_t> seen;
  const auto note = [&seen](absl::StatusOr<int64_t> result) { seen.push_back(*result); };
  store_->Submit(Custom{count}, note);
  executor_.RunUntil([&seen] { return seen.size() == 1; });
  ProjectMap projects;
  projects["a"].id = "a";
  store_->SetProjects(projects);
  store_->Submit(Custom{count}, note);
  executor_.RunUntil([&seen] { return seen.size() == 2; });
  EXPECT_EQ(seen, (std::vector<int64_t>{0, 1}));
}

// Many threads submit; every operation is answered once, and the feed has every write.
TEST_F(GroupCommitTest, ManyThreadsSubmit) {
  constexpr int kThreads = 4;
  constexpr int kEach = 300;
  std::vector<std::thread> threads;
  std::vector<int> answers(kThreads * kEach);  // touched on the executor only
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &answers] {
      for (int i = 0; i < kEach; ++i) {
        const int number = t * kEach + i;
        Custom write{
            [number](Tables& tables, const OpContext&) { return WriteNumbered(tables, number); }};
        store_->Submit(write, [&answers, number](absl::StatusOr<int64_t> result) {
          answers[static_cast<size_t>(number)] += result.ok() ? 1 : 100;
        });
        if (i % 50 == 0) store_->SetProjects({});
      }
    });
  }
  executor_.RunUntil([&answers] {
    for (const int count : answers) {
      if (count == 0) return false;
    }
    return true;
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers, std::vector<int>(kThreads * kEach, 1));
  int fed = 0;
  for (const std::string& feed : Feeds()) fed += std::stoi(feed);
  EXPECT_EQ(fed, kThreads * kEach);
  EXPECT_EQ(executor_.RunPosted(), 0);
}

TEST_F(GroupCommitTest, DestroyingWhileOthersSubmitIsOrderly) {
  Door door;
  KeepBusy(door);
  for (int i = 0; i < 50; ++i) Submit(Noting("a"), "a");
  door.Open();
  store_.reset();
  executor_.RunPosted();
  EXPECT_EQ(done_, submitted_);
}

}  // namespace
}  // namespace quiesce::store
