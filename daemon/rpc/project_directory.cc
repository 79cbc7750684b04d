#include "daemon/rpc/project_directory.h"

#include <algorithm>
#include <utility>

namespace quiesce::rpc {

ProjectDirectory::ProjectDirectory(std::vector<core::ProjectSettings> projects)
    : projects_(std::move(projects)) {
  std::sort(projects_.begin(), projects_.end(),
            [](const core::ProjectSettings& a, const core::ProjectSettings& b) {
              return a.alias < b.alias;
            });
  for (const core::ProjectSettings& project : projects_) {
    by_id_[project.id] = &project;
    by_alias_[project.alias] = &project;
  }
}

const core::ProjectSettings* ProjectDirectory::Find(std::string_view id_or_alias) const {
  if (auto it = by_id_.find(id_or_alias); it != by_id_.end()) return it->second;
  auto it = by_alias_.find(id_or_alias);
  return it == by_alias_.end() ? nullptr : it->second;
}

std::string_view ProjectDirectory::AliasOf(std::string_view project_id) const {
  auto it = by_id_.find(project_id);
  return it == by_id_.end() ? std::string_view() : std::string_view(it->second->alias);
}

std::vector<std::string> ProjectDirectory::Aliases() const {
  std::vector<std::string> aliases;
  for (const core::ProjectSettings& project : projects_) aliases.push_back(project.alias);
  return aliases;
}

}  // namespace quiesce::rpc
