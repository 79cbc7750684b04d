#include "daemon/store/stored_names.h"

#include <cstddef>
#include <optional>

namespace quiesce::store {
namespace {

template <typename Enum>
struct Named {
  Enum value;
  std::string_view name;
};

constexpr Named<core::Enforcement> kEnforcements[] = {
    {core::Enforcement::kObserve, "observe"},
    {core::Enforcement::kOnce, "once"},
    {core::Enforcement::kContinuous, "continuous"},
};
constexpr Named<core::Authority::Kind> kAuthorityKinds[] = {
    {core::Authority::Kind::kPlan, "plan"},
    {core::Authority::Kind::kDirect, "direct"},
};
constexpr Named<core::CallClass> kCallClasses[] = {
    {core::CallClass::kNone, "none"},
    {core::CallClass::kAccepted, "accepted"},
    {core::CallClass::kAlreadyInState, "already_in_state"},
    {core::CallClass::kBlocked, "blocked"},
    {core::CallClass::kThrottled, "throttled"},
    {core::CallClass::kAuth, "auth"},
    {core::CallClass::kForbidden, "forbidden"},
    {core::CallClass::kNotFound, "not_found"},
    {core::CallClass::kTransient, "transient"},
    {core::CallClass::kUnknown, "unknown"},
    {core::CallClass::kPermanent, "permanent"},
    {core::CallClass::kMalformed, "malformed"},
};
constexpr Named<core::Outcome> kOutcomes[] = {
    {core::Outcome::kNone, "none"},         {core::Outcome::kOpen, "open"},
    {core::Outcome::kNotSent, "not_sent"},  {core::Outcome::kAccepted, "accepted"},
    {core::Outcome::kRejected, "rejected"}, {core::Outcome::kUnknown, "unknown"},
};
constexpr Named<core::PowerState> kPowerStates[] = {
    {core::PowerState::kUnknown, "unknown"},         {core::PowerState::kRunning, "running"},
    {core::PowerState::kStopping, "stopping"},       {core::PowerState::kStopped, "stopped"},
    {core::PowerState::kPartial, "partial"},         {core::PowerState::kBusy, "busy"},
    {core::PowerState::kUnavailable, "unavailable"},
};
constexpr Named<core::Presence> kPresences[] = {
    {core::Presence::kNever, "never"},
    {core::Presence::kPresent, "present"},
    {core::Presence::kMissing, "missing"},
    {core::Presence::kSuspect, "suspect"},
};
constexpr Named<core::HoldScope> kHoldScopes[] = {
    {core::HoldScope::kInstance, "instance"},
    {core::HoldScope::kWorkspace, "workspace"},
    {core::HoldScope::kProject, "project"},
    {core::HoldScope::kFleet, "fleet"},
};
constexpr Named<core::Change> kChanges[] = {
    {core::Change::kNone, "none"},       {core::Change::kAdopt, "adopt"},
    {core::Change::kUpdate, "update"},   {core::Change::kMove, "move"},
    {core::Change::kRelease, "release"},
};
constexpr Named<core::Effect> kEffects[] = {
    {core::Effect::kNone, "none"},
    {core::Effect::kStop, "stop"},
    {core::Effect::kBlocked, "blocked"},
    {core::Effect::kUnknown, "unknown"},
};
constexpr Named<WriterKind> kWriterKinds[] = {
    {WriterKind::kDeclared, "declared"},
    {WriterKind::kDirect, "direct"},
};
constexpr Named<RunState> kRunStates[] = {
    {RunState::kApplying, "applying"},
    {RunState::kRunning, "running"},
    {RunState::kCancelling, "cancelling"},
    {RunState::kCancelled, "cancelled"},
    {RunState::kDone, "done"},
};
constexpr Named<ItemState> kItemStates[] = {
    {ItemState::kPending, "pending"},
    {ItemState::kConverged, "converged"},
    {ItemState::kBlocked, "blocked"},
    {ItemState::kStalled, "stalled"},
    {ItemState::kGone, "gone"},
    {ItemState::kSkipped, "skipped"},
    {ItemState::kSuperseded, "superseded"},
    {ItemState::kCancelled, "cancelled"},
};
constexpr Named<CallAtCancel> kCallsAtCancel[] = {
    {CallAtCancel::kNotCancelled, "not_cancelled"},
    {CallAtCancel::kNotCalled, "not_called"},
    {CallAtCancel::kOpen, "open"},
    {CallAtCancel::kAccepted, "accepted"},
    {CallAtCancel::kUnknown, "unknown"},
};

template <typename Enum, size_t N>
constexpr std::string_view Find(const Named<Enum> (&table)[N], Enum value) {
  for (const Named<Enum>& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return "";
}

template <typename Enum, size_t N>
bool Parse(const Named<Enum> (&table)[N], std::string_view name, Enum& value) {
  for (const Named<Enum>& entry : table) {
    if (entry.name != name) continue;
    value = entry.value;
    return true;
  }
  return false;
}

}  // namespace

// The tables have every value of their enum, by the compiler's word where it can give it: a value
// without a name would be written as "" and read as damage.
#define QUIESCE_STORED_NAME(Enum, table)                                 \
  std::string_view StoredName(Enum value) { return Find(table, value); } \
  bool ParseStoredName(std::string_view name, Enum& value) { return Parse(table, name, value); }

QUIESCE_STORED_NAME(core::Enforcement, kEnforcements)
QUIESCE_STORED_NAME(core::Authority::Kind, kAuthorityKinds)
QUIESCE_STORED_NAME(core::CallClass, kCallClasses)
QUIESCE_STORED_NAME(core::Outcome, kOutcomes)
QUIESCE_STORED_NAME(core::PowerState, kPowerStates)
QUIESCE_STORED_NAME(core::Presence, kPresences)
QUIESCE_STORED_NAME(core::HoldScope, kHoldScopes)
QUIESCE_STORED_NAME(core::Change, kChanges)
QUIESCE_STORED_NAME(core::Effect, kEffects)
QUIESCE_STORED_NAME(WriterKind, kWriterKinds)
QUIESCE_STORED_NAME(RunState, kRunStates)
QUIESCE_STORED_NAME(ItemState, kItemStates)
QUIESCE_STORED_NAME(CallAtCancel, kCallsAtCancel)

#undef QUIESCE_STORED_NAME

// Reasons are a closed vocabulary of the API, whose names are frozen already.
std::string_view StoredName(core::Reason value) { return core::ToString(value); }

bool ParseStoredName(std::string_view name, core::Reason& value) {
  const std::optional<core::Reason> reason = core::ReasonFromString(name);
  if (reason) value = *reason;
  return reason.has_value();
}

}  // namespace quiesce::store
