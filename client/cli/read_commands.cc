#include "client/cli/read_commands.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/json_output.h"
#include "client/cli/plan_maker.h"
#include "client/cli/references.h"
#include "client/cli/render_instance.h"
#include "client/cli/render_list.h"
#include "client/cli/render_projects.h"
#include "client/cli/render_run.h"
#include "client/cli/render_status.h"
#include "client/cli/run_reader.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "client/lib/api_error.h"
#include "daemon/base/version.h"

namespace quiesce::cli {
namespace {

// For each reference `read` and print: one as it is, several as `{KEY: [...]}` in JSON.
template <typename Message, typename Read, typename Render>
ExitCode ShowEach(const std::vector<std::string>& references, const char* key, const Read& read,
                  const Render& render, Environment& env) {
  ExitCode code = ExitCode::kDone;
  std::vector<Message> messages;
  for (const std::string& reference : references) {
    const auto name = ResolveInstance(env, reference);
    const absl::StatusOr<Message> message =
        name.ok() ? read(*name) : absl::StatusOr<Message>(name.status());
    if (!message.ok()) {
      code = Worse(code, Report(env, message.status()));
      continue;
    }
    if (env.output == OutputFormat::kTable) {
      Print(env, (messages.empty() ? "" : "\n") + render(*message, OutView(env)));
    }
    messages.push_back(*message);
  }
  if (env.output == OutputFormat::kTable || messages.empty()) return code;
  Print(env, (references.size() == 1 ? ToJson(messages[0])
                                     : JsonObject().AddList(key, messages).Text()) +
                 "\n");
  return code;
}

std::string ScopeText(const FilterArgs& filter) {
  if (filter.filter.empty()) return "";
  const std::string only_workspace = "workspace=" + filter.workspace;
  return filter.filter == only_workspace ? "workspace " + filter.workspace : filter.filter;
}

absl::Status Collect(const std::string& filter, Environment& env,
                     std::vector<v1::Instance>& instances) {
  return env.client
      ->ListInstances(filter,
                      [&](const v1::Instance& instance) {
                        instances.push_back(instance);
                        return true;
                      })
      .status();
}

std::string And(const std::string& filter, const std::string& term) {
  return filter.empty() ? term : absl::StrCat(filter, " AND ", term);
}

// Reasons for which it is not known whether an instance runs.
constexpr v1::Reason kCannotTell[] = {v1::REASON_STALE,          v1::REASON_CLOUD_STATE_UNKNOWN,
                                      v1::REASON_MISSING,        v1::REASON_SUSPECT_LIST,
                                      v1::REASON_NOT_OBSERVABLE, v1::REASON_PROJECT_NOT_CONFIGURED,
                                      v1::REASON_LIST_REFUSED};

// Declared instances of which it cannot be told whether they have drifted.
absl::Status CollectUnknown(const FilterArgs& filter, const v1::SummarizeInstancesResponse& summary,
                            Environment& env, std::vector<v1::Instance>& unknown) {
  for (const v1::ReasonCount& count : summary.reasons()) {
    if (std::find(std::begin(kCannotTell), std::end(kCannotTell), count.reason()) ==
        std::end(kCannotTell)) {
      continue;
    }
    // A filter names a field once.
    const absl::Status status =
        Collect(filter.reason.empty() ? And(filter.filter, "reason=" + Word(count.reason()))
                                      : filter.filter,
                env, unknown);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

ExitCode ShowPlan(const std::string& id, bool all, const v1::ServerInfo& server, Environment& env) {
  const auto document = LoadPlan(id, all, server, env);
  if (!document.ok()) return Report(env, document.status());
  Print(env, env.output == OutputFormat::kJson
                 ? PlanJson(*document) + "\n"
                 : RenderPlan(*document, OutView(env), PlanFooter::kHowToApply));
  return ExitCode::kDone;
}

ExitCode ShowRun(const v1::Run& run, bool all, Environment& env) {
  const auto items = GetItems(run, all, env);
  if (!items.ok()) return Report(env, items.status());
  Print(env, env.output == OutputFormat::kJson ? RunJson(run, *items) + "\n"
                                               : RenderRun(run, *items, OutView(env)));
  return ExitCode::kDone;
}

bool NamesRun(const std::string& reference) {
  return absl::StartsWith(reference, "run/") || absl::StartsWith(reference, "runs/");
}

}  // namespace

ExitCode RunStatus(const StatusArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  const auto summary = env.client->SummarizeInstances(args.filter.filter);
  if (!summary.ok()) return Report(env, summary.status());
  const auto projects = env.client->ListProjects();
  if (!projects.ok()) return Report(env, projects.status());
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject()
                       .Add("server", *server)
                       .Add("summary", *summary)
                       .AddList("projects", *projects)
                       .Text() +
                   "\n");
    return ExitCode::kDone;
  }
  Print(env, RenderStatus({*server, *summary, *projects, ScopeText(args.filter)}, OutView(env)));
  return ExitCode::kDone;
}

ExitCode RunList(const ListArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  std::vector<v1::Instance> instances;
  const auto revision =
      env.client->ListInstances(args.filter.filter, [&](const v1::Instance& instance) {
        instances.push_back(instance);
        return args.limit == 0 || static_cast<int64_t>(instances.size()) < args.limit;
      });
  if (!revision.ok()) return Report(env, revision.status());
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject()
                       .AddList("instances", instances)
                       .AddWord("revision", absl::StrCat(*revision))
                       .Text() +
                   "\n");
  } else if (instances.empty()) {
    Remark(env, "Nothing matches.");
  } else {
    Print(env, RenderInstances(instances, OutView(env)));
  }
  return ExitCode::kDone;
}

ExitCode RunGet(const GetArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  return ShowEach<v1::Instance>(
      args.references, "instances",
      [&](const std::string& name) { return env.client->GetInstance(name); }, RenderInstance, env);
}

ExitCode RunExplain(const ExplainArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  return ShowEach<v1::Explanation>(
      args.references, "explanations",
      [&](const std::string& name) { return env.client->ExplainInstance(name); }, RenderExplanation,
      env);
}

ExitCode RunShow(const ShowArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  const bool bare = !absl::StrContains(args.reference, "/");
  if (!bare && !NamesRun(args.reference)) return ShowPlan(args.reference, args.all, *server, env);
  if (bare) {
    const auto plan = env.client->GetPlan(args.reference);
    if (plan.ok()) return ShowPlan(plan->name(), args.all, *server, env);
    if (client::ToApiError(plan.status()).reason != v1::ERROR_REASON_PLAN_NOT_FOUND) {
      return Report(env, plan.status());
    }
  }
  const auto run = env.client->GetRun(args.reference);
  if (run.ok()) return ShowRun(*run, args.all, env);
  if (bare && client::ToApiError(run.status()).reason == v1::ERROR_REASON_RUN_NOT_FOUND) {
    return Report(env, ExitCode::kOther,
                  absl::StrCat("no plan and no run has an id that begins with ", args.reference,
                               "; plans are kept for a day"));
  }
  return Report(env, run.status());
}

ExitCode RunDrift(const DriftArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  const auto summary = env.client->SummarizeInstances(args.filter.filter);
  if (!summary.ok()) return Report(env, summary.status());
  DriftDocument document;
  document.declared_count = summary->declared_count();
  absl::Status status = Collect(And(args.filter.filter, "phase=DRIFTED"), env, document.drifted);
  if (status.ok()) status = CollectUnknown(args.filter, *summary, env, document.unknown);
  if (!status.ok()) return Report(env, status);
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject()
                       .AddList("drifted", document.drifted)
                       .AddList("unknown", document.unknown)
                       .AddNumber("declared_count", document.declared_count)
                       .Text() +
                   "\n");
  } else {
    Print(env, RenderDrift(document, OutView(env)));
  }
  const ExitCode code = document.drifted.empty() ? ExitCode::kDone : ExitCode::kDrift;
  return document.unknown.empty() ? code : Worse(code, ExitCode::kBlocked);
}

ExitCode RunProjects(const ProjectsArgs&, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  const auto projects = env.client->ListProjects();
  if (!projects.ok()) return Report(env, projects.status());
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("projects", *projects).Text() + "\n");
    return ExitCode::kDone;
  }
  Print(env, RenderProjects(*projects, OutView(env)));
  if (!projects->empty()) Print(env, "\n" + RenderCredentials(*projects, OutView(env)));
  return ExitCode::kDone;
}

ExitCode RunRefresh(const RefreshArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  std::vector<std::string> names = args.projects;
  if (args.all) {
    const auto projects = env.client->ListProjects();
    if (!projects.ok()) return Report(env, projects.status());
    for (const v1::Project& project : *projects) {
      if (project.observation_mode() != v1::OBSERVATION_MODE_NONE) names.push_back(project.name());
    }
  }
  ExitCode code = ExitCode::kDone;
  std::vector<v1::Project> refreshed;
  for (const std::string& name : names) {
    const auto project = env.client->RefreshProject(name, args.accept_absence);
    if (project.ok()) {
      refreshed.push_back(*project);
    } else {
      code = Worse(code, Report(env, project.status()));
    }
  }
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("projects", refreshed).Text() + "\n");
  } else if (!refreshed.empty()) {
    Print(env, RenderProjects(refreshed, OutView(env)));
  }
  return code;
}

ExitCode RunVersion(const VersionArgs& args, Environment& env) {
  const bool json = env.output == OutputFormat::kJson;
  if (!json) Print(env, absl::StrCat("quiesce   ", kVersion, "\n"));
  JsonObject object;
  object.AddWord("client_version", kVersion);
  ExitCode code = ExitCode::kDone;
  if (!args.client_only) {
    const auto raw = AskServer(env);
    if (!raw.ok()) {
      code = Report(env, raw.status());
    } else {
      object.Add("server", *raw);
      const v1::ServerInfo server = Cleaned(*raw);
      if (!json) {
        Print(env,
              absl::StrCat("quiesced  ", server.version(), "   server ", server.server_name(), " (",
                           env.client->options().target, ")   you are ", server.principal(), "\n"));
      }
    }
  }
  if (json) Print(env, object.Text() + "\n");
  return code;
}

}  // namespace quiesce::cli
