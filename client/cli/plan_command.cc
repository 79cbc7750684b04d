#include "client/cli/plan_command.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "client/cli/plan_maker.h"
#include "client/cli/text.h"

namespace quiesce::cli {
namespace {

ExitCode CodeOfPlan(const v1::Plan& plan) {
  if (TotalsOf(plan).unknown > 0) return ExitCode::kBlocked;
  return HasChanges(plan) ? ExitCode::kChanges : ExitCode::kDone;
}

// Whether to go on with the next workspace: not when it would only fail in the same way.
bool ConcernsAll(ExitCode code) {
  return code == ExitCode::kUnreachable || code == ExitCode::kPermission ||
         code == ExitCode::kInterrupted;
}

}  // namespace

ExitCode RunValidate(const ValidateArgs& args, Environment& env) {
  const auto manifests = LoadManifests(args.files, "", env);
  if (!manifests.has_value()) return ExitCode::kUsage;
  if (env.output == OutputFormat::kJson) {
    std::vector<std::string> elements;
    for (const manifest::Manifest& manifest : *manifests) {
      elements.push_back(JsonObject()
                             .Add("header", manifest.header)
                             .AddNumber("spec_count", static_cast<long long>(manifest.specs.size()))
                             .Text());
    }
    Print(env, JsonObject().AddArray("workspaces", elements).Text() + "\n");
    return ExitCode::kDone;
  }
  std::string out;
  for (const manifest::Manifest& manifest : *manifests) {
    absl::StrAppend(&out, Clean(manifest.at.file), ": ok: ", manifest.header.workspace(),
                    ", owner ", manifest.header.owner(), ", ",
                    Plural(static_cast<long long>(manifest.specs.size()), "instance"), "\n");
  }
  Print(env, out);
  return ExitCode::kDone;
}

ExitCode RunPlan(const PlanArgs& args, Environment& env) {
  const auto manifests = LoadManifests(args.files, args.workspace, env);
  if (!manifests.has_value()) return ExitCode::kUsage;
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());

  ExitCode code = ExitCode::kDone;
  std::vector<std::string> json;
  bool first = true;
  for (const manifest::Manifest& manifest : *manifests) {
    const auto document = MakePlan(manifest, args.all, *server, env);
    if (!document.ok()) {
      code = Worse(code, Report(env, document.status()));
      if (ConcernsAll(code)) break;
      continue;
    }
    if (args.detailed_exitcode) code = Worse(code, CodeOfPlan(document->plan));
    if (env.output == OutputFormat::kJson) {
      json.push_back(PlanJson(*document));
      continue;
    }
    Print(env, (first ? "" : "\n") + RenderPlan(*document, OutView(env), PlanFooter::kHowToApply));
    first = false;
  }
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddArray("plans", json).Text() + "\n");
  }
  return code;
}

}  // namespace quiesce::cli
