#include "client/cli/render_doctor.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

Tone ToneOf(Finding::Level level) {
  switch (level) {
    case Finding::Level::kFail:
      return Tone::kBad;
    case Finding::Level::kWarn:
      return Tone::kWarn;
    case Finding::Level::kOk:
      break;
  }
  return Tone::kGood;
}

std::string RenderFinding(const Finding& finding, const View& view) {
  constexpr int kTextAt = 6;
  const std::string word = LevelWord(finding.level);
  // Padded before it is painted: what colours it takes no columns.
  std::string out = Labelled(Paint(view, ToneOf(finding.level), word) +
                                 std::string(static_cast<size_t>(kTextAt) - word.size(), ' '),
                             absl::StrCat(finding.project, "  ", finding.what), kTextAt, view);
  if (!finding.remedy.empty()) {
    out += Labelled("      ->", finding.remedy, kTextAt + 3, view);
  }
  if (!finding.command.empty()) absl::StrAppend(&out, "         ", finding.command, "\n");
  return out;
}

std::string RenderRawStates(const v1::ProjectDiagnosis& diagnosis, const View& view) {
  using Align = Table::Align;
  Table table({{"NODES", Align::kRight},
               {"STATUS", Align::kLeft},
               {"TASK_STATUS", Align::kLeft},
               {"TAKEN FOR", Align::kLeft}},
              6);
  const auto raw_word = [](const std::string& text) { return text.empty() ? "(none)" : text; };
  for (const v1::RawStateCount& raw : diagnosis.raw_states()) {
    table.Add({absl::StrCat(raw.node_count()),
               raw_word(raw.status()),
               raw_word(raw.task_status()),
               {Word(raw.state()), raw.unknown_status() ? Tone::kBad : Tone::kPlain}});
  }
  if (table.empty()) return "";
  std::string out = table.Render(view);
  if (diagnosis.raw_states_cut()) out += "      ... and rarer ones\n";
  std::string folded;
  for (const v1::PowerStateCount& state : diagnosis.states()) {
    absl::StrAppend(&folded, folded.empty() ? "" : ", ", state.instance_count(), " ",
                    Word(state.state()));
  }
  return out + Labelled("      instances:", folded, 17, view);
}

}  // namespace

std::string RenderDiagnosis(const v1::ProjectDiagnosis& raw, const std::vector<Finding>& findings,
                            const View& view) {
  const v1::ProjectDiagnosis diagnosis = Cleaned(raw);
  return RenderFindings(findings, view) + RenderRawStates(diagnosis, view);
}

std::string RenderFindings(const std::vector<Finding>& findings, const View& view) {
  std::string out;
  for (const Finding& finding : findings) out += RenderFinding(finding, view);
  return out;
}

std::string RenderFindingCounts(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding::Level level :
       {Finding::Level::kFail, Finding::Level::kWarn, Finding::Level::kOk}) {
    const auto count = std::count_if(findings.begin(), findings.end(),
                                     [&](const Finding& f) { return f.level == level; });
    absl::StrAppend(&out, out.empty() ? "" : ", ", count, " ", LevelWord(level));
  }
  return out + ".\n";
}

}  // namespace quiesce::cli
