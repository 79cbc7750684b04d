#include "client/cli/wait_command.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "client/cli/outcome.h"
#include "client/cli/references.h"
#include "client/cli/render_status.h"
#include "client/cli/text.h"
#include "client/lib/api_error.h"

namespace quiesce::cli {
namespace {

constexpr absl::Duration kPollInterval = absl::Seconds(1);

ExitCode Interrupted(Environment& env) {
  Remark(env, "Ctrl-C ended the waiting; nothing else has changed.");
  return ExitCode::kInterrupted;
}

bool IsInterrupt(const absl::Status& status) {
  return client::ToApiError(status).trouble == client::Trouble::kCancelled;
}

// --- named instances -----------------------------------------------------------------------------

ExitCode WaitForEach(const WaitArgs& args, absl::Time end, Environment& env) {
  client::CallOptions call;
  call.cancel = &env.interrupts->first;
  ExitCode code = ExitCode::kDone;
  std::vector<v1::WaitInstanceResponse> responses;
  for (const std::string& reference : args.references) {
    const auto name = ResolveInstance(env, reference);
    ProgressLine line(env);
    if (name.ok()) line.Draw("waiting for " + Clean(reference));
    const auto response = name.ok() ? env.client->WaitInstance(*name, "", end - env.clock(), call)
                                    : absl::StatusOr<v1::WaitInstanceResponse>(name.status());
    line.Clear();
    if (!response.ok()) {
      if (IsInterrupt(response.status())) return Interrupted(env);
      code = Worse(code, Report(env, response.status()));
      continue;
    }
    code = Worse(code, CodeOf(response->result()));
    responses.push_back(*response);
    if (env.output == OutputFormat::kTable) Print(env, RenderOutcome(*response, OutView(env)));
  }
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("results", responses).Text() + "\n");
  }
  return code;
}

// --- sets ----------------------------------------------------------------------------------------

int64_t CountOf(const v1::SummarizeInstancesResponse& summary, v1::Phase phase) {
  for (const v1::PhaseCount& count : summary.phases()) {
    if (count.phase() == phase) return count.count();
  }
  return 0;
}

// Instances that will not be stopped without somebody acting, or a hold that ends: what
// WaitInstance calls BLOCKED.
int64_t BlockedCount(const v1::SummarizeInstancesResponse& summary) {
  int64_t count = CountOf(summary, v1::PHASE_STALLED) + CountOf(summary, v1::PHASE_GONE);
  for (const v1::ReasonCount& reason : summary.reasons()) {
    switch (reason.reason()) {
      case v1::REASON_PROTECTED:
      case v1::REASON_HELD:
      case v1::REASON_FROZEN:
      case v1::REASON_REPORT_ONLY:
        count += reason.count();
        break;
      default:  // NAME_MISMATCH is STALLED
        break;
    }
  }
  return count;
}

bool IsSettled(const v1::SummarizeInstancesResponse& summary) {
  return CountOf(summary, v1::PHASE_STOPPED) + BlockedCount(summary) >= summary.declared_count();
}

// Reads until everything has settled or the time is over; the last reading. Outlasts a restart of
// the daemon as long as the client's other long calls do.
absl::StatusOr<v1::SummarizeInstancesResponse> FollowSet(const std::string& filter, absl::Time end,
                                                         Environment& env) {
  client::CallOptions call;
  call.cancel = &env.interrupts->first;
  ProgressLine line(env);
  absl::Time patience = env.clock() + env.client->options().patience;
  while (true) {
    auto summary = env.client->SummarizeInstances(filter, call);
    if (summary.ok()) {
      patience = env.clock() + env.client->options().patience;
      line.Draw(PhaseBar(*summary, std::min(env.err_view.width, 100) - 1, ErrView(env)));
      if (summary->declared_count() == 0 || IsSettled(*summary)) return summary;
    } else if (CodeOf(summary.status()) != ExitCode::kUnreachable || env.clock() >= patience) {
      return summary;
    }
    if (env.clock() >= end) return summary;
    const absl::Duration pause = std::min(kPollInterval, end - env.clock());
    if (!env.sleep(pause, &env.interrupts->first)) return absl::CancelledError();
  }
}

ExitCode Conclude(const WaitArgs& args, const v1::SummarizeInstancesResponse& summary,
                  Environment& env) {
  if (summary.declared_count() == 0) {
    return Report(env, ExitCode::kOther,
                  args.everything
                      ? "nothing is declared, so there is nothing to wait for"
                      : absl::StrCat("nothing is declared in workspace ", args.workspace));
  }
  const int64_t blocked = BlockedCount(summary);
  if (env.output == OutputFormat::kJson) {
    Print(env, ToJson(summary) + "\n");
  } else {
    Print(env, PhaseCountsText(summary, OutView(env)));
  }
  if (blocked > 0) {
    Remark(env, absl::StrCat(Plural(blocked, "instance"), blocked == 1 ? " is" : " are",
                             " not stopped, and will not be by waiting:  quiesce status",
                             args.workspace.empty() ? "" : " -w " + args.workspace));
  }
  ExitCode code = blocked > 0 ? ExitCode::kBlocked : ExitCode::kDone;
  if (!IsSettled(summary)) {
    Remark(env, "The time is over, the work goes on.");
    code = Worse(code, ExitCode::kTimeout);
  }
  return code;
}

}  // namespace

ExitCode RunWait(const WaitArgs& args, Environment& env) {
  env.interrupts->Handle();
  const absl::Time end = env.clock() + args.timeout;
  if (!args.references.empty()) return WaitForEach(args, end, env);
  const auto summary = FollowSet(args.filter, end, env);
  if (!summary.ok()) {
    return env.interrupts->first.cancelled() ? Interrupted(env) : Report(env, summary.status());
  }
  return Conclude(args, *summary, env);
}

}  // namespace quiesce::cli
