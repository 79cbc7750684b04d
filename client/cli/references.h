#ifndef QUIESCE_CLIENT_CLI_REFERENCES_H_
#define QUIESCE_CLIENT_CLI_REFERENCES_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/environment.h"

// What people type for an instance or a scope, as the API's names.
namespace quiesce::cli {

// As Client::ResolveInstance, and `ALIAS/ID` with a whole id also when nobody has seen it: it may
// be declared or held before it exists.
absl::StatusOr<std::string> ResolveInstance(Environment& env, const std::string& reference);

// An instance, `workspace/W` or `project/P` (also in the plural, as the API writes them).
absl::StatusOr<std::string> ResolveScope(Environment& env, const std::string& text);

// The scope with the project's id where it has an alias, as the daemon stores it.
absl::StatusOr<std::string> WithProjectId(Environment& env, const std::string& scope);

// The two ids of `projects/{project_id}/instances/{instance_id}`.
struct InstanceIds {
  std::string project;
  std::string instance;
};
InstanceIds IdsOf(const std::string& instance_name);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_REFERENCES_H_
