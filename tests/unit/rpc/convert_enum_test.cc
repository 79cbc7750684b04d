#include "daemon/rpc/convert_enum.h"

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/generated_enum_reflection.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

// The names of all values of an API enum but the first, without their prefix.
template <typename Enum>
std::set<std::string> NamesOf(const std::string& prefix) {
  const auto* type = google::protobuf::GetEnumDescriptor<Enum>();
  std::set<std::string> names;
  for (int i = 1; i < type->value_count(); ++i) {
    EXPECT_EQ(type->value(i)->name().substr(0, prefix.size()), prefix);
    names.insert(type->value(i)->name().substr(prefix.size()));
  }
  return names;
}

TEST(ConvertEnum, ReasonsAreTheSameOnBothSides) {
  std::set<std::string> names;
  for (int i = 0; i < core::kReasonCount; ++i) {
    const auto reason = static_cast<core::Reason>(i);
    const std::string name(core::ToString(reason));
    names.insert(name);
    EXPECT_EQ(v1::Reason_Name(ToProto(reason)), "REASON_" + name);
  }
  EXPECT_EQ(names, NamesOf<v1::Reason>("REASON_"));
}

TEST(ConvertEnum, PhasesAreTheSameOnBothSides) {
  std::set<std::string> names;
  for (int i = 0; i < core::kPhaseCount; ++i) {
    const auto phase = static_cast<core::Phase>(i);
    const std::string name(core::ToString(phase));
    names.insert(name);
    EXPECT_EQ(v1::Phase_Name(ToProto(phase)), "PHASE_" + name);
  }
  EXPECT_EQ(names, NamesOf<v1::Phase>("PHASE_"));
}

TEST(ConvertEnum, NeedsActionsChangesAndEffectsHaveTheirNames) {
  for (auto needs :
       {core::Needs::kNobody, core::Needs::kOperator, core::Needs::kOwner, core::Needs::kCloud}) {
    EXPECT_EQ(v1::Needs_Name(ToProto(needs)), "NEEDS_" + std::string(core::ToString(needs)));
  }
  for (auto action :
       {core::Action::kNone, core::Action::kCall, core::Action::kLook, core::Action::kLatch}) {
    EXPECT_EQ(v1::Action_Name(ToProto(action)), "ACTION_" + std::string(core::ToString(action)));
  }
  for (auto change : {core::Change::kNone, core::Change::kAdopt, core::Change::kUpdate,
                      core::Change::kMove, core::Change::kRelease}) {
    EXPECT_EQ(v1::Change_Name(ToProto(change)), "CHANGE_" + std::string(core::ToString(change)));
  }
  for (auto effect :
       {core::Effect::kNone, core::Effect::kStop, core::Effect::kBlocked, core::Effect::kUnknown}) {
    EXPECT_EQ(v1::Effect_Name(ToProto(effect)), "EFFECT_" + std::string(core::ToString(effect)));
  }
  EXPECT_EQ(NamesOf<v1::Needs>("NEEDS_").size(), 4u);
  EXPECT_EQ(NamesOf<v1::Action>("ACTION_").size(), 4u);
  EXPECT_EQ(NamesOf<v1::Change>("CHANGE_").size(), 5u);
  EXPECT_EQ(NamesOf<v1::Effect>("EFFECT_").size(), 4u);
}

// Values 0 to `count` - 1 of a core or store enum cover every value of the API's but UNSPECIFIED.
template <typename Core, typename Proto>
void ExpectOntoAll(int count, const std::string& prefix) {
  std::set<std::string> reached;
  for (int i = 0; i < count; ++i) {
    const auto* type = google::protobuf::GetEnumDescriptor<Proto>();
    const Proto value = ToProto(static_cast<Core>(i));
    if (value == 0) continue;
    EXPECT_TRUE(
        reached.insert(type->FindValueByNumber(value)->name().substr(prefix.size())).second);
  }
  EXPECT_EQ(reached, NamesOf<Proto>(prefix));
}

TEST(ConvertEnum, TheOthersReachEveryValueOnce) {
  ExpectOntoAll<core::Enforcement, v1::Enforcement>(3, "ENFORCEMENT_");
  ExpectOntoAll<store::WriterKind, v1::WriterKind>(2, "WRITER_KIND_");
  ExpectOntoAll<core::Authority::Kind, v1::AuthorityKind>(2, "AUTHORITY_KIND_");
  ExpectOntoAll<store::RunState, v1::RunState>(5, "RUN_STATE_");
  ExpectOntoAll<store::ItemState, v1::RunItemState>(8, "RUN_ITEM_STATE_");
  ExpectOntoAll<core::ObservationMode, v1::ObservationMode>(3, "OBSERVATION_MODE_");
  ExpectOntoAll<core::Outcome, v1::AttemptOutcome>(6, "ATTEMPT_OUTCOME_");
  ExpectOntoAll<core::CallClass, v1::ErrorClass>(12, "ERROR_CLASS_");
}

TEST(ConvertEnum, EnforcementsComeBack) {
  for (auto enforcement :
       {core::Enforcement::kObserve, core::Enforcement::kOnce, core::Enforcement::kContinuous}) {
    EXPECT_EQ(FromProto(ToProto(enforcement)), enforcement);
  }
  EXPECT_FALSE(FromProto(v1::ENFORCEMENT_UNSPECIFIED));
  EXPECT_FALSE(FromProto(static_cast<v1::Enforcement>(77)));
}

TEST(PowerState, SaysWhatListsShowed) {
  core::Observation seen;
  EXPECT_EQ(ToProto(seen), v1::POWER_STATE_UNSPECIFIED);
  seen.presence = core::Presence::kPresent;
  const std::vector<std::pair<core::PowerState, v1::PowerState>> states = {
      {core::PowerState::kUnknown, v1::POWER_STATE_UNKNOWN},
      {core::PowerState::kRunning, v1::POWER_STATE_RUNNING},
      {core::PowerState::kStopping, v1::POWER_STATE_STOPPING},
      {core::PowerState::kStopped, v1::POWER_STATE_STOPPED},
      {core::PowerState::kPartial, v1::POWER_STATE_PARTIAL},
      {core::PowerState::kBusy, v1::POWER_STATE_BUSY},
      {core::PowerState::kUnavailable, v1::POWER_STATE_UNAVAILABLE}};
  for (const auto& [state, expected] : states) {
    seen.state = state;
    EXPECT_EQ(ToProto(seen), expected);
  }
  // And ABSENT, which is a matter of presence.
  EXPECT_EQ(states.size() + 1, NamesOf<v1::PowerState>("POWER_STATE_").size());
  seen.presence = core::Presence::kMissing;
  seen.state = core::PowerState::kStopped;
  seen.shown_at = SteadyTime::FromMicros(1);
  seen.missing_lists = 2;
  EXPECT_EQ(ToProto(seen), v1::POWER_STATE_STOPPED);
  seen.missing_lists = 3;
  EXPECT_EQ(ToProto(seen), v1::POWER_STATE_ABSENT);
  seen.missing_lists = 1;
  seen.shown_at = SteadyTime::Never();
  EXPECT_EQ(ToProto(seen), v1::POWER_STATE_UNSPECIFIED);
}

}  // namespace
}  // namespace quiesce::rpc
