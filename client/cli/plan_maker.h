#ifndef QUIESCE_CLIENT_CLI_PLAN_MAKER_H_
#define QUIESCE_CLIENT_CLI_PLAN_MAKER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/environment.h"
#include "client/cli/render_plan.h"
#include "client/manifest/manifest.h"

// Manifests and plans as the verbs need them.
namespace quiesce::cli {

// Reads the files; with `workspace`, only that one of them. Nothing if there are mistakes, which
// have been reported then: exit with kUsage.
std::optional<std::vector<manifest::Manifest>> LoadManifests(const std::vector<std::string>& files,
                                                             const std::string& workspace,
                                                             Environment& env);

// Has the daemon make a plan, and gets its items. With `all`, also what it leaves unchanged.
absl::StatusOr<PlanDocument> MakePlan(const manifest::Manifest& manifest, bool all,
                                      const v1::ServerInfo& server, Environment& env);

// A plan that was made before.
absl::StatusOr<PlanDocument> LoadPlan(const std::string& id, bool all, const v1::ServerInfo& server,
                                      Environment& env);

// `{"plan": ..., "items": [...], ...}`.
std::string PlanJson(const PlanDocument& document);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_PLAN_MAKER_H_
