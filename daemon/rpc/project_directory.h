#ifndef QUIESCE_DAEMON_RPC_PROJECT_DIRECTORY_H_
#define QUIESCE_DAEMON_RPC_PROJECT_DIRECTORY_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/facts.h"

namespace quiesce::rpc {

// The configured projects by id and alias. Immutable, so that requests are validated on the
// threads of gRPC, without the engine's loop.
class ProjectDirectory {
 public:
  explicit ProjectDirectory(std::vector<core::ProjectSettings> projects);

  // By id, else by alias. Null: not configured.
  const core::ProjectSettings* Find(std::string_view id_or_alias) const;
  // Empty if the project is not configured.
  std::string_view AliasOf(std::string_view project_id) const;

  // In the order of aliases.
  const std::vector<core::ProjectSettings>& projects() const { return projects_; }
  std::vector<std::string> Aliases() const;

 private:
  std::vector<core::ProjectSettings> projects_;
  std::map<std::string, const core::ProjectSettings*, std::less<>> by_id_;
  std::map<std::string, const core::ProjectSettings*, std::less<>> by_alias_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PROJECT_DIRECTORY_H_
