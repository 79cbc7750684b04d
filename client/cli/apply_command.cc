#include "client/cli/apply_command.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "client/cli/plan_maker.h"
#include "client/cli/render_run.h"
#include "client/cli/run_reader.h"
#include "client/cli/text.h"
#include "client/cli/words.h"
#include "client/lib/api_error.h"

namespace quiesce::cli {
namespace {

// Often enough to look alive.
constexpr absl::Duration kPollInterval = absl::Milliseconds(300);

// The plans to apply; nothing if there is an error, which has been reported then.
ExitCode GetPlans(const ApplyArgs& args, const v1::ServerInfo& server, Environment& env,
                  std::vector<PlanDocument>& plans) {
  if (!args.plan.empty()) {
    auto plan = LoadPlan(args.plan, args.all, server, env);
    if (!plan.ok()) return Report(env, plan.status());
    plans.push_back(*std::move(plan));
    return ExitCode::kDone;
  }
  const auto manifests = LoadManifests(args.files, args.workspace, env);
  if (!manifests.has_value()) return ExitCode::kUsage;
  for (const manifest::Manifest& manifest : *manifests) {
    auto plan = MakePlan(manifest, args.all, server, env);
    if (!plan.ok()) {
      const ExitCode code = Report(env, plan.status());
      Remark(env, "Nothing was applied.");
      return code;
    }
    plans.push_back(*std::move(plan));
  }
  return ExitCode::kDone;
}

// With -o json stdout is for the result alone; people still want to see what they are asked about.
void ShowPlans(const std::vector<PlanDocument>& plans, Environment& env) {
  const bool json = env.output == OutputFormat::kJson;
  const View view = json ? ErrView(env) : OutView(env);
  std::string text;
  for (const PlanDocument& plan : plans) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", RenderPlan(plan, view, PlanFooter::kNone));
  }
  if (json) {
    *env.err << text << std::flush;
  } else {
    Print(env, text);
  }
}

// Whether applying the plans changes anything: not if they were applied already.
bool IsNews(const std::vector<PlanDocument>& plans) {
  for (const PlanDocument& document : plans) {
    if (document.plan.run().empty()) return true;
  }
  return false;
}

bool Approve(const std::vector<PlanDocument>& plans, const std::string& server_name,
             Environment& env) {
  PlanTotals sum;
  int64_t others = 0;
  for (const PlanDocument& document : plans) {
    const PlanTotals totals = TotalsOf(document.plan);
    sum.stop += totals.stop;
    sum.unknown += totals.unknown;
    others += totals.adopt + totals.move + totals.update + totals.release;
  }
  std::string question = absl::StrCat("\nserver ", Clean(server_name), ": ", StopsInWords(sum));
  if (others > 0) absl::StrAppend(&question, ", change ", Plural(others, "declaration"));
  return Confirm(env, question + "? type yes:");
}

// Applies the plans in order; after an error the later ones are left alone.
ExitCode ApplyAll(const ApplyArgs& args, const std::vector<PlanDocument>& plans, Environment& env,
                  std::vector<v1::Run>& runs) {
  client::CallOptions call;
  // Not the first one: whether the run exists must be known before it can be cancelled.
  call.cancel = &env.interrupts->second;
  for (const PlanDocument& document : plans) {
    if (env.interrupts->first.cancelled()) return ExitCode::kInterrupted;
    const std::string& digest = args.digest.empty() ? document.plan.digest() : args.digest;
    auto run = env.client->ApplyPlan(document.plan.name(), digest, call);
    if (!run.ok()) return Report(env, run.status());
    runs.push_back(*std::move(run));
  }
  return ExitCode::kDone;
}

ExitCode Detach(const std::vector<v1::Run>& runs, Environment& env) {
  std::string text;
  for (const v1::Run& run : runs) {
    absl::StrAppend(&text, "run ", ShortId(run.name()), "   ", Clean(run.workspace()), "   ",
                    Plural(run.item_count(), "item"),
                    "   goes on by itself\nFollow it:  quiesce show run/", ShortId(run.name()),
                    "\n");
  }
  Print(env, env.output == OutputFormat::kJson ? JsonObject().AddList("runs", runs).Text() + "\n"
                                               : text);
  return ExitCode::kDone;
}

// Cancels one run and says what is left behind. False if it had ended before.
bool Cancel(const v1::Run& run, Environment& env, std::vector<std::string>& json) {
  Remark(env, absl::StrCat("Cancelling run ", ShortId(run.name()),
                           " ... (Ctrl-C again leaves at once)"));
  client::CallOptions call;
  call.cancel = &env.interrupts->second;
  const auto response = env.client->CancelRun(run.name(), call);
  if (!response.ok()) {
    const client::ApiError error = client::ToApiError(response.status());
    if (error.reason == v1::ERROR_REASON_RUN_ENDED) return false;
    if (error.trouble != client::Trouble::kCancelled) Report(env, response.status());
    Remark(env, absl::StrCat("Left without knowing what became of it:  quiesce show run/",
                             ShortId(run.name())));
    return true;
  }
  if (env.output == OutputFormat::kJson) {
    json.push_back(ToJson(*response));
    return true;
  }
  // For the names only: without them the ids have to do.
  std::vector<v1::RunItem> items;
  const absl::Status status = env.client->ListRunItems(
      run.name(), "",
      [&](const v1::RunItem& item) {
        items.push_back(item);
        return items.size() < 5000;
      },
      call);
  (void)status;
  Print(env, "\n" + RenderCancelled(*response, items, OutView(env)));
  return true;
}

// Says how the run ended, or how far it is.
ExitCode Conclude(const v1::Run& run, Environment& env, std::vector<std::string>& json) {
  const auto items = GetItems(run, false, env);
  if (!items.ok()) return Worse(CodeOf(run), Report(env, items.status()));
  if (env.output == OutputFormat::kJson) {
    json.push_back(RunJson(run, *items));
  } else {
    Print(env, "\n" + RenderRun(run, *items, OutView(env)));
  }
  if (!HasEnded(run)) {
    Remark(env, absl::StrCat("The time is over, the run goes on:  quiesce show run/",
                             ShortId(run.name())));
  }
  return CodeOf(run);
}

absl::StatusOr<v1::Run> Follow(const v1::Run& run, absl::Time end, Environment& env) {
  ProgressLine line(env);
  client::FollowOptions follow;
  follow.interval = kPollInterval;
  follow.timeout = end - env.clock();
  follow.cancel = &env.interrupts->first;
  return env.client->FollowRun(
      run.name(),
      [&](const v1::Run& now) {
        line.Draw(RenderRunProgress(now, ErrView(env)));
        return true;
      },
      follow);
}

ExitCode FollowAll(const std::vector<v1::Run>& runs, absl::Duration timeout, Environment& env) {
  const absl::Time end = env.clock() + timeout;
  ExitCode code = ExitCode::kDone;
  std::vector<std::string> concluded;
  std::vector<std::string> cancelled;
  for (const v1::Run& run : runs) {
    auto last = env.interrupts->first.cancelled() ? absl::StatusOr<v1::Run>(absl::CancelledError())
                                                  : Follow(run, end, env);
    if (!last.ok() && env.interrupts->first.cancelled()) {
      if (Cancel(run, env, cancelled)) {
        code = ExitCode::kInterrupted;
        continue;
      }
      last = env.client->GetRun(run.name());
    }
    if (!last.ok()) {
      code = Worse(code, Report(env, last.status()));
      Remark(env,
             absl::StrCat("The run goes on without us:  quiesce show run/", ShortId(run.name())));
      continue;
    }
    code = Worse(code, Conclude(*last, env, concluded));
  }
  if (env.output == OutputFormat::kJson) {
    JsonObject object;
    object.AddArray("runs", concluded);
    if (!cancelled.empty()) object.AddArray("cancelled", cancelled);
    Print(env, object.Text() + "\n");
  }
  return code;
}

}  // namespace

ExitCode RunApply(const ApplyArgs& args, Environment& env) {
  if (!args.auto_approve && !env.in_is_terminal) {
    return Report(
        env, ExitCode::kUsage,
        "apply asks before it stops anything, and standard input is no terminal to answer "
        "from\nadd --auto-approve; or review with quiesce plan, and apply that plan: "
        "quiesce apply PLAN --auto-approve");
  }
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  std::vector<PlanDocument> plans;
  const ExitCode code = GetPlans(args, *server, env, plans);
  if (code != ExitCode::kDone) return code;
  ShowPlans(plans, env);

  std::vector<PlanDocument> to_do;
  for (PlanDocument& plan : plans) {
    if (HasItems(plan.plan)) to_do.push_back(std::move(plan));
  }
  if (to_do.empty()) {
    if (env.output == OutputFormat::kJson) Print(env, "{\n \"runs\": []\n}\n");
    return ExitCode::kDone;
  }
  if (!args.auto_approve && IsNews(to_do) && !Approve(to_do, server->server_name(), env)) {
    return Report(env, ExitCode::kOther, "not applied: the answer was not yes");
  }
  env.interrupts->Handle();
  std::vector<v1::Run> runs;
  const ExitCode applied = ApplyAll(args, to_do, env, runs);
  if (runs.empty()) return applied;
  return Worse(applied, args.detach ? Detach(runs, env) : FollowAll(runs, args.timeout, env));
}

}  // namespace quiesce::cli
