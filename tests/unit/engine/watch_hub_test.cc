#include "daemon/engine/watch_hub.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::engine {
namespace {

core::InstanceKey Key(int n) {
  const std::string id = std::to_string(n);
  return {std::string(32, 'a'), std::string(32 - id.size(), '0') + id};
}

class WatchHubTest : public testing::Test {
 protected:
  Row* Put(int n) {
    core::InstanceRecord record;
    record.key = Key(n);
    record.revision = ++revision_;
    Row* row = registry_.Put(record);
    hub_.Changed();
    return row;
  }
  void Forget(int n) {
    registry_.Forget(Key(n), ++revision_, SteadyTime());
    hub_.Changed();
  }
  uint64_t Open(int64_t after) {
    absl::StatusOr<uint64_t> id = hub_.Open(after, [this] { ++woken_; });
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or(0);
  }
  // What a watcher is told: "+n" for a row, "-n" for a removal, "." once it has caught up.
  std::string Next(uint64_t id, size_t limit = 100) {
    absl::StatusOr<WatchBatch> batch = hub_.Next(id, limit);
    if (!batch.ok()) return std::string(batch.status().message());
    std::string told;
    for (const WatchBatch::Item& item : batch->items) {
      const std::string key =
          item.row != nullptr ? std::string(item.row->instance_id) : item.removed.key.instance_id;
      told += (item.row != nullptr ? "+" : "-") + std::to_string(std::stoi(key));
    }
    EXPECT_LE(batch->items.size(), limit);
    return told + (batch->caught_up ? "." : "");
  }

  Registry registry_;
  WatchHub hub_{registry_, [this](Row& row) {
                  if (row.revision == rechecked_revision_) hub_.VerdictChanged(row);
                  ++rechecks_;
                }};
  int64_t revision_ = 0;
  int woken_ = 0;
  int rechecks_ = 0;
  int64_t rechecked_revision_ = 0;  // the row whose verdict turns out to have changed
};

TEST_F(WatchHubTest, BeginsWithASnapshotThatTellsOfNoRemovals) {
  Put(1);
  Put(2);
  Forget(1);
  EXPECT_EQ(Next(Open(0)), "+2.");
}

TEST_F(WatchHubTest, TellsTheLatestStateOnceInTheOrderOfRevisions) {
  Put(1);
  const uint64_t id = Open(revision_);
  Put(2);
  Put(3);
  Put(2);
  Forget(3);
  Put(1);
  EXPECT_EQ(Next(id), "+2-3+1.");
  EXPECT_EQ(Next(id), ".");
}

TEST_F(WatchHubTest, TellsInPartsWithoutLosingAnything) {
  const uint64_t id = Open(0);
  for (int n = 1; n <= 5; ++n) Put(n);
  EXPECT_EQ(Next(id, 2), "+1+2");
  Put(1);
  Forget(3);
  EXPECT_EQ(Next(id, 2), "+4+5");
  EXPECT_EQ(Next(id, 2), "+1-3.");
}

TEST_F(WatchHubTest, ResumesWhereAnEarlierWatchWas) {
  Put(1);
  const int64_t token = revision_;
  Put(2);
  Forget(1);
  EXPECT_EQ(Next(Open(token)), "+2-1.");
}

TEST_F(WatchHubTest, RefusesARevisionThatMayHaveMissedARemoval) {
  Put(1);
  Forget(1);
  Put(2);
  registry_.PruneTombstones(SteadyTime::FromMicros(1));
  EXPECT_TRUE(absl::IsOutOfRange(hub_.Open(1, [] {}).status()));
  EXPECT_TRUE(hub_.Open(2, [] {}).ok());
  EXPECT_TRUE(absl::IsOutOfRange(hub_.Open(-1, [] {}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(hub_.Open(revision_ + 1, [] {}).status()))
      << "of another store, or of a future";
  EXPECT_TRUE(hub_.Open(0, [] {}).ok()) << "a snapshot misses nothing";
}

TEST_F(WatchHubTest, WakesOnceAfterItWasCaughtUp) {
  const uint64_t id = Open(0);
  EXPECT_EQ(Next(id), ".");
  EXPECT_EQ(woken_, 0);
  Put(1);
  Put(2);
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(Next(id, 1), "+1");
  Put(3);
  EXPECT_EQ(woken_, 1) << "it knows that there is more";
  EXPECT_EQ(Next(id), "+2+3.");
  Put(4);
  EXPECT_EQ(woken_, 2);
}

TEST_F(WatchHubTest, TellsOfAVerdictThatNoCommitChanged) {
  const Row* row = Put(1);
  Put(2);
  const uint64_t id = Open(0);
  EXPECT_EQ(Next(id), "+1+2.");
  hub_.VerdictChanged(*row);
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(Next(id), "+1.");
  EXPECT_EQ(Next(id), ".");
}

TEST_F(WatchHubTest, TellsOfManyVerdictsInPartsToo) {
  std::vector<const Row*> rows;
  for (int n = 1; n <= 5; ++n) rows.push_back(Put(n));
  const uint64_t id = Open(revision_);
  EXPECT_EQ(Next(id), ".");
  for (const Row* row : rows) hub_.VerdictChanged(*row);
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(Next(id, 2), "+1+2");
  EXPECT_EQ(Next(id, 2), "+3+4");
  EXPECT_EQ(Next(id, 2), "+5.");
  EXPECT_EQ(woken_, 1) << "it knew that there was more";
}

TEST_F(WatchHubTest, TellsNoMoreAtATimeThanIsAskedForOfBothKinds) {
  const Row* first = Put(1);
  const Row* second = Put(2);
  const uint64_t id = Open(0);
  EXPECT_EQ(Next(id), "+1+2.");
  hub_.VerdictChanged(*first);
  hub_.VerdictChanged(*second);
  Put(3);
  EXPECT_EQ(Next(id, 2), "+3+1");
  EXPECT_EQ(Next(id, 2), "+2.");
}

TEST_F(WatchHubTest, TellsOfAVerdictOnceWhenTheRowChangesToo) {
  Row* row = Put(1);
  const uint64_t id = Open(0);
  EXPECT_EQ(Next(id), "+1.");
  hub_.VerdictChanged(*row);
  Put(1);
  EXPECT_EQ(Next(id), "+1.");
  EXPECT_EQ(Next(id), ".");
}

TEST_F(WatchHubTest, TellsNoVerdictOfWhatIsGone) {
  const Row* row = Put(1);
  const uint64_t id = Open(0);
  EXPECT_EQ(Next(id), "+1.");
  hub_.VerdictChanged(*row);
  Forget(1);
  EXPECT_EQ(Next(id), "-1.");
}

TEST_F(WatchHubTest, BringsWhatItHandsOutUpToDate) {
  const Row* row = Put(1);
  Put(2);
  const uint64_t id = Open(0);
  rechecked_revision_ = row->revision;
  EXPECT_EQ(Next(id), "+1+2.");
  EXPECT_EQ(rechecks_, 2);
  hub_.VerdictChanged(*row);
  EXPECT_EQ(Next(id), "+1.") << "and is not led in circles by what comes up meanwhile";
  EXPECT_EQ(rechecks_, 3);
}

TEST_F(WatchHubTest, BoundsTheVerdictsOfAWatchThatTakesNone) {
  std::vector<const Row*> rows;
  const auto count = static_cast<int>(limits::kMaxWatchBacklog) + 1;
  for (int n = 0; n < count; ++n) rows.push_back(Put(n));
  const uint64_t id = Open(revision_);
  for (const Row* row : rows) hub_.VerdictChanged(*row);
  EXPECT_TRUE(absl::IsAborted(hub_.Next(id, 10).status()));
}

TEST_F(WatchHubTest, BoundsTheWatches) {
  for (size_t n = 0; n < limits::kMaxWatchers; ++n) Open(0);
  EXPECT_TRUE(absl::IsResourceExhausted(hub_.Open(0, [] {}).status()));
}

TEST_F(WatchHubTest, IsClosedForGood) {
  const uint64_t id = Open(0);
  hub_.CloseAll();
  EXPECT_EQ(woken_, 1);
  EXPECT_TRUE(absl::IsUnavailable(hub_.Next(id, 10).status()));
  EXPECT_TRUE(absl::IsUnavailable(hub_.Open(0, [] {}).status()));
}

}  // namespace
}  // namespace quiesce::engine
