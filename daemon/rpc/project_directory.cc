#include "daemon/rpc/project_directory.h"

#include <algorithm>
#include <utility>

namespace quiesce::rpc {

ProjectDirectory::ProjectDirectory(Settings projects) : index_(IndexOf(std::move(projects))) {}

std::shared_ptr<const ProjectDirectory::Index> ProjectDirectory::IndexOf(Settings projects) {
  auto index = std::make_shared<Index>();
  index->projects = std::move(projects);
  std::sort(index->projects.begin(), index->projects.end(),
            [](const core::ProjectSettings& a, const core::ProjectSettings& b) {
              return a.alias < b.alias;
            });
  for (const core::ProjectSettings& project : index->projects) {
    index->by_id[project.id] = &project;
    index->by_alias[project.alias] = &project;
  }
  return index;
}

void ProjectDirectory::Replace(Settings projects) {
  std::shared_ptr<const Index> index = IndexOf(std::move(projects));
  MutexLock lock(mu_);
  index_.swap(index);
}

std::shared_ptr<const ProjectDirectory::Index> ProjectDirectory::index() const {
  MutexLock lock(mu_);
  return index_;
}

std::shared_ptr<const core::ProjectSettings> ProjectDirectory::Find(
    std::string_view id_or_alias) const {
  const std::shared_ptr<const Index> index = this->index();
  const core::ProjectSettings* found = nullptr;
  if (auto by_id = index->by_id.find(id_or_alias); by_id != index->by_id.end()) {
    found = by_id->second;
  } else if (auto by_alias = index->by_alias.find(id_or_alias); by_alias != index->by_alias.end()) {
    found = by_alias->second;
  }
  return found == nullptr ? nullptr : std::shared_ptr<const core::ProjectSettings>(index, found);
}

std::string ProjectDirectory::AliasOf(std::string_view project_id) const {
  const std::shared_ptr<const Index> index = this->index();
  const auto it = index->by_id.find(project_id);
  return it == index->by_id.end() ? std::string() : it->second->alias;
}

std::shared_ptr<const ProjectDirectory::Settings> ProjectDirectory::projects() const {
  const std::shared_ptr<const Index> index = this->index();
  return {index, &index->projects};
}

std::vector<std::string> ProjectDirectory::Aliases() const {
  std::vector<std::string> aliases;
  const std::shared_ptr<const Settings> all = projects();
  for (const core::ProjectSettings& project : *all) aliases.push_back(project.alias);
  return aliases;
}

}  // namespace quiesce::rpc
