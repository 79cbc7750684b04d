#include "daemon/rpc/convert_enum.h"

#include <array>
#include <string>
#include <string_view>

#include "daemon/base/limits.h"

namespace quiesce::rpc {
namespace {

// The core's names are the API's without their prefix, so the map is made from the names.
template <typename Proto, size_t kCount, typename Core>
std::array<Proto, kCount> MapByName(std::string_view prefix,
                                    bool (*parse)(const std::string&, Proto*)) {
  std::array<Proto, kCount> map{};
  for (size_t i = 0; i < kCount; ++i) {
    const std::string_view name = core::ToString(static_cast<Core>(i));
    Proto value{};
    if (parse(std::string(prefix) + std::string(name), &value)) map[i] = value;
  }
  return map;
}

bool ParsePhase(const std::string& name, v1::Phase* phase) { return v1::Phase_Parse(name, phase); }

bool ParseReason(const std::string& name, v1::Reason* reason) {
  return v1::Reason_Parse(name, reason);
}

}  // namespace

v1::Phase ToProto(core::Phase phase) {
  static const auto map =
      MapByName<v1::Phase, core::kPhaseCount, core::Phase>("PHASE_", &ParsePhase);
  return map[static_cast<size_t>(phase)];
}

v1::Reason ToProto(core::Reason reason) {
  static const auto map =
      MapByName<v1::Reason, core::kReasonCount, core::Reason>("REASON_", &ParseReason);
  return map[static_cast<size_t>(reason)];
}

v1::Needs ToProto(core::Needs needs) {
  switch (needs) {
    case core::Needs::kNobody:
      return v1::NEEDS_NOBODY;
    case core::Needs::kOperator:
      return v1::NEEDS_OPERATOR;
    case core::Needs::kOwner:
      return v1::NEEDS_OWNER;
    case core::Needs::kCloud:
      return v1::NEEDS_CLOUD;
  }
  return v1::NEEDS_UNSPECIFIED;
}

v1::Action ToProto(core::Action action) {
  switch (action) {
    case core::Action::kNone:
      return v1::ACTION_NONE;
    case core::Action::kCall:
      return v1::ACTION_CALL;
    case core::Action::kLook:
      return v1::ACTION_LOOK;
    case core::Action::kLatch:
      return v1::ACTION_LATCH;
  }
  return v1::ACTION_UNSPECIFIED;
}

v1::Change ToProto(core::Change change) {
  switch (change) {
    case core::Change::kNone:
      return v1::CHANGE_NONE;
    case core::Change::kAdopt:
      return v1::CHANGE_ADOPT;
    case core::Change::kUpdate:
      return v1::CHANGE_UPDATE;
    case core::Change::kMove:
      return v1::CHANGE_MOVE;
    case core::Change::kRelease:
      return v1::CHANGE_RELEASE;
  }
  return v1::CHANGE_UNSPECIFIED;
}

v1::Effect ToProto(core::Effect effect) {
  switch (effect) {
    case core::Effect::kNone:
      return v1::EFFECT_NONE;
    case core::Effect::kStop:
      return v1::EFFECT_STOP;
    case core::Effect::kBlocked:
      return v1::EFFECT_BLOCKED;
    case core::Effect::kUnknown:
      return v1::EFFECT_UNKNOWN;
  }
  return v1::EFFECT_UNSPECIFIED;
}

v1::Enforcement ToProto(core::Enforcement enforcement) {
  switch (enforcement) {
    case core::Enforcement::kObserve:
      return v1::ENFORCEMENT_OBSERVE;
    case core::Enforcement::kOnce:
      return v1::ENFORCEMENT_ONCE;
    case core::Enforcement::kContinuous:
      return v1::ENFORCEMENT_CONTINUOUS;
  }
  return v1::ENFORCEMENT_UNSPECIFIED;
}

v1::WriterKind ToProto(store::WriterKind kind) {
  return kind == store::WriterKind::kDeclared ? v1::WRITER_KIND_DECLARED : v1::WRITER_KIND_DIRECT;
}

v1::AuthorityKind ToProto(core::Authority::Kind kind) {
  return kind == core::Authority::Kind::kPlan ? v1::AUTHORITY_KIND_PLAN : v1::AUTHORITY_KIND_DIRECT;
}

v1::RunState ToProto(store::RunState state) {
  switch (state) {
    case store::RunState::kApplying:
      return v1::RUN_STATE_APPLYING;
    case store::RunState::kRunning:
      return v1::RUN_STATE_RUNNING;
    case store::RunState::kCancelling:
      return v1::RUN_STATE_CANCELLING;
    case store::RunState::kCancelled:
      return v1::RUN_STATE_CANCELLED;
    case store::RunState::kDone:
      return v1::RUN_STATE_DONE;
  }
  return v1::RUN_STATE_UNSPECIFIED;
}

v1::RunItemState ToProto(store::ItemState state) {
  switch (state) {
    case store::ItemState::kPending:
      return v1::RUN_ITEM_STATE_PENDING;
    case store::ItemState::kConverged:
      return v1::RUN_ITEM_STATE_CONVERGED;
    case store::ItemState::kBlocked:
      return v1::RUN_ITEM_STATE_BLOCKED;
    case store::ItemState::kStalled:
      return v1::RUN_ITEM_STATE_STALLED;
    case store::ItemState::kGone:
      return v1::RUN_ITEM_STATE_GONE;
    case store::ItemState::kSkipped:
      return v1::RUN_ITEM_STATE_SKIPPED;
    case store::ItemState::kSuperseded:
      return v1::RUN_ITEM_STATE_SUPERSEDED;
    case store::ItemState::kCancelled:
      return v1::RUN_ITEM_STATE_CANCELLED;
  }
  return v1::RUN_ITEM_STATE_UNSPECIFIED;
}

v1::ObservationMode ToProto(core::ObservationMode mode) {
  switch (mode) {
    case core::ObservationMode::kList:
      return v1::OBSERVATION_MODE_LIST;
    case core::ObservationMode::kNone:
      return v1::OBSERVATION_MODE_NONE;
    case core::ObservationMode::kUnconfigured:
      break;
  }
  return v1::OBSERVATION_MODE_UNSPECIFIED;
}

v1::AttemptOutcome ToProto(core::Outcome outcome) {
  switch (outcome) {
    case core::Outcome::kNone:
    case core::Outcome::kOpen:
      break;
    case core::Outcome::kNotSent:
      return v1::ATTEMPT_OUTCOME_NOT_SENT;
    case core::Outcome::kAccepted:
      return v1::ATTEMPT_OUTCOME_ACCEPTED;
    case core::Outcome::kRejected:
      return v1::ATTEMPT_OUTCOME_REJECTED;
    case core::Outcome::kUnknown:
      return v1::ATTEMPT_OUTCOME_UNKNOWN;
  }
  return v1::ATTEMPT_OUTCOME_UNSPECIFIED;
}

v1::ErrorClass ToProto(core::CallClass call_class) {
  switch (call_class) {
    case core::CallClass::kNone:
    case core::CallClass::kAccepted:
      break;
    case core::CallClass::kAlreadyInState:
      return v1::ERROR_CLASS_ALREADY_IN_STATE;
    case core::CallClass::kBlocked:
      return v1::ERROR_CLASS_BLOCKED;
    case core::CallClass::kThrottled:
      return v1::ERROR_CLASS_THROTTLED;
    case core::CallClass::kAuth:
      return v1::ERROR_CLASS_AUTH;
    case core::CallClass::kForbidden:
      return v1::ERROR_CLASS_FORBIDDEN;
    case core::CallClass::kNotFound:
      return v1::ERROR_CLASS_NOT_FOUND;
    case core::CallClass::kTransient:
      return v1::ERROR_CLASS_TRANSIENT;
    case core::CallClass::kUnknown:
      return v1::ERROR_CLASS_UNKNOWN;
    case core::CallClass::kPermanent:
      return v1::ERROR_CLASS_PERMANENT;
    case core::CallClass::kMalformed:
      return v1::ERROR_CLASS_MALFORMED;
  }
  return v1::ERROR_CLASS_UNSPECIFIED;
}

v1::PowerState ToProto(core::PowerState state) {
  switch (state) {
    case core::PowerState::kUnknown:
      return v1::POWER_STATE_UNKNOWN;
    case core::PowerState::kRunning:
      return v1::POWER_STATE_RUNNING;
    case core::PowerState::kStopping:
      return v1::POWER_STATE_STOPPING;
    case core::PowerState::kStopped:
      return v1::POWER_STATE_STOPPED;
    case core::PowerState::kPartial:
      return v1::POWER_STATE_PARTIAL;
    case core::PowerState::kBusy:
      return v1::POWER_STATE_BUSY;
    case core::PowerState::kUnavailable:
      return v1::POWER_STATE_UNAVAILABLE;
  }
  return v1::POWER_STATE_UNSPECIFIED;
}

v1::PowerState ToProto(const core::Observation& seen) {
  if (seen.presence == core::Presence::kMissing &&
      seen.missing_lists >= limits::kListsUntilAbsent) {
    return v1::POWER_STATE_ABSENT;
  }
  // Shown by a list once, as it was then.
  const bool ever_seen = seen.presence == core::Presence::kPresent || !seen.shown_at.is_never();
  return ever_seen ? ToProto(seen.state) : v1::POWER_STATE_UNSPECIFIED;
}

std::optional<core::Enforcement> FromProto(v1::Enforcement enforcement) {
  switch (enforcement) {
    case v1::ENFORCEMENT_OBSERVE:
      return core::Enforcement::kObserve;
    case v1::ENFORCEMENT_ONCE:
      return core::Enforcement::kOnce;
    case v1::ENFORCEMENT_CONTINUOUS:
      return core::Enforcement::kContinuous;
    default:
      return std::nullopt;
  }
}

}  // namespace quiesce::rpc
