#include "daemon/rpc/summary.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/core/names.h"
#include "daemon/core/power_state.h"
#include "daemon/rpc/list_refusal.h"

namespace quiesce::rpc {
namespace {

const core::Hold* HoldOn(const InstanceView& view) {
  return view.around.holds.Strongest(view.record.key, view.record.desired->workspace,
                                     view.now.wall);
}

std::string HoldWords(const InstanceView& view) {
  const core::Hold* hold = HoldOn(view);
  if (hold == nullptr) return "";
  return absl::StrCat(": ", hold->reason, " (", hold->owner, ")");
}

// The cloud's own words about the last call, if they are known here.
std::string CloudWords(const InstanceView& view) {
  const core::Attempt& attempt = view.record.attempt;
  std::string words;
  if (attempt.http_status != 0) absl::StrAppend(&words, ": HTTP ", attempt.http_status);
  if (!attempt.error_code.empty()) absl::StrAppend(&words, " ", attempt.error_code);
  return words;
}

// The raw state of the nodes, if it is known here.
std::string NodeWords(const InstanceView& view) {
  const auto& nodes = view.record.observation.nodes;
  if (nodes.empty()) return "";
  const core::Node& node = nodes.front();
  std::string words =
      absl::StrCat(" (", node.status, node.task_status.empty() ? "" : " / ", node.task_status);
  if (!node.scene.empty()) absl::StrAppend(&words, ", scene ", node.scene);
  return words + ")";
}

std::string Failures(const InstanceView& view) {
  const int failures = view.record.history.failures;
  return failures == 1 ? "the last stop failed" : absl::StrCat(failures, " stops in a row failed");
}

// What keeps a call back is told of an instance that runs, as far as anybody knows.
std::string_view StateWords(const InstanceView& view) {
  const bool listed = view.around.settings.mode == core::ObservationMode::kList;
  return listed ? "running" : "not known to be off";
}

// How it will be known what came of a call that was not clearly answered.
std::string OutcomeWords(const InstanceView& view) {
  if (view.around.settings.mode == core::ObservationMode::kList) return "; a list will tell";
  return absl::StrCat("; its project cannot be looked at, so it is sent again, ",
                      limits::kUnobservedCallsUntilStalled, " times in all");
}

std::string NameWords(const InstanceView& view) {
  return absl::StrCat("declared as ", core::Quoted(view.record.desired->policy.asserted_name),
                      ", but the cloud calls it ", core::Quoted(view.record.observation.cloud_name),
                      "; perhaps it is the wrong instance, so it is left alone");
}

std::string GraceWords(const InstanceView& view) {
  return absl::StrCat("started outside quiesced; left alone for ",
                      ShortDuration(view.record.desired->policy.start_grace), " after that");
}

// Why there is no list, if the last one failed.
std::string LastListWords(const InstanceView& view) {
  if (view.project == nullptr || !view.project->last_error) return "";
  return absl::StrCat("; the last one failed: ", view.project->last_error->result.message);
}

std::string StaleWords(const InstanceView& view, const core::Decision& decision) {
  return absl::StrCat(
      decision.phase == core::Phase::kStalled
          ? "its project has not been listed for too long, so nothing is known and nothing done"
          : "its project has no fresh list, so nothing is known yet",
      LastListWords(view));
}

}  // namespace

std::string ShortDuration(absl::Duration duration) {
  const absl::Duration unit = duration < absl::Seconds(10) && duration != absl::ZeroDuration()
                                  ? absl::Milliseconds(1)
                                  : absl::Seconds(1);
  std::string text = absl::FormatDuration(absl::Trunc(duration, unit));
  return text == "0" ? "0s" : text;
}

std::string SummaryOf(const InstanceView& view, const core::Decision& decision) {
  switch (decision.reason) {
    case core::Reason::kUnmanaged:
      return "declared by nobody; quiesced leaves it alone";
    case core::Reason::kConverged:
      return "stopped, as declared";
    case core::Reason::kAssumed:
      return "taken for stopped: the cloud accepted the stop, and the project cannot be looked at";
    case core::Reason::kAwaitingLook:
      return absl::StrCat("waiting for a list of its project to decide by", LastListWords(view));
    case core::Reason::kCallDue:
      return absl::StrCat(ToAbsl(StateWords(view)), "; the stop call is next");
    case core::Reason::kCallInFlight:
      return "the stop call is on its way";
    case core::Reason::kAccepted:
      return "the cloud accepted the stop and does not show it yet";
    case core::Reason::kOutcomeUnknown:
      return absl::StrCat("the last stop may or may not have been carried out", CloudWords(view),
                          OutcomeWords(view));
    case core::Reason::kStopping:
      return "the cloud is powering it off";
    case core::Reason::kStuck:
      return absl::StrCat("the cloud has been powering it off for more than ",
                          ShortDuration(limits::kStoppingStuckAfter));
    case core::Reason::kStartGrace:
      return GraceWords(view);
    case core::Reason::kReportOnly:
      return absl::StrCat(ToAbsl(StateWords(view)), ", and declared to be reported only");
    case core::Reason::kProtected:
      return absl::StrCat(ToAbsl(StateWords(view)), ", and declared as protected: never acted on");
    case core::Reason::kHeld:
      return absl::StrCat(ToAbsl(StateWords(view)), ", and held", HoldWords(view));
    case core::Reason::kFrozen:
      return absl::StrCat(ToAbsl(StateWords(view)), ", and the whole fleet is frozen",
                          HoldWords(view));
    case core::Reason::kNameMismatch:
      return NameWords(view);
    case core::Reason::kBusy:
      return absl::StrCat("another task runs on it in the cloud", NodeWords(view));
    case core::Reason::kBusyLong:
      return absl::StrCat("another task has been running on it for more than ",
                          ShortDuration(limits::kBusyStuckAfter), NodeWords(view));
    case core::Reason::kCloudUnavailable:
      return absl::StrCat("the cloud has it in a state that permits no stop", NodeWords(view));
    case core::Reason::kCloudStateUnknown:
      return absl::StrCat("the cloud reports a state that quiesced does not know", NodeWords(view));
    case core::Reason::kStale:
      return StaleWords(view, decision);
    case core::Reason::kBackoff:
      return absl::StrCat(Failures(view), CloudWords(view), "; the next one follows by itself");
    case core::Reason::kRepeatedFailure:
      return absl::StrCat(Failures(view), CloudWords(view), "; slow retries go on");
    case core::Reason::kForbidden:
      return absl::StrCat("the credential may not stop it", CloudWords(view));
    case core::Reason::kPermanentError:
      return absl::StrCat("the cloud refused the stop for good", CloudWords(view));
    case core::Reason::kThrottled:
      return "the cloud limits the rate of calls; quiesced pauses as it was asked to";
    case core::Reason::kCallBudget:
      return absl::StrCat("stopped ", limits::kMaxCallsPerInstanceHour,
                          " times within the last hour, which is the limit; something seems to "
                          "start it again each time");
    case core::Reason::kPartialStuck:
      return absl::StrCat("some of its nodes stay on after ", limits::kPartialCallsUntilStalled,
                          " stops");
    case core::Reason::kMissing:
      return absl::StrCat("not in the last ", view.record.observation.missing_lists,
                          " lists of its project; gone only after ", limits::kListsUntilAbsent);
    case core::Reason::kNotListed:
      return absl::StrCat("no list of its project has shown it since it was declared: probably a ",
                          "wrong id or project, or a credential that does not see it");
    case core::Reason::kSuspectList:
      return "missing from a list that lost too much to be believed";
    case core::Reason::kGone:
      return "no longer exists in the cloud";
    case core::Reason::kNotObservable:
      return "several stops had no clear outcome, and the project cannot be looked at";
    case core::Reason::kProjectNotConfigured:
      return "its project is no longer in the daemon's configuration";
    case core::Reason::kListRefused:
      return ListRefusalOf(view.project).cause;
    case core::Reason::kQuota:
      return "the stop is due and waits for its turn within the cloud's quota";
    case core::Reason::kEndpointDown:
      return absl::StrCat("the endpoint of its project does not answer, or only by errors of its ",
                          "gateway", LastListWords(view));
  }
  return "";
}

// --- evidence ------------------------------------------------------------------------------------

namespace {

// Nobody reads an age more finely than in seconds.
std::string Ago(absl::Duration age) {
  if (age < absl::Seconds(1)) return "just now";
  return absl::StrCat(ShortDuration(absl::Trunc(age, absl::Seconds(1))), " ago");
}

std::string Lower(std::string_view text) { return absl::AsciiStrToLower(ToAbsl(text)); }

std::string ListWords(const InstanceView& view) {
  const core::Observation& seen = view.record.observation;
  const core::ProjectFreshness& freshness = view.around.freshness;
  if (freshness.last_seq == 0) return "Its project has never been listed.";
  const absl::Duration age = view.now.steady - freshness.list_started;
  const std::string list = absl::StrCat("the last list of its project, requested ", Ago(age));
  switch (seen.presence) {
    case core::Presence::kNever:
      return absl::StrCat("No list has shown it; ", list, ", does not.");
    case core::Presence::kMissing:
      return absl::StrCat("It is missing from ", seen.missing_lists, " lists in a row, among them ",
                          list, ".");
    case core::Presence::kSuspect:
      return absl::StrCat("It is missing from ", list,
                          ", which lost so much that it is not believed.");
    case core::Presence::kPresent:
      break;
  }
  return absl::StrCat("It is ", Lower(core::ToString(seen.state)), " by ", list, ".");
}

std::string FreshnessWords(const InstanceView& view) {
  const core::ProjectFreshness& freshness = view.around.freshness;
  if (freshness.last_seq == 0) return "";
  if (!freshness.listed_since_start()) {
    return " That was before this start of the daemon, so it decides nothing.";
  }
  if (core::IsFresh(view.around.settings, freshness, view.now)) return "";
  return absl::StrCat(" It counts as fresh for ",
                      ShortDuration(core::FreshnessBound(view.around.settings, freshness)),
                      " only, so it decides nothing.");
}

// What the list can tell about the last call.
std::string CallWords(const InstanceView& view) {
  const core::Attempt& attempt = view.record.attempt;
  if (attempt.outcome == core::Outcome::kNone) return " No stop was called.";
  if (attempt.outcome == core::Outcome::kOpen) return " A stop call is on its way.";
  const std::string ago = Ago(view.now.steady - attempt.ended);
  if (view.around.freshness.last_seq <= attempt.floor_seq) {
    return absl::StrCat(" The list began before the last stop call ended, ", ago,
                        ", and tells nothing about it.");
  }
  const SteadyTime settled_at = attempt.ended + view.around.settings.timing.settle;
  const bool early = view.around.freshness.list_started < settled_at;
  if (!attempt.resolved && early) {
    return absl::StrCat(" The last stop call ended ", ago, "; only a list that begins ",
                        ShortDuration(view.around.settings.timing.settle),
                        " after that can tell that it had no effect.");
  }
  return absl::StrCat(" The list began after the last stop call ended, ", ago, ".");
}

}  // namespace

std::string EvidenceOf(const InstanceView& view, const core::Decision& decision) {
  if (view.around.settings.mode == core::ObservationMode::kUnconfigured) {
    return "Its project is not configured, so it is neither looked at nor called.";
  }
  if (view.around.settings.mode == core::ObservationMode::kNone) {
    if (decision.reason == core::Reason::kAssumed) {
      return absl::StrCat("Its project cannot be listed. The cloud accepted a stop ",
                          Ago(view.now.steady - view.record.attempt.ended), ".");
    }
    return "Its project cannot be listed; all that is known is what came of the calls.";
  }
  std::string text = ListWords(view) + FreshnessWords(view);
  if (view.record.desired && decision.reason != core::Reason::kStale &&
      decision.reason != core::Reason::kListRefused &&
      decision.reason != core::Reason::kEndpointDown) {
    text += CallWords(view);
  }
  return text;
}

}  // namespace quiesce::rpc
