#ifndef QUIESCE_CLIENT_CLI_VIEW_H_
#define QUIESCE_CLIENT_CLI_VIEW_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace quiesce::cli {

// What colour says. It only underlines what the words say already.
enum class Tone { kPlain, kGood, kBusy, kWarn, kBad, kDim, kStrong };

// For whom a text is made. Everything that render functions know besides what they show.
struct View {
  // Columns of a line.
  int width = 80;
  // Whether text that does not fit may be cut. Not when nobody looks: a pipe wants whole names.
  bool clip = true;
  bool color = false;
  // The daemon's time, so that "in 14 min" is right whatever the clock of this machine says.
  absl::Time now;
  absl::TimeZone zone = absl::UTCTimeZone();
};

// The text in the escape sequences of the tone, if the view has colour.
std::string Paint(const View& view, Tone tone, std::string_view text);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_VIEW_H_
