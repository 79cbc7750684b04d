#include "daemon/rpc/remedies.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/string_views.h"
#include "daemon/core/hold.h"
#include "daemon/core/names.h"
#include "daemon/rpc/list_refusal.h"

namespace quiesce::rpc {
namespace {

using Remedies = std::vector<v1::Remedy>;

v1::Remedy Make(std::string text, std::string command = "") {
  v1::Remedy remedy;
  remedy.set_text(std::move(text));
  remedy.set_command(std::move(command));
  return remedy;
}

bool IsPlainWord(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
  });
}

std::string AliasOf(const InstanceView& view) {
  return view.project_alias.empty() ? view.record.key.project_id : std::string(view.project_alias);
}

v1::Remedy Keep(const std::string& name) {
  return Make("keep it", absl::StrCat("quiesce hold ", name, " --for 4h --reason TEXT"));
}

v1::Remedy StopNow(const std::string& name, std::string_view gate) {
  std::string command = absl::StrCat("quiesce stop ", name);
  if (!gate.empty()) {
    absl::StrAppend(&command, " --skip ", ToAbsl(gate), " --reason TEXT");
  }
  return Make("stop now", std::move(command));
}

v1::Remedy Look(const InstanceView& view) {
  return Make("look now", absl::StrCat("quiesce refresh ", AliasOf(view)));
}

std::string CredentialOf(const InstanceView& view) {
  return view.project == nullptr
             ? "its project's credential"
             : absl::StrCat("the credential ", core::Quoted(view.project->config.credential));
}

v1::Remedy Credentials() {
  return Make("see how its project is listed and what the credential may do", "quiesce projects");
}

// How a declaration is changed depends on how its workspace is written.
v1::Remedy ChangeDeclaration(const InstanceView& view, std::string what) {
  const bool direct =
      view.workspace != nullptr && view.workspace->kind == store::WriterKind::kDirect;
  return direct ? Make(absl::StrCat(what, ", with SetDesiredState"))
                : Make(absl::StrCat(what, " in the manifest of ", view.record.desired->workspace,
                                    ", then apply it"),
                       "quiesce apply -f FILE");
}

v1::Remedy StopManaging(const InstanceView& view, const std::string& name) {
  const bool direct =
      view.workspace != nullptr && view.workspace->kind == store::WriterKind::kDirect;
  return direct ? Make("stop managing it", absl::StrCat("quiesce release ", name))
                : ChangeDeclaration(view, "delete its line");
}

Remedies EndHold(const InstanceView& view) {
  const core::Hold* hold =
      view.around.holds.Strongest(view.record.key, view.record.desired->workspace, view.now.wall);
  if (hold == nullptr) return {};
  const bool freeze = hold->scope == core::HoldScope::kFleet;
  return {Make("end it", freeze ? "quiesce unfreeze"
                                : absl::StrCat("quiesce unhold hold/", hold->id.substr(0, 8)))};
}

v1::Remedy FollowIt(const std::string& name) {
  return Make("follow it", absl::StrCat("quiesce wait ", name));
}

bool IsListed(const InstanceView& view) {
  return view.around.settings.mode == core::ObservationMode::kList;
}

// Where no list can tell.
v1::Remedy CheckByHand() {
  return Make(
      "check it by hand, or give the credential the permission to list and set observation: "
      "list");
}

Remedies Stalled(const InstanceView& view, const std::string& name) {
  switch (view.record.attempt.call_class) {
    case core::CallClass::kAuth:
    case core::CallClass::kForbidden:
      return {Credentials(), StopNow(name, "backoff")};
    default:
      return {StopNow(name, "backoff"), Keep(name)};
  }
}

}  // namespace

std::string CommandNameOf(const InstanceView& view) {
  const std::string& cloud_name = view.record.observation.cloud_name;
  if (!IsPlainWord(cloud_name) || view.name_use == NameUse::kShared) {
    return view.record.key.instance_id;
  }
  if (view.name_use == NameUse::kUnique) return cloud_name;
  return absl::StrCat(AliasOf(view), "/", cloud_name);
}

Remedies RemediesFor(const InstanceView& view, const core::Decision& decision) {
  const std::string name = CommandNameOf(view);
  switch (decision.reason) {
    case core::Reason::kUnmanaged:
      return {
          Make("have it stopped and kept so, by a workspace that may be new",
               absl::StrCat("quiesce stop ", name, " -w WORKSPACE --owner TEAM --contact WHERE"))};
    case core::Reason::kConverged:
      return {};
    case core::Reason::kAssumed:
      return {StopNow(name, "")};
    case core::Reason::kAwaitingLook:
    case core::Reason::kStale:
    case core::Reason::kMissing:
      return decision.needs == core::Needs::kOperator ? Remedies{Credentials(), Look(view)}
                                                      : Remedies{Look(view)};
    case core::Reason::kCallDue:
      return {Keep(name)};
    case core::Reason::kCallInFlight:
    case core::Reason::kAccepted:
    case core::Reason::kStopping:
    case core::Reason::kBusy:
      return {FollowIt(name)};
    case core::Reason::kOutcomeUnknown:
      return IsListed(view) ? Remedies{FollowIt(name)} : Remedies{CheckByHand(), FollowIt(name)};
    case core::Reason::kStuck:
    case core::Reason::kBusyLong:
    case core::Reason::kPartialStuck:
      return {Make("look at it in the provider's console, or ask the provider"), Look(view)};
    case core::Reason::kStartGrace:
      return {Keep(name), StopNow(name, "start-grace")};
    case core::Reason::kReportOnly:
      if (view.record.desired->policy.enforcement == core::Enforcement::kOnce) {
        return {StopNow(name, ""), ChangeDeclaration(view, "set enforcement: continuous")};
      }
      return {ChangeDeclaration(view, "set enforcement: continuous")};
    case core::Reason::kProtected:
      return {ChangeDeclaration(view, "remove protected")};
    case core::Reason::kHeld:
    case core::Reason::kFrozen:
      return EndHold(view);
    case core::Reason::kNameMismatch:
      return {ChangeDeclaration(view, "correct its id or name")};
    case core::Reason::kCloudUnavailable:
      return {Make("settle it in the cloud; for a frozen one usually the bill"), Look(view)};
    case core::Reason::kCloudStateUnknown:
      return {Make("map the cloud's words in status_map of the daemon's config, then restart it")};
    case core::Reason::kBackoff:
      return {StopNow(name, "backoff"), Keep(name)};
    case core::Reason::kRepeatedFailure:
    case core::Reason::kPermanentError:
      return Stalled(view, name);
    case core::Reason::kForbidden:
      return {Make(absl::StrCat("give ", CredentialOf(view), " the permission to stop instances")),
              StopNow(name, "backoff")};
    case core::Reason::kThrottled:
      return {Make("see until when its credential pauses", "quiesce projects")};
    case core::Reason::kQuota:
      return {Make("see the quota and what waits for it", "quiesce projects")};
    case core::Reason::kEndpointDown: {
      Remedies remedies{
          Make("see since when, and what came instead of an answer", "quiesce projects")};
      if (IsListed(view)) remedies.push_back(Look(view));
      return remedies;
    }
    case core::Reason::kCallBudget:
      return {Make("find out what starts it each time"), Keep(name)};
    case core::Reason::kNotListed:
      return {ChangeDeclaration(view, "correct its id or project"), StopManaging(view, name)};
    case core::Reason::kSuspectList:
      return {Make("check what the credential may see", "quiesce projects"),
              Make("confirm that what the list lacks is gone",
                   absl::StrCat("quiesce refresh ", AliasOf(view), " --accept-absence"))};
    case core::Reason::kGone:
      return {StopManaging(view, name)};
    case core::Reason::kNotObservable:
      return {CheckByHand(), StopNow(name, "")};
    case core::Reason::kProjectNotConfigured:
      return {Make("add the project to the daemon's config again"), StopManaging(view, name)};
    case core::Reason::kListRefused:
      return {Make(ListRefusalOf(view.project).way_out), Look(view)};
  }
  return {};
}

}  // namespace quiesce::rpc
