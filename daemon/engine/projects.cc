#include "daemon/engine/projects.h"

namespace quiesce::engine {

Projects::Projects(const std::vector<ProjectConfig>& configs, Registry& registry) {
  unconfigured_.mode = core::ObservationMode::kUnconfigured;
  for (const ProjectConfig& config : configs) {
    auto project = std::make_unique<ProjectState>();
    project->config = config;
    project->credential = StateOf(config);
    if (config.settings.mode == core::ObservationMode::kList) {
      ++project->credential->observed_projects;
    }
    project->rows = &registry.Project(config.settings.id);
    by_id_[config.settings.id] = project.get();
    projects_.push_back(std::move(project));
  }
}

CredentialState* Projects::StateOf(const ProjectConfig& config) {
  for (const auto& credential : credentials_) {
    if (credential->name == config.credential && credential->endpoint == config.endpoint) {
      return credential.get();
    }
  }
  credentials_.push_back(std::make_unique<CredentialState>(config.credential, config.endpoint,
                                                           config.max_in_flight, config.quota));
  return credentials_.back().get();
}

ProjectState* Projects::Find(std::string_view project_id) {
  auto it = by_id_.find(project_id);
  return it == by_id_.end() ? nullptr : it->second;
}

const core::ProjectSettings& Projects::SettingsOf(std::string_view project_id) {
  const ProjectState* project = Find(project_id);
  return project != nullptr ? project->config.settings : unconfigured_;
}

SteadyTime Projects::ThrottledUntil(std::string_view project_id) {
  const ProjectState* project = Find(project_id);
  return project != nullptr ? project->credential->paused_until() : SteadyTime::Never();
}

}  // namespace quiesce::engine
