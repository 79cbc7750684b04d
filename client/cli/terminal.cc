#include "client/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"

namespace quiesce::cli {
namespace {

// Below this nothing can be laid out.
constexpr int kLeastWidth = 40;

}  // namespace

View ViewOf(int file_descriptor, const GetEnv& getenv) {
  View view;
  view.zone = absl::LocalTimeZone();
  const bool terminal = isatty(file_descriptor) == 1;
  view.color = terminal && getenv("NO_COLOR").empty() && getenv("TERM") != "dumb";
  view.clip = terminal;
  winsize size = {};
  if (terminal && ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    view.width = size.ws_col;
  }
  int columns = 0;
  if (absl::SimpleAtoi(getenv("COLUMNS"), &columns) && columns > 0) {
    view.width = columns;
    view.clip = true;
  }
  view.width = std::max(view.width, kLeastWidth);
  return view;
}

}  // namespace quiesce::cli
