#include "client/cli/plan_maker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "client/cli/text.h"
#include "client/lib/filter.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

absl::Status GetItems(bool all, Environment& env, PlanDocument& document) {
  document.all = all;
  QUIESCE_RETURN_IF_ERROR(
      env.client->ListPlanItems(document.plan.name(), "", [&](const v1::PlanItem& item) {
        document.items.push_back(item);
        return true;
      }));
  // Of an applied plan nobody knows any more what it left unchanged.
  if (!all || !document.plan.run().empty()) return absl::OkStatus();
  std::set<std::string> changed;
  for (const v1::PlanItem& item : document.items) changed.insert(item.instance());
  const std::string filter = "workspace=" + client::FilterValue(document.plan.header().workspace());
  return env.client
      ->ListInstances(filter,
                      [&](const v1::Instance& instance) {
                        if (changed.count(instance.name()) == 0) {
                          document.unchanged.push_back(instance);
                        }
                        return true;
                      })
      .status();
}

PlanDocument NewDocument(const v1::ServerInfo& server, const Environment& env) {
  PlanDocument document;
  document.server_name = server.server_name();
  document.target = env.client->options().target;
  return document;
}

}  // namespace

std::optional<std::vector<manifest::Manifest>> LoadManifests(const std::vector<std::string>& files,
                                                             const std::string& workspace,
                                                             Environment& env) {
  manifest::Input input = manifest::Load(files, *env.in);
  if (!input.ok()) {
    // Each line was cleaned by who wrote it: errors quote what they are about.
    *env.err << manifest::FormatErrors(input) << (input.more_errors ? "More than " : "")
             << Plural(static_cast<long long>(input.errors.size()), "error")
             << ", nothing was sent.\n"
             << std::flush;
    return std::nullopt;
  }
  if (workspace.empty()) return std::move(input.manifests);
  std::vector<manifest::Manifest> chosen;
  for (manifest::Manifest& manifest : input.manifests) {
    if (manifest.header.workspace() == workspace) chosen.push_back(std::move(manifest));
  }
  if (chosen.empty()) {
    std::string message = absl::StrCat("--workspace: the input has no workspace ",
                                       core::Quoted(workspace), ", it has");
    for (const manifest::Manifest& manifest : input.manifests) {
      absl::StrAppend(&message, " ", manifest.header.workspace());
    }
    Report(env, ExitCode::kUsage, message);
    return std::nullopt;
  }
  return chosen;
}

absl::StatusOr<PlanDocument> MakePlan(const manifest::Manifest& manifest, bool all,
                                      const v1::ServerInfo& server, Environment& env) {
  auto response = env.client->CreatePlan(manifest.header, manifest.specs);
  if (!response.ok()) return response.status();
  PlanDocument document = NewDocument(server, env);
  document.plan = std::move(*response->mutable_plan());
  document.projects.assign(response->projects().begin(), response->projects().end());
  document.unmanaged_count = response->unmanaged_count();
  QUIESCE_RETURN_IF_ERROR(GetItems(all, env, document));
  return document;
}

absl::StatusOr<PlanDocument> LoadPlan(const std::string& id, bool all, const v1::ServerInfo& server,
                                      Environment& env) {
  auto plan = env.client->GetPlan(id);
  if (!plan.ok()) return plan.status();
  PlanDocument document = NewDocument(server, env);
  document.plan = *std::move(plan);
  QUIESCE_RETURN_IF_ERROR(GetItems(all, env, document));
  return document;
}

std::string PlanJson(const PlanDocument& document) {
  JsonObject object;
  object.Add("plan", document.plan).AddList("items", document.items);
  if (!document.projects.empty()) {
    object.AddList("projects", document.projects)
        .AddNumber("unmanaged_count", document.unmanaged_count);
  }
  return object.Text();
}

}  // namespace quiesce::cli
