#include "daemon/engine/projects.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace quiesce::engine {
namespace {

bool IsSame(const ProjectConfig& a, const ProjectConfig& b) {
  const auto of = [](const ProjectConfig& c) {
    const core::Timing& t = c.settings.timing;
    return std::tie(c.settings.alias, c.settings.mode, t.call_deadline, t.settle, t.list_idle,
                    t.list_active, t.look_max_age, c.endpoint, c.region, c.credential,
                    c.credential_source, c.max_in_flight, c.quota.reserve, c.quota.told,
                    c.fingerprint);
  };
  return of(a) == of(b);
}

}  // namespace

Projects::Projects(const std::vector<ProjectConfig>& configs, Registry& registry)
    : registry_(registry) {
  unconfigured_.mode = core::ObservationMode::kUnconfigured;
  Configure(configs, SteadyTime::Never());
}

void Projects::Configure(const std::vector<ProjectConfig>& configs, SteadyTime now) {
  for (const auto& credential : credentials_) credential->observed_projects = 0;
  std::map<std::string, ProjectConfig> before;
  for (const auto& project : projects_) {
    before.emplace(project->config.settings.id, project->config);
    project->config.settings.mode = core::ObservationMode::kUnconfigured;
  }
  for (const ProjectConfig& config : configs) {
    ProjectState& project = StateOfProject(config.settings.id);
    project.config = config;
    project.credential = StateOf(config, now);
    if (config.settings.mode == core::ObservationMode::kList) {
      ++project.credential->observed_projects;
    }
  }
  for (const auto& project : projects_) {
    const auto known = before.find(project->config.settings.id);
    if (known == before.end() || !IsSame(known->second, project->config)) ++project->configuration;
  }
}

ProjectState& Projects::StateOfProject(const std::string& project_id) {
  const auto known = by_id_.find(project_id);
  if (known != by_id_.end()) return *known->second;
  projects_.push_back(std::make_unique<ProjectState>());
  ProjectState& project = *projects_.back();
  project.rows = &registry_.Project(project_id);
  by_id_[project_id] = &project;
  return project;
}

CredentialState* Projects::StateOf(const ProjectConfig& config, SteadyTime now) {
  QuotaConfig quota = config.quota;
  if (!quota.list_lead) {
    quota.list_lead = std::min(limits::kMaxListLead, config.settings.timing.look_max_age / 2);
  }
  for (const auto& credential : credentials_) {
    if (credential->name == config.credential && credential->endpoint == config.endpoint) {
      credential->Configure(config.max_in_flight, quota, now);
      return credential.get();
    }
  }
  credentials_.push_back(std::make_unique<CredentialState>(config.credential, config.endpoint,
                                                           config.max_in_flight, quota));
  return credentials_.back().get();
}

ProjectState* Projects::Find(std::string_view project_id) {
  const auto it = by_id_.find(project_id);
  return it != by_id_.end() && it->second->configured() ? it->second : nullptr;
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
