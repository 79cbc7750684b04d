#ifndef QUIESCE_CLIENT_CLI_ITEM_ROWS_H_
#define QUIESCE_CLIENT_CLI_ITEM_ROWS_H_

#include <string>
#include <vector>

#include "client/cli/view.h"

namespace quiesce::cli {

// One thing that happens, or happened, to one instance.
struct ItemRow {
  std::string label;  // STOP, BLOCKED, CONVERGED ...
  Tone tone = Tone::kPlain;
  std::string name;
  std::string project;
  std::string detail;  // as long as it needs to be
};

// The rows in columns. The detail is wrapped under itself where there is room for it, and stands on
// lines of its own where there is not. Names are cut only if they alone fill the line.
std::string RenderItemRows(const std::vector<ItemRow>& rows, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_ITEM_ROWS_H_
