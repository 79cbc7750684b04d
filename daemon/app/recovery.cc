#include "daemon/app/recovery.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/core/error.h"
#include "daemon/store/attempt_operations.h"

namespace quiesce::app {
namespace {

store::Recover MakeRecover(const config::Config& config) {
  store::Recover recover;
  for (const config::Project& project : config.projects) {
    recover.projects.push_back({project.id, project.alias, project.endpoint.ToString()});
  }
  return recover;
}

// A project whose endpoint is not the remembered one.
struct MovedProject {
  const config::Project* project = nullptr;
  std::string stored_endpoint;

  bool is_accepted() const {
    return project->moved_from && project->moved_from->ToString() == stored_endpoint;
  }
};

std::optional<MovedProject> MovedProjectOf(const absl::Status& status,
                                           const config::Config& config) {
  const std::optional<core::ErrorDetail> detail = core::DetailOf(status);
  if (!detail || detail->reason != "ENDPOINT_CHANGED") return std::nullopt;
  const auto id = detail->metadata.find("project");
  const auto stored = detail->metadata.find("stored_endpoint");
  if (id == detail->metadata.end() || stored == detail->metadata.end()) return std::nullopt;
  for (const config::Project& project : config.projects) {
    if (project.id == id->second) return MovedProject{&project, stored->second};
  }
  return std::nullopt;
}

absl::Status Refusal(const MovedProject& moved) {
  const config::Project& project = *moved.project;
  return absl::FailedPreconditionError(
      absl::StrCat("projects.", project.alias, " has the endpoint ", project.endpoint.ToString(),
                   ", the store remembers ", moved.stored_endpoint,
                   ": put that back; or, if the new one leads to the same instances, set projects.",
                   project.alias, ".moved_from: ", moved.stored_endpoint));
}

}  // namespace

absl::StatusOr<int64_t> RecoverStore(store::SqliteStore& sqlite, const config::Config& config,
                                     const store::SqliteStore::Environment& environment,
                                     observability::Logger& log) {
  store::Recover recover = MakeRecover(config);
  // Each round accepts one more project.
  while (true) {
    const auto recovered = sqlite.Execute(recover, environment);
    if (recovered.ok()) return recovered->attempts;
    const std::optional<MovedProject> moved = MovedProjectOf(recovered.status(), config);
    if (!moved) return recovered.status();
    if (!moved->is_accepted()) return Refusal(*moved);
    if (!recover.accepted_endpoint_changes.insert(moved->project->id).second) {
      return recovered.status();
    }
    log.Warning("endpoint changed, as configured", {{"project", moved->project->alias},
                                                    {"from", moved->stored_endpoint},
                                                    {"to", moved->project->endpoint.ToString()}});
  }
}

}  // namespace quiesce::app
