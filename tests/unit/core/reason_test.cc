#include "daemon/core/reason.h"

#include <map>
#include <set>
#include <string_view>

#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

Reason ReasonAt(int i) { return static_cast<Reason>(i); }
Phase PhaseAt(int i) { return static_cast<Phase>(i); }

bool IsUpperSnake(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string_view::npos;
}

TEST(Reason, EveryValueHasANameOfItsOwnThatReadsBack) {
  std::set<std::string_view> names;
  for (int i = 0; i < kReasonCount; ++i) {
    const std::string_view name = ToString(ReasonAt(i));
    EXPECT_TRUE(IsUpperSnake(name)) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_EQ(ReasonFromString(name), ReasonAt(i)) << name;
  }
}

TEST(Phase, EveryValueHasANameOfItsOwnThatReadsBack) {
  std::set<std::string_view> names;
  for (int i = 0; i < kPhaseCount; ++i) {
    const std::string_view name = ToString(PhaseAt(i));
    EXPECT_TRUE(IsUpperSnake(name)) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_EQ(PhaseFromString(name), PhaseAt(i)) << name;
  }
}

TEST(Reason, NamesAreThoseOfTheApi) {
  EXPECT_EQ(ToString(Reason::kUnmanaged), "UNMANAGED");
  EXPECT_EQ(ToString(Reason::kNameMismatch), "NAME_MISMATCH");
  EXPECT_EQ(ToString(Reason::kCallInFlight), "CALL_IN_FLIGHT");
  EXPECT_EQ(ToString(Reason::kNotObservable), "NOT_OBSERVABLE");
  EXPECT_EQ(ToString(Phase::kStopped), "STOPPED");
  EXPECT_EQ(ToString(Phase::kUnknown), "UNKNOWN");
}

TEST(Reason, OtherTextsAreNoReasonAndNoPhase) {
  for (const std::string_view text : {"", "held", "HELD ", " HELD", "HEL", "UNSPECIFIED"}) {
    EXPECT_FALSE(ReasonFromString(text)) << text;
    EXPECT_FALSE(PhaseFromString(text)) << text;
  }
}

TEST(Needs, EveryReasonSaysWhoMustAct) {
  const std::map<Reason, Needs> somebody = {
      {Reason::kNameMismatch, Needs::kOwner},
      {Reason::kNotListed, Needs::kOwner},
      {Reason::kRepeatedFailure, Needs::kOperator},
      {Reason::kForbidden, Needs::kOperator},
      {Reason::kPermanentError, Needs::kOperator},
      {Reason::kSuspectList, Needs::kOperator},
      {Reason::kCloudStateUnknown, Needs::kOperator},
      {Reason::kPartialStuck, Needs::kOperator},
      {Reason::kNotObservable, Needs::kOperator},
      {Reason::kProjectNotConfigured, Needs::kOperator},
      {Reason::kListRefused, Needs::kOperator},
      {Reason::kEndpointDown, Needs::kCloud},
      {Reason::kStuck, Needs::kCloud},
      {Reason::kBusyLong, Needs::kCloud},
      {Reason::kCloudUnavailable, Needs::kCloud},
  };
  for (int i = 0; i < kReasonCount; ++i) {
    const auto row = somebody.find(ReasonAt(i));
    EXPECT_EQ(NeedsOf(ReasonAt(i)), row == somebody.end() ? Needs::kNobody : row->second)
        << ToString(ReasonAt(i));
  }
}

TEST(BlocksRun, OnlySomebodysWordAgainstTheCallDoes) {
  const std::set<Reason> blocking = {Reason::kProtected, Reason::kHeld, Reason::kFrozen,
                                     Reason::kNameMismatch, Reason::kReportOnly};
  for (int i = 0; i < kReasonCount; ++i) {
    EXPECT_EQ(BlocksRun(ReasonAt(i)), blocking.count(ReasonAt(i)) == 1) << ToString(ReasonAt(i));
  }
}

TEST(NeedsAndAction, HaveNames) {
  EXPECT_EQ(ToString(Needs::kNobody), "NOBODY");
  EXPECT_EQ(ToString(Needs::kOperator), "OPERATOR");
  EXPECT_EQ(ToString(Needs::kOwner), "OWNER");
  EXPECT_EQ(ToString(Needs::kCloud), "CLOUD");
  EXPECT_EQ(ToString(Action::kNone), "NONE");
  EXPECT_EQ(ToString(Action::kCall), "CALL");
  EXPECT_EQ(ToString(Action::kLook), "LOOK");
  EXPECT_EQ(ToString(Action::kLatch), "LATCH");
}

}  // namespace
}  // namespace quiesce::core
