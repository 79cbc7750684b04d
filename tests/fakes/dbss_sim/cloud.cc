#include "tests/fakes/dbss_sim/cloud.h"

#include <utility>

namespace quiesce::dbss_sim {

std::shared_ptr<Cloud::Project> Cloud::Find(std::string_view project) const {
  std::shared_lock lock(mutex_);
  const auto found = by_id_.find(std::string(project));
  return found == by_id_.end() ? nullptr : found->second;
}

bool Cloud::AddProject(ProjectFacts facts) {
  std::unique_lock lock(mutex_);
  const std::string id = facts.id;
  if (by_id_.count(id) != 0) return false;
  projects_.push_back(std::make_shared<Project>(std::move(facts)));
  by_id_.emplace(id, projects_.back());
  return true;
}

bool Cloud::AddInstance(std::string_view project, const InstanceSpec& spec) {
  const auto found = Find(project);
  if (found == nullptr) return false;
  std::lock_guard lock(found->mutex);
  return found->model.Add(spec);
}

bool Cloud::HasProject(std::string_view project) const { return Find(project) != nullptr; }

bool Cloud::HasInstance(std::string_view project, std::string_view instance) const {
  const auto found = Find(project);
  if (found == nullptr) return false;
  std::lock_guard lock(found->mutex);
  return found->model.Find(instance) != nullptr;
}

std::optional<ProjectFacts> Cloud::FindProject(std::string_view id_or_name) const {
  std::shared_lock lock(mutex_);
  for (const auto& project : projects_) {
    const ProjectFacts& facts = project->model.facts();
    if (facts.id == id_or_name || facts.name == id_or_name) return facts;
  }
  return std::nullopt;
}

PowerOutcome Cloud::Stop(std::string_view project, std::string_view instance, SimTime now) {
  const auto found = Find(project);
  if (found == nullptr) return PowerOutcome::kNoSuchInstance;
  const PowerTimelines defaults = timelines();
  std::lock_guard lock(found->mutex);
  return found->model.Stop(instance, defaults, now);
}

PowerOutcome Cloud::Start(std::string_view project, std::string_view instance, SimTime now) {
  const auto found = Find(project);
  if (found == nullptr) return PowerOutcome::kNoSuchInstance;
  const PowerTimelines defaults = timelines();
  std::lock_guard lock(found->mutex);
  return found->model.Start(instance, defaults, now);
}

std::optional<std::string> Cloud::ListBody(std::string_view project, SimTime now,
                                           SimTime lag) const {
  const auto found = Find(project);
  if (found == nullptr) return std::nullopt;
  std::lock_guard lock(found->mutex);
  return found->model.ListBody(now, lag);
}

bool Cloud::Edit(std::string_view project, std::string_view instance, SimTime now,
                 const std::function<void(Instance&)>& edit) {
  const auto found = Find(project);
  if (found == nullptr) return false;
  std::lock_guard lock(found->mutex);
  Instance* target = found->model.Find(instance);
  if (target == nullptr) return false;
  target->Remember(now);
  edit(*target);
  return true;
}

bool Cloud::Visit(std::string_view project,
                  const std::function<void(const Instance&)>& visit) const {
  const auto found = Find(project);
  if (found == nullptr) return false;
  std::lock_guard lock(found->mutex);
  for (const auto& instance : found->model.instances()) visit(*instance);
  return true;
}

std::vector<ProjectSummary> Cloud::Summaries(SimTime now) const {
  std::vector<std::shared_ptr<Project>> projects;
  {
    std::shared_lock lock(mutex_);
    projects = projects_;
  }
  std::vector<ProjectSummary> summaries;
  for (const auto& project : projects) {
    std::lock_guard lock(project->mutex);
    summaries.push_back({project->model.facts(), project->model.CountAt(now)});
  }
  return summaries;
}

void Cloud::SetTimelines(const PowerTimelines& timelines) {
  std::unique_lock lock(mutex_);
  timelines_ = timelines;
}

PowerTimelines Cloud::timelines() const {
  std::shared_lock lock(mutex_);
  return timelines_;
}

void Cloud::Clear() {
  std::unique_lock lock(mutex_);
  projects_.clear();
  by_id_.clear();
}

}  // namespace quiesce::dbss_sim
