#include "daemon/store/stored_names.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace quiesce::store {
namespace {

// Every value up to `last` has a name of its own that leads back to it, and the next has none.
template <typename Enum>
void ExpectNamed(Enum last) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    const std::string name(StoredName(value));
    EXPECT_NE(name, "") << i;
    EXPECT_TRUE(names.insert(name).second) << name;
    Enum back = last;
    EXPECT_TRUE(ParseStoredName(name, back)) << name;
    EXPECT_EQ(back, value) << name;
  }
  EXPECT_EQ(StoredName(static_cast<Enum>(static_cast<int>(last) + 1)), "")
      << "a value that this test does not know";
  Enum kept = last;
  EXPECT_FALSE(ParseStoredName("no such name", kept));
  EXPECT_EQ(kept, last);
}

TEST(StoredNamesTest, EveryValueHasAName) {
  ExpectNamed(core::Enforcement::kContinuous);
  ExpectNamed(core::Authority::Kind::kDirect);
  ExpectNamed(core::CallClass::kMalformed);
  ExpectNamed(core::Outcome::kUnknown);
  ExpectNamed(core::PowerState::kUnavailable);
  ExpectNamed(core::Presence::kSuspect);
  ExpectNamed(core::HoldScope::kFleet);
  ExpectNamed(core::Change::kRelease);
  ExpectNamed(core::Effect::kUnknown);
  ExpectNamed(WriterKind::kDirect);
  ExpectNamed(RunState::kDone);
  ExpectNamed(ItemState::kCancelled);
  ExpectNamed(CallAtCancel::kUnknown);
}

TEST(StoredNamesTest, EveryReasonHasAName) {
  for (int i = 0; i < core::kReasonCount; ++i) {
    const auto reason = static_cast<core::Reason>(i);
    core::Reason back = core::Reason::kConverged;
    EXPECT_TRUE(ParseStoredName(StoredName(reason), back)) << i;
    EXPECT_EQ(back, reason);
  }
}

}  // namespace
}  // namespace quiesce::store
