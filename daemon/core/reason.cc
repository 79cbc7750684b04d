#include "daemon/core/reason.h"

#include <cstddef>
#include <iterator>

namespace quiesce::core {
namespace {

struct PhaseRow {
  Phase phase;
  std::string_view name;
};

constexpr PhaseRow kPhases[] = {
    {Phase::kUnmanaged, "UNMANAGED"}, {Phase::kPending, "PENDING"}, {Phase::kWaiting, "WAITING"},
    {Phase::kStopping, "STOPPING"},   {Phase::kStopped, "STOPPED"}, {Phase::kDrifted, "DRIFTED"},
    {Phase::kRetrying, "RETRYING"},   {Phase::kStalled, "STALLED"}, {Phase::kGone, "GONE"},
    {Phase::kUnknown, "UNKNOWN"},
};

struct ReasonRow {
  Reason reason;
  std::string_view name;
  Needs needs;
  bool blocks_run = false;
};

constexpr ReasonRow kReasons[] = {
    {Reason::kUnmanaged, "UNMANAGED", Needs::kNobody},
    {Reason::kConverged, "CONVERGED", Needs::kNobody},
    {Reason::kAssumed, "ASSUMED", Needs::kNobody},
    {Reason::kAwaitingLook, "AWAITING_LOOK", Needs::kNobody},
    {Reason::kCallDue, "CALL_DUE", Needs::kNobody},
    {Reason::kCallInFlight, "CALL_IN_FLIGHT", Needs::kNobody},
    {Reason::kAccepted, "ACCEPTED", Needs::kNobody},
    {Reason::kOutcomeUnknown, "OUTCOME_UNKNOWN", Needs::kNobody},
    {Reason::kStopping, "STOPPING", Needs::kNobody},
    {Reason::kStuck, "STUCK", Needs::kCloud},
    {Reason::kStartGrace, "START_GRACE", Needs::kNobody},
    {Reason::kReportOnly, "REPORT_ONLY", Needs::kNobody, true},
    {Reason::kProtected, "PROTECTED", Needs::kNobody, true},
    {Reason::kHeld, "HELD", Needs::kNobody, true},
    {Reason::kFrozen, "FROZEN", Needs::kNobody, true},
    {Reason::kNameMismatch, "NAME_MISMATCH", Needs::kOwner, true},
    {Reason::kBusy, "BUSY", Needs::kNobody},
    {Reason::kBusyLong, "BUSY_LONG", Needs::kCloud},
    {Reason::kCloudUnavailable, "CLOUD_UNAVAILABLE", Needs::kCloud},
    {Reason::kCloudStateUnknown, "CLOUD_STATE_UNKNOWN", Needs::kOperator},
    {Reason::kStale, "STALE", Needs::kNobody},  // a list usually comes by itself
    {Reason::kBackoff, "BACKOFF", Needs::kNobody},
    {Reason::kRepeatedFailure, "REPEATED_FAILURE", Needs::kOperator},
    {Reason::kForbidden, "FORBIDDEN", Needs::kOperator},
    {Reason::kPermanentError, "PERMANENT_ERROR", Needs::kOperator},
    {Reason::kThrottled, "THROTTLED", Needs::kNobody},
    {Reason::kCallBudget, "CALL_BUDGET", Needs::kNobody},
    {Reason::kPartialStuck, "PARTIAL_STUCK", Needs::kOperator},
    {Reason::kMissing, "MISSING", Needs::kNobody},
    {Reason::kNotListed, "NOT_LISTED", Needs::kOwner},
    {Reason::kSuspectList, "SUSPECT_LIST", Needs::kOperator},
    {Reason::kGone, "GONE", Needs::kNobody},
    {Reason::kNotObservable, "NOT_OBSERVABLE", Needs::kOperator},
    {Reason::kProjectNotConfigured, "PROJECT_NOT_CONFIGURED", Needs::kOperator},
    {Reason::kListRefused, "LIST_REFUSED", Needs::kOperator},
    {Reason::kQuota, "QUOTA", Needs::kNobody},
    {Reason::kEndpointDown, "ENDPOINT_DOWN", Needs::kCloud},
};

// The tables are indexed by the value of the enum.
constexpr bool InOrder() {
  for (size_t i = 0; i < std::size(kPhases); ++i) {
    if (static_cast<size_t>(kPhases[i].phase) != i) return false;
  }
  for (size_t i = 0; i < std::size(kReasons); ++i) {
    if (static_cast<size_t>(kReasons[i].reason) != i) return false;
  }
  return true;
}
static_assert(InOrder());
static_assert(std::size(kReasons) == kReasonCount);
static_assert(std::size(kPhases) == kPhaseCount);

const ReasonRow& RowOf(Reason reason) { return kReasons[static_cast<size_t>(reason)]; }

}  // namespace

std::string_view ToString(Phase phase) { return kPhases[static_cast<size_t>(phase)].name; }

std::string_view ToString(Reason reason) { return RowOf(reason).name; }

std::string_view ToString(Needs needs) {
  switch (needs) {
    case Needs::kNobody:
      return "NOBODY";
    case Needs::kOperator:
      return "OPERATOR";
    case Needs::kOwner:
      return "OWNER";
    case Needs::kCloud:
      return "CLOUD";
  }
  return "NOBODY";
}

std::string_view ToString(Action action) {
  switch (action) {
    case Action::kNone:
      return "NONE";
    case Action::kCall:
      return "CALL";
    case Action::kLook:
      return "LOOK";
    case Action::kLatch:
      return "LATCH";
  }
  return "NONE";
}

std::optional<Phase> PhaseFromString(std::string_view text) {
  for (const PhaseRow& row : kPhases) {
    if (row.name == text) return row.phase;
  }
  return std::nullopt;
}

std::optional<Reason> ReasonFromString(std::string_view text) {
  for (const ReasonRow& row : kReasons) {
    if (row.name == text) return row.reason;
  }
  return std::nullopt;
}

Needs NeedsOf(Reason reason) { return RowOf(reason).needs; }

bool BlocksRun(Reason reason) { return RowOf(reason).blocks_run; }

}  // namespace quiesce::core
