#ifndef QUIESCE_CLIENT_CLI_PROGRESS_BAR_H_
#define QUIESCE_CLIENT_CLI_PROGRESS_BAR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/view.h"

namespace quiesce::cli {

struct BarPart {
  int64_t count = 0;
  char mark = '#';
  Tone tone = Tone::kPlain;
};

// `[#####>>..!!]`, `width` columns in all. A part that has something gets at least one column as
// long as there are columns, so that one stalled instance among 10,000 can be seen; what is left
// of `total` stays blank.
std::string RenderBar(const std::vector<BarPart>& parts, int64_t total, int width,
                      const View& view);

// ` 97.0 %`. Never 100.0 for less than all.
std::string Percent(int64_t part, int64_t total);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_PROGRESS_BAR_H_
