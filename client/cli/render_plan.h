#ifndef QUIESCE_CLIENT_CLI_RENDER_PLAN_H_
#define QUIESCE_CLIENT_CLI_RENDER_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

// What a plan does, by the word that stands before each of its items: each item counts once.
struct PlanTotals {
  int64_t stop = 0;
  int64_t newly_declared = 0;  // of those
  int64_t unknown = 0;         // may turn out to be stops
  int64_t adopt = 0;
  int64_t move = 0;
  int64_t update = 0;
  int64_t release = 0;
  int64_t blocked = 0;
  int64_t unchanged = 0;
  // Items whose declaration changes, whatever their effect.
  int64_t declarations = 0;

  int64_t items() const { return stop + unknown + adopt + move + update + release + blocked; }
};

PlanTotals TotalsOf(const v1::Plan& plan);
// Whether applying the plan would do or follow anything.
bool HasItems(const v1::Plan& plan);
// Whether it changes a declaration or leads to a stop: what `--detailed-exitcode` calls changes.
bool HasChanges(const v1::Plan& plan);

// Everything that is shown of a plan.
struct PlanDocument {
  std::string server_name;
  std::string target;
  v1::Plan plan;
  std::vector<v1::PlanItem> items;
  // Of a plan just made; empty for one that was stored.
  std::vector<v1::ProjectFreshness> projects;
  int64_t unmanaged_count = 0;
  // Instances of the workspace that the plan leaves as they are; only if they are to be listed.
  std::vector<v1::Instance> unchanged;
  // List every item, however many there are.
  bool all = false;
};

enum class PlanFooter {
  kHowToApply,  // the command to paste
  kNone,        // the question follows
};

// The plan as people review it.
std::string RenderPlan(const PlanDocument& document, const View& view, PlanFooter footer);

// `stop 2 instances, and perhaps 1 more that cannot be seen`; for prompts.
std::string StopsInWords(const PlanTotals& totals);
// `2 stop, 1 adopt, 180 unchanged`.
std::string TotalsInWords(const PlanTotals& totals);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_PLAN_H_
