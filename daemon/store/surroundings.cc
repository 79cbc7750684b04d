#include "daemon/store/surroundings.h"

#include <optional>

#include "daemon/base/status_macros.h"

namespace quiesce::store {

const core::ProjectSettings& SettingsOf(const OpContext& context, const std::string& project_id) {
  static const auto* const unconfigured = [] {
    auto* settings = new core::ProjectSettings();
    settings->mode = core::ObservationMode::kUnconfigured;
    return settings;
  }();
  const auto it = context.projects.find(project_id);
  return it == context.projects.end() ? *unconfigured : it->second;
}

absl::StatusOr<ProjectSurroundings> ProjectSurroundings::Read(Tables& tables,
                                                              const OpContext& context,
                                                              const std::string& project_id,
                                                              SteadyTime throttled_until) {
  ProjectSurroundings surroundings;
  surroundings.settings_ = &SettingsOf(context, project_id);
  surroundings.throttled_until_ = throttled_until;
  QUIESCE_ASSIGN_OR_RETURN(surroundings.holds_, tables.Holds());
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<Project> project, tables.ReadProject(project_id));
  if (project) surroundings.freshness_ = project->freshness;
  return surroundings;
}

}  // namespace quiesce::store
