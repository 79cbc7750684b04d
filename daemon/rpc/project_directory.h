#ifndef QUIESCE_DAEMON_RPC_PROJECT_DIRECTORY_H_
#define QUIESCE_DAEMON_RPC_PROJECT_DIRECTORY_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "daemon/base/mutex.h"
#include "daemon/core/facts.h"

namespace quiesce::rpc {

// The configured projects by id and alias. Thread-safe, so that requests are validated on the
// threads of gRPC, without the engine's loop.
class ProjectDirectory {
 public:
  using Settings = std::vector<core::ProjectSettings>;

  explicit ProjectDirectory(Settings projects);

  // Exactly these from now on.
  void Replace(Settings projects);

  // By id, else by alias. Null: not configured.
  std::shared_ptr<const core::ProjectSettings> Find(std::string_view id_or_alias) const;
  // Empty if the project is not configured.
  std::string AliasOf(std::string_view project_id) const;

  // In the order of aliases. To be kept while it is read: `for (... : *projects())` does not.
  std::shared_ptr<const Settings> projects() const;
  std::vector<std::string> Aliases() const;

 private:
  struct Index {
    Settings projects;
    std::map<std::string, const core::ProjectSettings*, std::less<>> by_id;
    std::map<std::string, const core::ProjectSettings*, std::less<>> by_alias;
  };
  static std::shared_ptr<const Index> IndexOf(Settings projects);
  std::shared_ptr<const Index> index() const;

  mutable Mutex mu_;
  std::shared_ptr<const Index> index_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PROJECT_DIRECTORY_H_
