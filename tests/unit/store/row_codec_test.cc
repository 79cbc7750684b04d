#include "daemon/store/row_codec.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/random.h"
#include "gtest/gtest.h"

namespace quiesce::store {
namespace {

TEST(ByteCodecTest, NumbersComeBack) {
  const int64_t numbers[] = {0,
                             1,
                             -1,
                             63,
                             64,
                             -64,
                             -65,
                             127,
                             128,
                             1 << 20,
                             std::numeric_limits<int64_t>::max(),
                             std::numeric_limits<int64_t>::min()};
  ByteWriter out;
  for (const int64_t n : numbers) out.Signed(n);
  out.Unsigned(std::numeric_limits<uint64_t>::max());
  const std::string bytes = out.Take();
  ByteReader in(bytes);
  for (const int64_t n : numbers) EXPECT_EQ(in.Signed(), n);
  EXPECT_EQ(in.Unsigned(), std::numeric_limits<uint64_t>::max());
  EXPECT_TRUE(in.done());
}

TEST(ByteCodecTest, ReaderFailsOnceAndForGood) {
  ByteWriter out;
  out.Text("abc");
  std::string bytes = out.Take();
  bytes.resize(2);
  ByteReader in(bytes);
  EXPECT_EQ(in.Text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Signed(), 0);
  EXPECT_FALSE(in.done());
}

TEST(RowCodecTest, TimesComeBack) {
  for (const absl::Time time :
       {absl::InfiniteFuture(), absl::InfinitePast(), absl::FromUnixMicros(1234567)}) {
    EXPECT_EQ(DecodeTime(EncodeTime(time)), time);
  }
  EXPECT_EQ(Storable(absl::FromUnixNanos(1999)), absl::FromUnixMicros(1));
}

TEST(RowCodecTest, ListsComeBack) {
  const std::vector<core::Node> nodes = {{"a", "ACTIVE", "NO_TASK", ""},
                                         {"b", "FROZEN", "", "ARREAR"}};
  std::vector<core::Node> nodes_back;
  ASSERT_TRUE(DecodeNodes(EncodeNodes(nodes), nodes_back));
  EXPECT_EQ(nodes_back, nodes);
  ASSERT_TRUE(DecodeNodes("", nodes_back));
  EXPECT_TRUE(nodes_back.empty());

  const std::vector<SteadyTime> intents = {SteadyTime::FromMicros(1), SteadyTime::FromMicros(99),
                                           SteadyTime::FromMicros(98)};
  std::vector<SteadyTime> intents_back;
  ASSERT_TRUE(DecodeIntents(EncodeIntents(intents), intents_back));
  EXPECT_EQ(intents_back, intents);

  const std::map<std::string, std::string> labels = {{"tier", "prod"}, {"empty", ""}};
  std::map<std::string, std::string> labels_back;
  ASSERT_TRUE(DecodeLabels(EncodeLabels(labels), labels_back));
  EXPECT_EQ(labels_back, labels);
}

TEST(RowCodecTest, CountsComeBack) {
  core::PlanCounts counts;
  counts.unchanged = 180;
  counts.kept[{core::Change::kAdopt, core::Effect::kStop}] = 2;
  core::PlanCounts counts_back;
  ASSERT_TRUE(DecodePlanCounts(EncodePlanCounts(counts), counts_back));
  EXPECT_EQ(counts_back.kept, counts.kept);
  EXPECT_EQ(counts_back.unchanged, 180);

  store::Run run;
  run.counts[ItemState::kStalled] = 3;
  run.cancel_counts[CallAtCancel::kUnknown] = 4;
  store::Run run_back;
  ASSERT_TRUE(DecodeRunCounts(EncodeRunCounts(run), run_back));
  EXPECT_EQ(run_back.counts, run.counts);
  EXPECT_EQ(run_back.cancel_counts, run.cancel_counts);
}

// A byte lost, added or changed is an error or another value, never a crash or a long loop.
TEST(RowCodecTest, DamagedBytesAreHarmless) {
  core::PlanItem item;
  item.key = {"p", "i"};
  item.fields = {{"f", "a", "b", true}};
  item.policy.emplace();
  item.reason = core::Reason::kHeld;
  const std::string good = EncodePlanItem(item);
  core::PlanItem back;
  ASSERT_TRUE(DecodePlanItem(good, back));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodePlanItem(good.substr(0, size), back)) << size;
  }
  EXPECT_FALSE(DecodePlanItem(good + "x", back));
  SeededRandom random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    bad[random.Next() % bad.size()] = static_cast<char>(random.Next());
    core::PlanItem ignored;
    DecodePlanItem(bad, ignored);
    std::vector<core::Node> nodes;
    DecodeNodes(bad, nodes);
    std::vector<SteadyTime> intents;
    DecodeIntents(bad, intents);
    core::PlanCounts counts;
    DecodePlanCounts(bad, counts);
  }
}

TEST(RowCodecTest, AnotherVersionIsRefused) {
  std::string bytes = EncodeLabels({{"a", "b"}});
  bytes[0] = 2;
  std::map<std::string, std::string> labels;
  EXPECT_FALSE(DecodeLabels(bytes, labels));
}

}  // namespace
}  // namespace quiesce::store
