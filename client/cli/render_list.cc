#include "client/cli/render_list.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

using Align = Table::Align;
using Drop = Table::Drop;

// In the state it is in, since.
std::string SinceText(const v1::Instance& instance, const View& view) {
  if (!instance.observation().has_since_time()) return "-";
  return ShortSpan(view.now - ToTime(instance.observation().since_time()));
}

// An unseen instance has no state, only a place in the table.
std::string StateText(const v1::Instance& instance) {
  const v1::PowerState state = instance.observation().power_state();
  if (state == v1::POWER_STATE_UNSPECIFIED) return "-";
  std::string text = absl::AsciiStrToLower(Word(state));
  if (instance.observation().assumed()) text += "?";
  return text;
}

// Those that need somebody first, then those that are on their way, then the rest.
int Urgency(const v1::Instance& instance) {
  switch (instance.verdict().phase()) {
    case v1::PHASE_STALLED:
      return 0;
    case v1::PHASE_GONE:
    case v1::PHASE_STOPPED:
      return 3;
    case v1::PHASE_UNMANAGED:
      return 4;
    default:
      return instance.verdict().needs() == v1::NEEDS_NOBODY ? 2 : 1;
  }
}

constexpr char kFleet[] = "fleet";

}  // namespace

std::string RenderInstances(const std::vector<v1::Instance>& raw, const View& view) {
  std::vector<v1::Instance> instances;
  instances.reserve(raw.size());
  for (const v1::Instance& instance : raw) instances.push_back(Cleaned(instance));
  std::sort(instances.begin(), instances.end(), [](const v1::Instance& a, const v1::Instance& b) {
    return std::make_tuple(Urgency(a), Called(a.cloud_name(), a.name()), a.name()) <
           std::make_tuple(Urgency(b), Called(b.cloud_name(), b.name()), b.name());
  });
  Table table({{"NAME", Align::kLeft, Drop::kNever, true},
               {"PROJECT", Align::kLeft, Drop::kAfterClipping},
               {"PHASE"},
               {"REASON"},
               {"STATE", Align::kLeft, Drop::kSecond},
               {"SINCE", Align::kRight, Drop::kFirst},
               {"WORKSPACE", Align::kLeft, Drop::kAfterClipping, true}});
  for (const v1::Instance& instance : instances) {
    const std::string& workspace = instance.desired().workspace();
    table.Add({CalledInRow(instance.cloud_name(), instance.name(), view),
               ProjectCalled(instance.project_alias(), instance.name()),
               Cell(Word(instance.verdict().phase()), ToneOf(instance.verdict().phase())),
               Cell(Word(instance.verdict().reason()), ToneOf(instance.verdict().needs())),
               StateText(instance), SinceText(instance, view),
               workspace.empty() ? "-" : workspace});
  }
  return table.empty() ? "" : table.Render(view);
}

std::string RenderDrift(const DriftDocument& document, const View& view) {
  std::string out;
  if (!document.drifted.empty()) {
    absl::StrAppend(&out, RenderInstances(document.drifted, view), "\n");
  }
  if (!document.unknown.empty()) {
    absl::StrAppend(&out, "CANNOT TELL\n", RenderInstances(document.unknown, view), "\n");
  }
  const size_t drifted = document.drifted.size();
  const std::string of = absl::StrCat(" of ", document.declared_count, " declared ");
  if (drifted == 0) {
    absl::StrAppend(&out, "No drift among ", document.declared_count, " declared");
  } else {
    absl::StrAppend(&out, drifted, of, drifted == 1 ? "has drifted" : "have drifted");
  }
  if (!document.unknown.empty()) {
    absl::StrAppend(&out, "; of ", document.unknown.size(), " nothing is known now");
  }
  return out + ".\n";
}

std::string RenderHolds(const std::vector<v1::Hold>& holds,
                        const std::map<std::string, std::string>& names, const View& view) {
  Table table({{"HOLD"},
               {"SCOPE", Align::kLeft, Drop::kNever, true},
               {"UNTIL"},
               {"WHY", Align::kLeft, Drop::kNever, true}});
  for (const v1::Hold& raw : holds) {
    const v1::Hold hold = Cleaned(raw);
    Cell until(Clock(view, ToTime(hold.expire_time())));
    if (!hold.active()) until = Cell("ended", Tone::kDim);
    const auto name = names.find(hold.scope());
    const std::string scope = name == names.end() ? ScopeCalled(hold.scope()) : Clean(name->second);
    table.Add(
        {ShortId(hold.name()), scope, until, absl::StrCat(hold.owner(), ": ", hold.reason())});
  }
  return table.empty() ? "No holds.\n" : table.Render(view);
}

std::string RenderHoldLine(const v1::Hold& raw, const std::string& called, const View& view) {
  const v1::Hold hold = Cleaned(raw);
  const std::string what = called.empty() ? ScopeCalled(hold.scope()) : Clean(called);
  std::string text;
  if (hold.scope() == kFleet) {
    text = hold.active() ? "the whole fleet is frozen" : "the whole fleet is no longer frozen";
  } else {
    text = absl::StrCat(hold.active() ? "held " : "no longer held: ", what);
  }
  if (hold.active()) {
    const absl::Time end = ToTime(hold.expire_time());
    absl::StrAppend(&text, " until ", Until(view, end), ", for ", Left(view, end));
  }
  absl::StrAppend(&text, "  (hold ", ShortId(hold.name()), ", ", hold.owner(), ": ", hold.reason(),
                  ")");
  return Labelled("", text, 0, view);
}

std::string RenderCreatedHold(const v1::CreateHoldResponse& raw, const std::string& called,
                              const View& view) {
  const v1::CreateHoldResponse response = Cleaned(raw);
  const bool freeze = response.hold().scope() == kFleet;
  std::string out = RenderHoldLine(response.hold(), called, view);
  absl::StrAppend(&out, "covers ", Plural(response.covered_count(), "declared instance"), "\n");
  if (response.open_call_count() == 0) {
    out += "no stop call was on its way when it took effect\n";
  } else {
    const bool one = response.open_call_count() == 1;
    out += Labelled(
        "",
        absl::StrCat(Plural(response.open_call_count(), "stop call"), one ? " was" : " were",
                     " on the way before it took effect and may still stop:"),
        0, view);
    for (const v1::OpenCall& call : response.open_calls()) {
      absl::StrAppend(&out, "  ", Called(call.cloud_name(), call.instance()), "  decided ",
                      Clock(view, ToTime(call.start_time())), "\n");
    }
  }
  absl::StrAppend(&out, "end it:  quiesce ", freeze ? "unfreeze" : "unhold hold/",
                  freeze ? "" : ShortId(response.hold().name()), "\n");
  return out;
}

}  // namespace quiesce::cli
