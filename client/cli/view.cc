#include "client/cli/view.h"

#include "absl/strings/str_cat.h"

namespace quiesce::cli {
namespace {

// The eight colours that every theme has; none that is unreadable on white or on black.
const char* CodeOf(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "";
    case Tone::kGood:
      return "32";
    case Tone::kBusy:
      return "36";
    case Tone::kWarn:
      return "33";
    case Tone::kBad:
      return "31";
    case Tone::kDim:
      return "2";
    case Tone::kStrong:
      return "1";
  }
  return "";
}

}  // namespace

std::string Paint(const View& view, Tone tone, std::string_view text) {
  if (!view.color || tone == Tone::kPlain || text.empty()) return std::string(text);
  return absl::StrCat("\x1b[", CodeOf(tone), "m", absl::string_view(text.data(), text.size()),
                      "\x1b[0m");
}

}  // namespace quiesce::cli
