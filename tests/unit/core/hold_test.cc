#include "daemon/core/hold.h"

#include <string>

#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1700000000);
const InstanceKey kKey{"project", "instance"};
constexpr std::string_view kWorkspace = "billing";

Hold MakeHold(const std::string& id, HoldScope scope, absl::Duration lasts = absl::Hours(1)) {
  Hold hold;
  hold.id = id;
  hold.scope = scope;
  hold.created = kNow;
  hold.expires = kNow + lasts;
  return hold;
}

Hold OnInstance(const std::string& id, absl::Duration lasts = absl::Hours(1)) {
  Hold hold = MakeHold(id, HoldScope::kInstance, lasts);
  hold.instance = kKey;
  return hold;
}

Hold OnWorkspace(const std::string& id, const std::string& workspace) {
  Hold hold = MakeHold(id, HoldScope::kWorkspace);
  hold.workspace = workspace;
  return hold;
}

Hold OnProject(const std::string& id, const std::string& project) {
  Hold hold = MakeHold(id, HoldScope::kProject);
  hold.project_id = project;
  return hold;
}

std::string StrongestId(const HoldIndex& index, absl::Time now = kNow) {
  const Hold* hold = index.Strongest(kKey, kWorkspace, now);
  return hold == nullptr ? "" : hold->id;
}

TEST(Covers, AnInstanceHoldTheVeryInstance) {
  const Hold hold = OnInstance("h");
  EXPECT_TRUE(Covers(hold, kKey, kWorkspace));
  EXPECT_TRUE(Covers(hold, kKey, ""));
  EXPECT_FALSE(Covers(hold, InstanceKey{"project", "other"}, kWorkspace));
  EXPECT_FALSE(Covers(hold, InstanceKey{"other", "instance"}, kWorkspace));
}

TEST(Covers, AWorkspaceHoldTheInstancesThatItDeclares) {
  EXPECT_TRUE(Covers(OnWorkspace("h", "billing"), kKey, "billing"));
  EXPECT_FALSE(Covers(OnWorkspace("h", "billing"), kKey, "risk"));
  EXPECT_FALSE(Covers(OnWorkspace("h", "billing"), kKey, ""));
  EXPECT_FALSE(Covers(OnWorkspace("h", ""), kKey, "")) << "undeclared is not a workspace";
}

TEST(Covers, AProjectHoldItsInstancesAndAFreezeAll) {
  EXPECT_TRUE(Covers(OnProject("h", "project"), kKey, kWorkspace));
  EXPECT_FALSE(Covers(OnProject("h", "other"), kKey, kWorkspace));
  EXPECT_TRUE(Covers(MakeHold("h", HoldScope::kFleet), kKey, kWorkspace));
  EXPECT_TRUE(Covers(MakeHold("h", HoldScope::kFleet), kKey, ""));
}

TEST(Hold, IsInForceUntilItExpiresOrIsEnded) {
  Hold hold = OnInstance("h");
  EXPECT_TRUE(hold.InForce(kNow));
  EXPECT_TRUE(hold.InForce(hold.expires - absl::Nanoseconds(1)));
  EXPECT_FALSE(hold.InForce(hold.expires));
  hold.ended = kNow + absl::Minutes(5);
  EXPECT_TRUE(hold.InForce(kNow));
  EXPECT_FALSE(hold.InForce(kNow + absl::Minutes(5)));
}

TEST(HoldIndex, FindsNothingWhereNothingCovers) {
  HoldIndex index;
  EXPECT_EQ(StrongestId(index), "");
  index.Put(OnProject("a", "other"));
  index.Put(OnWorkspace("b", "other"));
  EXPECT_EQ(StrongestId(index), "");
}

TEST(HoldIndex, AFreezeComesBeforeAHoldThatLastsLonger) {
  HoldIndex index;
  index.Put(OnInstance("a", absl::Hours(9)));
  index.Put(MakeHold("b", HoldScope::kFleet, absl::Hours(1)));
  EXPECT_EQ(StrongestId(index), "b");
}

TEST(HoldIndex, OfTheOthersTheOneThatLastsLongestIsTheStrongest) {
  HoldIndex index;
  index.Put(OnInstance("a", absl::Hours(2)));
  index.Put(OnInstance("b", absl::Hours(3)));
  index.Put(OnProject("c", "project"));
  index.Put(OnWorkspace("d", "billing"));
  EXPECT_EQ(StrongestId(index), "b");
}

TEST(HoldIndex, EquallyStrongOnesAreTakenInTheOrderOfTheirIds) {
  HoldIndex index;
  index.Put(OnProject("b", "project"));
  index.Put(OnInstance("a"));
  index.Put(OnWorkspace("c", "billing"));
  EXPECT_EQ(StrongestId(index), "a");
}

TEST(HoldIndex, AHoldThatIsOverGivesWayToTheNext) {
  HoldIndex index;
  index.Put(MakeHold("a", HoldScope::kFleet, absl::Hours(1)));
  index.Put(OnInstance("b", absl::Hours(2)));
  EXPECT_EQ(StrongestId(index, kNow + absl::Minutes(59)), "a");
  EXPECT_EQ(StrongestId(index, kNow + absl::Hours(1)), "b");
  EXPECT_EQ(StrongestId(index, kNow + absl::Hours(2)), "");
}

TEST(HoldIndex, PutReplacesTheHoldOfTheSameId) {
  HoldIndex index;
  index.Put(OnInstance("a", absl::Hours(1)));
  index.Put(OnInstance("a", absl::Hours(5)));  // extended
  EXPECT_EQ(index.all().size(), 1u);
  EXPECT_EQ(index.Strongest(kKey, kWorkspace, kNow)->expires, kNow + absl::Hours(5));
}

TEST(HoldIndex, PutOfAnEndedHoldDropsIt) {
  HoldIndex index;
  Hold hold = OnInstance("a");
  index.Put(hold);
  hold.ended = kNow;
  index.Put(hold);
  EXPECT_TRUE(index.all().empty());
  index.Put(hold);
  EXPECT_TRUE(index.all().empty());
}

TEST(HoldIndex, ListsWhatIsInForce) {
  HoldIndex index;
  index.Put(OnInstance("a", absl::Hours(1)));
  index.Put(OnProject("b", "other"));
  index.Put(OnInstance("c", absl::Hours(3)));
  ASSERT_EQ(index.InForce(kNow).size(), 3u);
  ASSERT_EQ(index.InForce(kNow + absl::Hours(1)).size(), 1u);
  EXPECT_EQ(index.InForce(kNow + absl::Hours(1))[0]->id, "c");
  index.Clear();
  EXPECT_TRUE(index.InForce(kNow).empty());
}

}  // namespace
}  // namespace quiesce::core
