#include "client/cli/render_instance.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/clean_message.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

constexpr int kLabelWidth = 10;

std::string Line(const std::string& label, const std::string& text, const View& view) {
  return Labelled(label, text, kLabelWidth, view);
}

// The headline with the phase at the right edge.
std::string Headline(const v1::Instance& instance, const View& view) {
  const v1::PowerState seen = instance.observation().power_state();
  const std::string state =
      seen == v1::POWER_STATE_UNSPECIFIED ? "was never seen" : absl::StrCat("is ", Word(seen));
  const bool stopped = instance.verdict().phase() == v1::PHASE_STOPPED;
  std::string text = absl::StrCat(Called(instance.cloud_name(), instance.name()), " ", state);
  if (!instance.has_desired()) {
    text += " and declared by nobody";
  } else {
    text += stopped ? " as it should be" : " and should be STOPPED";
  }
  if (instance.observation().assumed()) text += " (assumed)";
  const std::string phase = Word(instance.verdict().phase());
  const int gap = view.width - DisplayWidth(text) - DisplayWidth(phase);
  return absl::StrCat(Paint(view, Tone::kStrong, text),
                      gap >= 2 ? std::string(static_cast<size_t>(gap), ' ') : "\n",
                      Paint(view, ToneOf(instance.verdict().phase()), phase), "\n");
}

std::string WhatComesNext(const v1::Verdict& verdict, const View& view) {
  if (!verdict.has_valid_until()) return "";
  const absl::Time at = ToTime(verdict.valid_until());
  const std::string when =
      at <= view.now
          ? "now"
          : absl::StrCat("at ", Clock(view, at), " ", ZoneName(view, at), ", in ", Left(view, at));
  switch (verdict.action()) {
    case v1::ACTION_CALL:
      return absl::StrCat("it will be stopped ", when);
    case v1::ACTION_LOOK:
    case v1::ACTION_LATCH:
      return absl::StrCat("the next look is ", when);
    default:
      break;
  }
  switch (verdict.reason()) {
    case v1::REASON_START_GRACE:
    case v1::REASON_BACKOFF:
    case v1::REASON_CALL_BUDGET:
    case v1::REASON_THROTTLED:
      return absl::StrCat("it will be stopped ", when);
    case v1::REASON_HELD:
      return absl::StrCat("the hold ends ", when);
    case v1::REASON_FROZEN:
      return absl::StrCat("the freeze ends ", when);
    default:
      return absl::StrCat("judged again ", when);
  }
}

// `Nobody has to act: it will be stopped at 03:26:30 CST, in 14 min.`
std::string WhoMustAct(const v1::Instance& instance, const View& view) {
  const v1::Verdict& verdict = instance.verdict();
  const std::string next = WhatComesNext(verdict, view);
  std::string text;
  switch (verdict.needs()) {
    case v1::NEEDS_OPERATOR:
      text = "Whoever runs quiesced has to act";
      break;
    case v1::NEEDS_OWNER:
      text = absl::StrCat("The owner has to act: ", instance.desired().owner(), ", ",
                          instance.desired().contact());
      break;
    case v1::NEEDS_CLOUD:
      text = "The cloud provider, or whoever administers it there, has to act";
      break;
    default:
      text = "Nobody has to act";
      if (!next.empty()) text += ": " + next;
      break;
  }
  return Labelled("", text + ".", 0, view);
}

std::string ReasonText(const v1::Verdict& verdict) {
  const std::string& text =
      verdict.summary().empty() ? ReasonPhrase(verdict.reason()) : verdict.summary();
  return absl::StrCat(Word(verdict.reason()), "   ", text);
}

// Commands are never wrapped: they are there to be pasted. All stand below the reason: a text that
// is no longer than a label before its command, a longer one above it.
std::string Remedies(const v1::Explanation& explanation, const View& view) {
  std::string out;
  for (const v1::Remedy& remedy : explanation.remedies()) {
    if (remedy.command().empty()) {
      out += Labelled("", remedy.text(), 0, view);
    } else if (DisplayWidth(remedy.text()) < kLabelWidth) {
      absl::StrAppend(&out, PadRight(remedy.text(), kLabelWidth), remedy.command(), "\n");
    } else {
      absl::StrAppend(&out, Labelled("", remedy.text(), 0, view), PadRight("", kLabelWidth),
                      remedy.command(), "\n");
    }
  }
  return out;
}

std::string DesiredText(const v1::Instance& instance, const View& view) {
  if (!instance.has_desired()) return Line("desired", "nothing: declared by nobody", view);
  const v1::Desired& desired = instance.desired();
  std::string out = Line("desired",
                         absl::StrCat("STOPPED  generation ", desired.generation(), "  ",
                                      desired.workspace(), " (contact ", desired.contact(), ")"),
                         view);
  std::string policy =
      absl::StrCat(absl::AsciiStrToLower(Word(desired.policy().enforcement())), "  start_grace ",
                   ManifestDuration(ToDuration(desired.policy().start_grace())));
  if (desired.policy().protected_()) policy += "  protected";
  if (!desired.asserted_name().empty()) {
    absl::StrAppend(&policy, "  name \"", desired.asserted_name(), "\"");
  }
  out += Line("", policy, view);
  const v1::Authority& authority = desired.authority();
  std::string by =
      absl::StrCat(Date(view, ToTime(authority.time())), " by ", authority.principal());
  if (!authority.plan().empty()) absl::StrAppend(&by, "  plan ", ShortId(authority.plan()));
  if (!authority.request_id().empty()) absl::StrAppend(&by, "  request ", authority.request_id());
  return out + Line("", by, view);
}

std::string AttemptText(const v1::Instance& instance, const View& view) {
  if (!instance.has_attempt()) return Line("attempt", "none: no stop call was made", view);
  const v1::Attempt& attempt = instance.attempt();
  std::string text =
      attempt.in_flight()
          ? absl::StrCat("in flight since ", Clock(view, ToTime(attempt.start_time())))
          : absl::StrCat(Word(attempt.outcome()), " ",
                         DateTime(view, ToTime(attempt.has_end_time() ? attempt.end_time()
                                                                      : attempt.start_time())));
  if (attempt.http_status() != 0) absl::StrAppend(&text, "  HTTP ", attempt.http_status());
  if (!attempt.error_code().empty()) absl::StrAppend(&text, " ", attempt.error_code());
  if (attempt.error_class() != v1::ERROR_CLASS_UNSPECIFIED) {
    absl::StrAppend(&text, "  ", Word(attempt.error_class()));
  }
  absl::StrAppend(&text, "  for generation ", attempt.generation());
  std::string out = Line("attempt", text, view);
  if (!attempt.message().empty())
    out += Line("", absl::StrCat("\"", attempt.message(), "\""), view);
  if (!attempt.cloud_request_id().empty()) {
    out += Line("", absl::StrCat("cloud request ", attempt.cloud_request_id()), view);
  }
  return out;
}

std::string ObservedText(const v1::Instance& instance, const View& view) {
  if (!instance.has_observation()) return Line("observed", "never", view);
  const v1::Observation& seen = instance.observation();
  std::string text = Word(seen.power_state());
  if (seen.assumed()) {
    text += "  assumed: its project cannot be listed";
  } else {
    absl::StrAppend(&text, "  ", Ago(ToDuration(seen.age())), ", ",
                    seen.fresh() ? "fresh" : "NOT fresh", " (bound ",
                    Span(ToDuration(seen.freshness_bound())), ")");
  }
  if (seen.missing_lists() > 0) {
    absl::StrAppend(&text, ", missing from the last ", Plural(seen.missing_lists(), "list"));
  }
  std::string out = Line("observed", text, view);
  if (seen.has_since_time()) {
    out += Line("", absl::StrCat("since ", Date(view, ToTime(seen.since_time()))), view);
  }
  int width = 0;
  for (const v1::Node& node : seen.nodes()) width = std::max(width, DisplayWidth(node.name()));
  for (const v1::Node& node : seen.nodes()) {
    const auto or_dash = [](const std::string& word) { return word.empty() ? "-" : word; };
    std::string line = absl::StrCat(PadRight(node.name(), width), "  ", or_dash(node.status()),
                                    " / ", or_dash(node.task_status()));
    if (!node.scene().empty()) absl::StrAppend(&line, "  scene ", node.scene());
    out += Line("", line, view);
  }
  return out;
}

std::string HistoryText(const v1::Instance& instance, const View& view) {
  const v1::History& history = instance.history();
  if (history.failures() == 0 && !history.has_next_attempt_time()) return "";
  std::string text = Plural(history.failures(), "failure") + " in a row";
  if (history.has_next_attempt_time()) {
    absl::StrAppend(&text, ", next attempt not before ",
                    Clock(view, ToTime(history.next_attempt_time())));
  }
  return Line("history", text, view);
}

std::string FactsText(const v1::Instance& instance, const View& view) {
  return absl::StrCat(DesiredText(instance, view), AttemptText(instance, view),
                      ObservedText(instance, view), HistoryText(instance, view));
}

// The closed gates one by one, the open ones in one line.
std::string GatesText(const v1::Explanation& explanation, const View& view) {
  std::vector<std::string> open;
  std::vector<std::string> lines;
  for (const v1::Gate& gate : explanation.gates()) {
    const std::string kind = absl::AsciiStrToLower(Word(gate.kind()));
    if (gate.state() == v1::GATE_STATE_OK) {
      open.push_back(kind);
      continue;
    }
    std::string line = absl::StrCat(PadRight(Word(gate.state()), 7), kind);
    if (gate.has_until()) absl::StrAppend(&line, " until ", Clock(view, ToTime(gate.until())));
    if (!gate.detail().empty()) absl::StrAppend(&line, "  ", gate.detail());
    lines.push_back(line);
  }
  if (!open.empty()) lines.push_back(PadRight("ok", 7) + absl::StrJoin(open, ", "));
  std::string out;
  for (const std::string& line : lines) out += Line(out.empty() ? "gates" : "", line, view);
  return out;
}

}  // namespace

std::string RenderExplanation(const v1::Explanation& raw, const View& view) {
  const v1::Explanation explanation = Cleaned(raw);
  const v1::Instance& instance = explanation.instance();
  std::string out = Headline(instance, view) + WhoMustAct(instance, view);
  absl::StrAppend(&out, "\n", Line("reason", ReasonText(instance.verdict()), view),
                  Remedies(explanation, view), "\n", Line("name", CutName(instance.name()), view),
                  FactsText(instance, view), GatesText(explanation, view));
  if (!explanation.evidence().empty()) out += Line("evidence", explanation.evidence(), view);
  return out;
}

std::string RenderInstance(const v1::Instance& raw, const View& view) {
  const v1::Instance instance = Cleaned(raw);
  std::string out = Headline(instance, view);
  absl::StrAppend(&out, "\n", Line("reason", ReasonText(instance.verdict()), view),
                  Line("needs", Word(instance.verdict().needs()), view),
                  Line("name", instance.name(), view), FactsText(instance, view));
  if (!instance.etag().empty()) out += Line("etag", instance.etag(), view);
  return out;
}

}  // namespace quiesce::cli
