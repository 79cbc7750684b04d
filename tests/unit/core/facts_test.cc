#include "daemon/core/facts.h"

#include <set>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

InstanceRecord Declared(const std::string& uid, int64_t generation) {
  InstanceRecord record;
  record.desired.emplace();
  record.desired->uid = uid;
  record.desired->generation = generation;
  return record;
}

TEST(Etag, IsEmptyForAnUndeclaredInstance) { EXPECT_EQ(EtagOf(InstanceRecord()), ""); }

TEST(Etag, ChangesWithEveryAdoptionAndGeneration) {
  const std::string uid = "0123456789abcdef0123456789abcdef";
  const std::string other = "1123456789abcdef0123456789abcdef";
  std::set<std::string> etags;
  for (const std::string& u : {uid, other}) {
    for (int64_t generation : {1, 2, 11, 112}) {
      EXPECT_TRUE(etags.insert(EtagOf(Declared(u, generation))).second) << u << generation;
    }
  }
}

TEST(Etag, DoesNotChangeWithAnythingElse) {
  InstanceRecord record = Declared("0123456789abcdef0123456789abcdef", 3);
  const std::string etag = EtagOf(record);
  record.revision = 99;
  record.attempt.outcome = Outcome::kAccepted;
  record.observation.state = PowerState::kStopped;
  record.history.stopped_generation = 3;
  record.desired->authority.principal = "someone else";
  EXPECT_EQ(EtagOf(record), etag);
}

TEST(Etag, ToleratesAShortUid) { EXPECT_EQ(EtagOf(Declared("ab", 3)), "ab-3"); }

TEST(InstanceKey, IsComparedByProjectThenInstance) {
  const InstanceKey a{"p1", "i2"};
  EXPECT_EQ(a, (InstanceKey{"p1", "i2"}));
  EXPECT_NE(a, (InstanceKey{"p1", "i1"}));
  EXPECT_NE(a, (InstanceKey{"p2", "i2"}));
  EXPECT_LT((InstanceKey{"p1", "i9"}), (InstanceKey{"p2", "i0"}));
  EXPECT_LT((InstanceKey{"p1", "i1"}), a);
  EXPECT_NE(a, (InstanceKey{"P1", "i2"})) << "ids are compared exactly";
  // The border between the two parts counts.
  EXPECT_NE((InstanceKey{"ab", "c"}), (InstanceKey{"a", "bc"}));
}

TEST(Policy, DiffersByEachField) {
  const Policy policy;
  EXPECT_EQ(policy, Policy());
  Policy other = policy;
  other.enforcement = Enforcement::kOnce;
  EXPECT_NE(policy, other);
  other = policy;
  other.start_grace = absl::Minutes(1);
  EXPECT_NE(policy, other);
  other = policy;
  other.is_protected = true;
  EXPECT_NE(policy, other);
  other = policy;
  other.asserted_name = "x";
  EXPECT_NE(policy, other);
}

TEST(ProjectFreshness, CountsOnlyListsOfThisProcess) {
  ProjectFreshness freshness;
  EXPECT_FALSE(freshness.listed_since_start());
  freshness.last_seq = 7;
  freshness.process_floor_seq = 7;
  EXPECT_FALSE(freshness.listed_since_start()) << "the list of the process before";
  freshness.last_seq = 8;
  EXPECT_TRUE(freshness.listed_since_start());
}

}  // namespace
}  // namespace quiesce::core
