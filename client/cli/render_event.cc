#include "client/cli/render_event.h"

#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

// The longest phase, UNMANAGED, and a name of the usual length: lines of a stream cannot know what
// is still to come.
constexpr int kPhaseWidth = 9;
constexpr int kNameWidth = 20;

std::string Line(const std::string& phase, Tone tone, const std::string& name,
                 const std::string& detail, const View& view) {
  const int blanks = kPhaseWidth - DisplayWidth(phase);
  return TrimLines(absl::StrCat(Clock(view, view.now), "  ", Paint(view, tone, phase),
                                std::string(blanks > 0 ? static_cast<size_t>(blanks) : 0, ' '),
                                "  ", PadRight(name, kNameWidth), "  ", detail, "\n"));
}

}  // namespace

std::string RenderChange(const v1::Instance& raw, std::optional<v1::Phase> before,
                         const View& view) {
  const v1::Instance instance = Cleaned(raw);
  const v1::Verdict& verdict = instance.verdict();
  std::string detail = absl::StrCat(ProjectCalled(instance.project_alias(), instance.name()), "  ",
                                    Word(verdict.reason()));
  if (before.has_value() && *before != verdict.phase()) {
    absl::StrAppend(&detail, "  was ", Word(*before));
  }
  return Line(Word(verdict.phase()), ToneOf(verdict.phase()),
              Called(instance.cloud_name(), instance.name()), detail, view);
}

std::string RenderRemoved(const v1::RemovedInstance& raw, const std::string& called,
                          const View& view) {
  const v1::RemovedInstance removed = Cleaned(raw);
  return Line("REMOVED", Tone::kDim, called.empty() ? IdOf(removed.name()) : Clean(called),
              "no longer matches, or no longer exists", view);
}

}  // namespace quiesce::cli
