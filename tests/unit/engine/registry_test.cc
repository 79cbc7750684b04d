#include "daemon/engine/registry.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/random.h"
#include "gtest/gtest.h"

namespace quiesce::engine {
namespace {

constexpr char kProject[] = "0123456789abcdef0123456789abcdef";

core::InstanceKey Key(int n) {
  std::string id = std::to_string(n);
  return {kProject, std::string(32 - id.size(), '0') + id};
}

core::InstanceRecord Observed(int n, int64_t revision) {
  core::InstanceRecord record;
  record.key = Key(n);
  record.revision = revision;
  record.observation.state = core::PowerState::kRunning;
  record.observation.presence = core::Presence::kPresent;
  record.observation.cloud_name = "om-" + std::to_string(n);
  return record;
}

// A row with something else in each field.
core::InstanceRecord Full(SeededRandom& random, int n, int64_t revision) {
  const auto number = [&random] { return static_cast<int64_t>(random.Next() % 1000000) + 1; };
  const auto time = [&] { return SteadyTime::FromMicros(number()); };
  core::InstanceRecord record = Observed(n, revision);
  core::Desired& desired = record.desired.emplace();
  desired.uid = NewId(random);
  desired.generation = number();
  desired.adopted_floor_seq = number();
  desired.floor_seq = number();
  desired.workspace = "workspace-" + std::to_string(random.Next() % 3);
  desired.policy.enforcement = core::Enforcement::kOnce;
  desired.policy.start_grace = absl::Minutes(static_cast<int64_t>(random.Next() % 4));
  desired.policy.is_protected = random.Next() % 2 == 0;
  desired.policy.asserted_name = random.Next() % 2 == 0 ? "" : "om";
  record.attempt.outcome = core::Outcome::kUnknown;
  record.attempt.call_class = core::CallClass::kTransient;
  record.attempt.resolved = random.Next() % 2 == 0;
  record.attempt.generation = number();
  record.attempt.floor_seq = number();
  record.attempt.ended = time();
  record.observation.missing_lists = static_cast<int>(random.Next() % 4);
  record.observation.since = time();
  record.observation.start_seen = time();
  record.observation.list_seq = number();
  record.observation.shown_seq = number();
  record.observation.shown_at = time();
  record.history.failures = static_cast<int>(random.Next() % 10);
  record.history.stopped_generation = number();
  record.history.next_attempt = time();
  for (uint64_t i = random.Next() % 13; i > 0; --i) record.history.intents.push_back(time());
  return record;
}

void ExpectSameForDecisions(const core::InstanceRecord& a, const core::InstanceRecord& b) {
  ASSERT_EQ(a.key, b.key);
  EXPECT_EQ(a.revision, b.revision);
  ASSERT_EQ(a.desired.has_value(), b.desired.has_value());
  if (a.desired) {
    EXPECT_EQ(a.desired->uid, b.desired->uid);
    EXPECT_EQ(a.desired->generation, b.desired->generation);
    EXPECT_EQ(a.desired->adopted_floor_seq, b.desired->adopted_floor_seq);
    EXPECT_EQ(a.desired->floor_seq, b.desired->floor_seq);
    EXPECT_EQ(a.desired->workspace, b.desired->workspace);
    EXPECT_TRUE(a.desired->policy == b.desired->policy);
  }
  EXPECT_EQ(a.attempt.outcome, b.attempt.outcome);
  EXPECT_EQ(a.attempt.call_class, b.attempt.call_class);
  EXPECT_EQ(a.attempt.resolved, b.attempt.resolved);
  EXPECT_EQ(a.attempt.generation, b.attempt.generation);
  EXPECT_EQ(a.attempt.floor_seq, b.attempt.floor_seq);
  EXPECT_EQ(a.attempt.ended, b.attempt.ended);
  EXPECT_EQ(a.observation.state, b.observation.state);
  EXPECT_EQ(a.observation.presence, b.observation.presence);
  EXPECT_EQ(a.observation.missing_lists, b.observation.missing_lists);
  EXPECT_EQ(a.observation.since, b.observation.since);
  EXPECT_EQ(a.observation.start_seen, b.observation.start_seen);
  EXPECT_EQ(a.observation.list_seq, b.observation.list_seq);
  EXPECT_EQ(a.observation.shown_seq, b.observation.shown_seq);
  EXPECT_EQ(a.observation.shown_at, b.observation.shown_at);
  EXPECT_EQ(a.observation.cloud_name, b.observation.cloud_name);
  EXPECT_EQ(a.history.failures, b.history.failures);
  EXPECT_EQ(a.history.stopped_generation, b.history.stopped_generation);
  EXPECT_EQ(a.history.next_attempt, b.history.next_attempt);
  EXPECT_EQ(a.history.intents, b.history.intents);
}

TEST(Registry, GivesBackEverythingThatADecisionNeeds) {
  SeededRandom random(1);
  Registry registry;
  for (int n = 0; n < 200; ++n) {
    const core::InstanceRecord record = Full(random, n % 50, n + 1);
    ExpectSameForDecisions(record, registry.Expand(*registry.Put(record)));
  }
  EXPECT_EQ(registry.size(), 50u);
}

TEST(Registry, TakesADeclarationBack) {
  SeededRandom random(1);
  Registry registry;
  registry.Put(Full(random, 1, 1));
  const Row* row = registry.Put(Observed(1, 2));
  EXPECT_FALSE(row->declared);
  EXPECT_FALSE(registry.Expand(*row).desired.has_value());
  EXPECT_TRUE(registry.Expand(*row).history.intents.empty());
}

TEST(Registry, KeepsTheRowWhereItIs) {
  Registry registry;
  const Row* row = registry.Put(Observed(1, 1));
  for (int n = 2; n < 500; ++n) registry.Put(Observed(n, n));
  core::InstanceRecord renamed = Observed(1, 1000);
  renamed.observation.cloud_name = "a name that is a good deal longer than the one before";
  EXPECT_EQ(registry.Put(renamed), row);
  EXPECT_EQ(registry.Find(Key(1)), row);
}

TEST(Registry, ShowsRowsInTheOrderOfTheirIds) {
  Registry registry;
  for (const int n : {5, 3, 9, 1}) registry.Put(Observed(n, n));
  std::vector<std::string> ids;
  for (const auto& [id, row] : registry.Project(kProject).rows()) ids.emplace_back(id);
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Registry, ShowsWhatChangedInTheOrderOfRevisions) {
  Registry registry;
  for (int n = 1; n <= 4; ++n) registry.Put(Observed(n, n * 10));
  registry.Put(Observed(2, 50));
  const auto ids = [&registry](int64_t after, size_t limit) {
    std::vector<int64_t> revisions;
    for (const Row* row : registry.ChangedSince(after, limit)) revisions.push_back(row->revision);
    return revisions;
  };
  EXPECT_EQ(ids(0, 10), (std::vector<int64_t>{10, 30, 40, 50}));
  EXPECT_EQ(ids(10, 2), (std::vector<int64_t>{30, 40}));
  EXPECT_EQ(ids(50, 10), std::vector<int64_t>());
  EXPECT_EQ(registry.last_revision(), 50);
}

TEST(Registry, RemembersWhatIsForgotten) {
  const SteadyTime then = SteadyTime::FromMicros(1000);
  Registry registry;
  for (int n = 1; n <= 3; ++n) registry.Put(Observed(n, n));
  registry.Forget(Key(1), 4, then);
  registry.Forget(Key(2), 5, then + absl::Hours(1));
  EXPECT_EQ(registry.size(), 1u);
  EXPECT_EQ(registry.Find(Key(1)), nullptr);
  ASSERT_EQ(registry.ForgottenSince(0, 10).size(), 2u);
  EXPECT_EQ(registry.ForgottenSince(4, 10).front().key, Key(2));
  EXPECT_EQ(registry.ForgottenSince(0, 1).size(), 1u);
  EXPECT_EQ(registry.last_revision(), 5);

  registry.PruneTombstones(then + absl::Minutes(1));
  EXPECT_EQ(registry.ForgottenSince(0, 10).size(), 1u);
  EXPECT_EQ(registry.oldest_resumable(), 4) << "a watch from before would miss it";
}

TEST(Registry, ForgetsWhatItNeverKnew) {
  Registry registry;
  registry.Forget(Key(1), 7, SteadyTime());
  EXPECT_EQ(registry.size(), 0u);
  EXPECT_EQ(registry.ForgottenSince(0, 10).size(), 1u);
}

TEST(Registry, TellsNodesApart) {
  const core::Node node{"om-1", "ACTIVE", "NO_TASK", ""};
  const auto with = [&node](auto change) {
    core::Node other = node;
    change(other);
    return DigestNodes({other});
  };
  const uint64_t digest = DigestNodes({node});
  EXPECT_EQ(digest, DigestNodes({node}));
  EXPECT_NE(digest, DigestNodes({}));
  EXPECT_NE(digest, DigestNodes({node, node}));
  EXPECT_NE(digest, with([](core::Node& n) { n.name = "om-2"; }));
  EXPECT_NE(digest, with([](core::Node& n) { n.status = "SHUTOFF"; }));
  EXPECT_NE(digest, with([](core::Node& n) { n.task_status = "powering-off"; }));
  EXPECT_NE(digest, with([](core::Node& n) { n.scene = "ARREAR"; }));
}

// At most 300 bytes an instance, without what the allocator adds (daemon/ARCHITECTURE.md). Ids have
// 32 or 36 characters, names as in the cloud's own example; a length of two bytes comes before
// each.
TEST(Registry, SpendsAtMostThreeHundredBytesOnAnInstance) {
  const size_t id = 2 + 36;
  const size_t name = 2 + std::string("DBSS-OM0819").size();
  const size_t in_the_index = sizeof(std::string_view) + sizeof(std::unique_ptr<Row>);
  EXPECT_LE(sizeof(Row) + id + name + in_the_index, 300u);
}

}  // namespace
}  // namespace quiesce::engine
