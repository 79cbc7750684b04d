#ifndef QUIESCE_CLIENT_CLI_RENDER_RUN_H_
#define QUIESCE_CLIENT_CLI_RENDER_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::cli {

int64_t CountOf(const v1::Run& run, v1::RunItemState state);
// DONE or CANCELLED.
bool HasEnded(const v1::Run& run);

// `billing-prod  [####>>..!]  120/187  3 stalled  34 s`: one line without a newline, to be drawn
// over itself.
std::string RenderRunProgress(const v1::Run& run, const View& view);

// What became of a run: where it stands, the counts, and the items, those first that need somebody.
// `items` may be all of them or only the notable ones.
std::string RenderRun(const v1::Run& run, const std::vector<v1::RunItem>& items, const View& view);

// What a cancelled run leaves behind. `items` give the names; those that are not there are shown by
// their id.
std::string RenderCancelled(const v1::CancelRunResponse& response,
                            const std::vector<v1::RunItem>& items, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_RUN_H_
