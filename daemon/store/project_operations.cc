#include "daemon/store/project_operations.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"

namespace quiesce::store {
namespace {

absl::Status EndpointChanged(const Project& stored, const ConfiguredProject& configured) {
  return core::MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("project ", configured.alias, " (", configured.id, ") has endpoint ",
                   configured.endpoint, " in the configuration, and had ", stored.endpoint,
                   " when this store was last used; put it back, use a new store, or accept the "
                   "new endpoint if it leads to the same instances"),
      core::ErrorDetail{"ENDPOINT_CHANGED",
                        {{"project", configured.id},
                         {"endpoint", configured.endpoint},
                         {"stored_endpoint", stored.endpoint}},
                        {}});
}

}  // namespace

void MakeStale(Project& project, int64_t last_list_seq, SteadyTime now) {
  project.freshness.process_floor_seq = last_list_seq;
  project.freshness.process_started = now;
}

absl::StatusOr<ConfigureProjects::Result> ConfigureProjects::Run(Tables& tables,
                                                                 const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<Project> stored, tables.ReadProjects());
  std::map<std::string, Project> known;
  for (const Project& project : stored) known.emplace(project.id, project);
  Result moved;
  for (const ConfiguredProject& configured : projects) {
    Project& project = known[configured.id];
    const bool is_other_endpoint = project.endpoint != configured.endpoint;
    const bool is_stale = is_other_endpoint || configured.read_otherwise;
    if (!is_stale && project.alias == configured.alias) continue;
    if (is_other_endpoint && !project.endpoint.empty()) {
      if (project.endpoint != configured.moved_from) return EndpointChanged(project, configured);
      moved.push_back({configured.alias, project.endpoint, configured.endpoint});
    }
    if (is_stale) MakeStale(project, tables.last_list_seq(), context.now.steady);
    project.id = configured.id;
    project.alias = configured.alias;
    project.endpoint = configured.endpoint;
    QUIESCE_RETURN_IF_ERROR(tables.WriteProject(project));
  }
  return moved;
}

}  // namespace quiesce::store
