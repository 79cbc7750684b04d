#include "client/cli/run_reader.h"

#include "client/cli/json_output.h"
#include "client/cli/render_run.h"
#include "client/cli/words.h"
#include "daemon/base/status_macros.h"

namespace quiesce::cli {
namespace {

// Of items that have not ended: enough to see what they wait for.
constexpr size_t kMaxPending = 100;

absl::Status GetItemsIn(const v1::Run& run, v1::RunItemState state, Environment& env,
                        std::vector<v1::RunItem>& items) {
  const bool pending = state == v1::RUN_ITEM_STATE_PENDING;
  size_t got = 0;
  return env.client->ListRunItems(run.name(), "state=" + Word(state), [&](const v1::RunItem& item) {
    items.push_back(item);
    return !pending || ++got < kMaxPending;
  });
}

}  // namespace

absl::StatusOr<std::vector<v1::RunItem>> GetItems(const v1::Run& run, bool all, Environment& env) {
  std::vector<v1::RunItem> items;
  if (all) {
    QUIESCE_RETURN_IF_ERROR(env.client->ListRunItems(run.name(), "", [&](const v1::RunItem& item) {
      items.push_back(item);
      return true;
    }));
    return items;
  }
  for (const v1::RunCount& count : run.counts()) {
    if (count.state() == v1::RUN_ITEM_STATE_CONVERGED || count.count() == 0) continue;
    QUIESCE_RETURN_IF_ERROR(GetItemsIn(run, count.state(), env, items));
  }
  return items;
}

std::string RunJson(const v1::Run& run, const std::vector<v1::RunItem>& items) {
  return JsonObject().Add("run", run).AddList("items", items).Text();
}

ExitCode CodeOf(const v1::Run& run) {
  if (!HasEnded(run)) return ExitCode::kTimeout;
  ExitCode code = ExitCode::kDone;
  if (run.state() == v1::RUN_STATE_CANCELLED) code = ExitCode::kOther;
  if (CountOf(run, v1::RUN_ITEM_STATE_BLOCKED) + CountOf(run, v1::RUN_ITEM_STATE_STALLED) > 0) {
    code = Worse(code, ExitCode::kBlocked);
  }
  if (CountOf(run, v1::RUN_ITEM_STATE_SKIPPED) + CountOf(run, v1::RUN_ITEM_STATE_SUPERSEDED) > 0) {
    code = Worse(code, ExitCode::kConflict);
  }
  return code;
}

}  // namespace quiesce::cli
