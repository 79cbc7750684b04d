#include "daemon/app/recovery.h"

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/project_operations.h"

namespace quiesce::app {
namespace {

std::vector<store::ConfiguredProject> StoreProjectsOf(const config::Config& config) {
  std::vector<store::ConfiguredProject> projects;
  for (const config::Project& project : config.projects) {
    projects.push_back({project.id, project.alias, project.endpoint.ToString(),
                        project.moved_from ? project.moved_from->ToString() : ""});
  }
  return projects;
}

bool IsReadOtherwise(const config::Project& project, const config::Config& before) {
  for (const config::Project& other : before.projects) {
    if (other.id == project.id) return other.status_map != project.status_map;
  }
  return false;
}

// Of a project whose endpoint is not the remembered one: what to change in the configuration.
absl::Status Refusal(const config::Project& project, const std::string& stored_endpoint) {
  return absl::FailedPreconditionError(
      absl::StrCat("projects.", project.alias, " has the endpoint ", project.endpoint.ToString(),
                   ", the store remembers ", stored_endpoint,
                   ": put that back; or, if the new one leads to the same instances, set projects.",
                   project.alias, ".moved_from: ", stored_endpoint));
}

absl::Status ForPeople(const absl::Status& status, const config::Config& config) {
  const std::optional<core::ErrorDetail> detail = core::DetailOf(status);
  if (!detail || detail->reason != "ENDPOINT_CHANGED") return status;
  const auto id = detail->metadata.find("project");
  const auto stored = detail->metadata.find("stored_endpoint");
  if (id == detail->metadata.end() || stored == detail->metadata.end()) return status;
  for (const config::Project& project : config.projects) {
    if (project.id == id->second) return Refusal(project, stored->second);
  }
  return status;
}

void LogMoves(const std::vector<store::MovedProject>& moved, observability::Logger& log) {
  for (const store::MovedProject& project : moved) {
    log.Warning("endpoint changed, as configured",
                {{"project", project.alias}, {"from", project.from}, {"to", project.to}});
  }
}

}  // namespace

absl::StatusOr<int64_t> RecoverStore(store::SqliteStore& sqlite, const config::Config& config,
                                     const store::SqliteStore::Environment& environment,
                                     observability::Logger& log) {
  const auto recovered = sqlite.Execute(store::Recover{StoreProjectsOf(config)}, environment);
  if (!recovered.ok()) return ForPeople(recovered.status(), config);
  LogMoves(recovered->moved, log);
  return recovered->attempts;
}

absl::Status ReconfigureStore(store::StateStore& store, const config::Config& config,
                              const config::Config& before, Task in_force,
                              observability::Logger& log) {
  store::ConfigureProjects configure{StoreProjectsOf(config)};
  for (size_t n = 0; n < config.projects.size(); ++n) {
    configure.projects[n].read_otherwise = IsReadOtherwise(config.projects[n], before);
  }
  using Moved = absl::StatusOr<store::ConfigureProjects::Result>;
  // Shared: it is still being told while we go on.
  const auto done = std::make_shared<std::promise<Moved>>();
  store.Submit(std::move(configure), [&in_force, done](Moved result) {
    if (result.ok()) std::move(in_force)();
    done->set_value(std::move(result));
  });
  const Moved moved = done->get_future().get();
  if (!moved.ok()) return ForPeople(moved.status(), config);
  LogMoves(*moved, log);
  return absl::OkStatus();
}

}  // namespace quiesce::app
