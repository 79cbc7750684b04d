#include "client/cli/render_status.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/progress_bar.h"
#include "client/cli/render_projects.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

int64_t CountOf(const v1::SummarizeInstancesResponse& summary, v1::Phase phase) {
  for (const v1::PhaseCount& count : summary.phases()) {
    if (count.phase() == phase) return count.count();
  }
  return 0;
}

// In the order in which a line should name them: from settled to stuck.
constexpr v1::Phase kPhases[] = {v1::PHASE_STOPPED, v1::PHASE_STOPPING, v1::PHASE_PENDING,
                                 v1::PHASE_WAITING, v1::PHASE_DRIFTED,  v1::PHASE_RETRYING,
                                 v1::PHASE_UNKNOWN, v1::PHASE_STALLED,  v1::PHASE_GONE};

std::string HeadText(const StatusDocument& document, const v1::ServerInfo& server,
                     const View& view) {
  const std::string freeze = server.freezes().empty() ? "no freeze" : "FROZEN";
  const std::string plain =
      absl::StrCat(server.server_name(), "   ", freeze, "   quiesced ", server.version(), "   up ",
                   Span(view.now - ToTime(server.start_time())));
  const std::string at = DateSeconds(view, view.now);
  const int gap = view.width - DisplayWidth(plain) - DisplayWidth(at);
  std::string out = Paint(view, Tone::kStrong, server.server_name());
  absl::StrAppend(&out, "   ",
                  Paint(view, server.freezes().empty() ? Tone::kPlain : Tone::kBad, freeze),
                  plain.substr(server.server_name().size() + 3 + freeze.size()),
                  gap >= 3 ? std::string(static_cast<size_t>(gap), ' ') : "\n", at, "\n");
  for (const v1::Hold& hold : server.freezes()) {
    out += Labelled("  freeze  ",
                    absl::StrCat("until ", Until(view, ToTime(hold.expire_time())), " by ",
                                 hold.owner(), ": ", hold.reason()),
                    10, view);
  }
  if (!document.scope.empty()) absl::StrAppend(&out, "only ", Clean(document.scope), "\n");
  return out;
}

std::string ExampleName(const v1::ReasonExample& example) {
  return Called(example.cloud_name(), example.instance());
}

// As many examples as fit, and how many more there are.
std::string ExamplesText(const v1::ReasonCount& count, int width) {
  std::string text;
  int64_t named = 0;
  for (const v1::ReasonExample& example : count.examples()) {
    const std::string next = absl::StrCat(text, text.empty() ? "" : ", ", ExampleName(example));
    const int64_t rest = count.count() - named - 1;
    const std::string more = rest > 0 ? absl::StrCat(" +", rest) : "";
    if (named > 0 && DisplayWidth(next) + DisplayWidth(more) > width) break;
    text = next;
    ++named;
  }
  if (named == 0) return ReasonPhrase(count.reason());
  if (named < count.count()) absl::StrAppend(&text, " +", count.count() - named);
  return text;
}

std::string OwnersText(const v1::ReasonCount& count) {
  std::set<std::string> owners;
  for (const v1::ReasonExample& example : count.examples()) owners.insert(example.owner());
  owners.erase("");
  if (owners.empty()) return "";
  return owners.size() == 1 ? *owners.begin() : absl::StrCat(*owners.begin(), " ...");
}

std::string NextText(const v1::ReasonCount& count, const View& view) {
  if (!count.has_next_time()) return "";
  std::string what;
  switch (count.next_action()) {
    case v1::ACTION_CALL:
      what = "stop";
      break;
    case v1::ACTION_LOOK:
    case v1::ACTION_LATCH:
      what = "look";
      break;
    default:
      if (count.reason() == v1::REASON_HELD) what = "hold ends";
      if (count.reason() == v1::REASON_FROZEN) what = "freeze ends";
      if (count.reason() == v1::REASON_START_GRACE) what = "stop";
      break;
  }
  return absl::StrCat(Clock(view, ToTime(count.next_time())), what.empty() ? "" : " ", what);
}

// A title with the headings of its two last columns, and the rows. What does not fit at the right
// is the examples' concern: fewer of them are named.
std::string Section(const std::string& title, const std::vector<v1::ReasonCount>& counts,
                    bool needs_human, const View& view) {
  int reason = 0;
  int number = 0;
  int first = needs_human ? DisplayWidth("oldest") : DisplayWidth("next");
  int second = needs_human ? DisplayWidth("owner") : 0;
  for (const v1::ReasonCount& count : counts) {
    reason = std::max(reason, DisplayWidth(Word(count.reason())));
    number = std::max(number, DisplayWidth(absl::StrCat(count.count())));
    first =
        std::max(first, DisplayWidth(needs_human ? ShortSpan(view.now - ToTime(count.oldest_time()))
                                                 : NextText(count, view)));
    if (needs_human) second = std::max(second, DisplayWidth(OwnersText(count)));
  }
  if (view.clip) second = std::min(second, std::max(6, view.width / 5));
  const int left = 2 + reason + 2 + number + 2;
  const int right = first + (needs_human ? 1 + second : 0);
  const int middle = std::max(12, view.width - left - right - 2);

  const std::string headings = needs_human ? PadRight("oldest", first) + " owner" : "next";
  std::string out = Paint(view, needs_human ? Tone::kBad : Tone::kStrong, title);
  out +=
      std::string(static_cast<size_t>(std::max(2, left + middle + 2 - DisplayWidth(title))), ' ');
  absl::StrAppend(&out, headings, "\n");
  for (const v1::ReasonCount& count : counts) {
    const bool phrase = !needs_human && count.count() > 1;
    std::string text = phrase ? ReasonPhrase(count.reason()) : ExamplesText(count, middle);
    if (view.clip) text = Clip(text, middle);
    const std::string owners = OwnersText(count);
    absl::StrAppend(
        &out, "  ", Paint(view, needs_human ? Tone::kBad : Tone::kPlain, Word(count.reason())),
        std::string(static_cast<size_t>(reason - DisplayWidth(Word(count.reason()))), ' '), "  ",
        PadLeft(absl::StrCat(count.count()), number), "  ", PadRight(text, middle), "  ",
        needs_human ? PadRight(ShortSpan(view.now - ToTime(count.oldest_time())), first) + " " +
                          (view.clip ? Clip(owners, second) : owners)
                    : NextText(count, view),
        "\n");
  }
  return TrimLines(out);
}

std::string ReasonsText(const v1::SummarizeInstancesResponse& summary, const View& view) {
  std::vector<v1::ReasonCount> human;
  std::vector<v1::ReasonCount> settles;
  int64_t human_count = 0;
  int64_t settles_count = 0;
  for (const v1::ReasonCount& count : summary.reasons()) {
    const bool nobody = count.needs() == v1::NEEDS_NOBODY || count.needs() == v1::NEEDS_UNSPECIFIED;
    (nobody ? settles : human).push_back(count);
    (nobody ? settles_count : human_count) += count.count();
  }
  std::string out;
  if (human_count > 0) {
    absl::StrAppend(&out, "\n",
                    Section(absl::StrCat("NEEDS A HUMAN ", human_count), human, true, view));
  }
  if (settles_count > 0) {
    absl::StrAppend(
        &out, "\n",
        Section(absl::StrCat("SETTLES BY ITSELF ", settles_count), settles, false, view));
  }
  if (human_count == 0 && settles_count == 0 && summary.declared_count() > 0) {
    out = "\nEverything declared is stopped. Nobody has to act.\n";
  }
  return out;
}

}  // namespace

std::string PhaseCountsText(const v1::SummarizeInstancesResponse& summary, const View& view) {
  std::string text = absl::StrCat(summary.declared_count(), " declared");
  const char* separator = ": ";
  for (const v1::Phase phase : kPhases) {
    const int64_t count = CountOf(summary, phase);
    if (count == 0) continue;
    absl::StrAppend(&text, separator, count, " ", absl::AsciiStrToLower(Word(phase)));
    separator = " ";
  }
  return Labelled("", text, 0, view);
}

std::string PhaseBar(const v1::SummarizeInstancesResponse& summary, int width, const View& view) {
  const int64_t stopped = CountOf(summary, v1::PHASE_STOPPED);
  const int64_t stopping = CountOf(summary, v1::PHASE_STOPPING);
  const int64_t stalled = CountOf(summary, v1::PHASE_STALLED);
  const int64_t gone = CountOf(summary, v1::PHASE_GONE);
  const int64_t others = summary.declared_count() - stopped - stopping - stalled - gone;
  const std::string percent = Percent(stopped, summary.declared_count());
  return absl::StrCat(RenderBar({{stopped, '#', Tone::kGood},
                                 {stopping, '>', Tone::kBusy},
                                 {std::max<int64_t>(others, 0), '.', Tone::kWarn},
                                 {stalled, '!', Tone::kBad},
                                 {gone, '-', Tone::kDim}},
                                summary.declared_count(), width - DisplayWidth(percent) - 1, view),
                      " ", percent);
}

std::string RenderStatus(const StatusDocument& document, const View& view) {
  const v1::ServerInfo server = Cleaned(document.server);
  const v1::SummarizeInstancesResponse summary = Cleaned(document.summary);
  std::string out = HeadText(document, server, view) + "\n";
  if (summary.declared_count() == 0) {
    out += "Nothing is declared. Begin with:  quiesce plan -f FILE\n";
  } else {
    const int width = std::min(view.width, 120);
    absl::StrAppend(&out, PhaseCountsText(summary, view), PhaseBar(summary, width, view), "\n",
                    ReasonsText(summary, view));
  }
  std::vector<v1::Project> projects = document.projects;
  if (!document.scope.empty()) {
    std::set<std::string> matching;
    for (const v1::ProjectCount& count : document.summary.projects()) {
      matching.insert(count.project());
    }
    projects.erase(std::remove_if(projects.begin(), projects.end(),
                                  [&matching](const v1::Project& project) {
                                    return matching.count(project.name()) == 0;
                                  }),
                   projects.end());
    if (projects.empty()) return out;
  }
  return absl::StrCat(out, "\n", RenderProjects(projects, view));
}

}  // namespace quiesce::cli
