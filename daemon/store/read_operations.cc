#include "daemon/store/read_operations.h"

#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"

namespace quiesce::store {

absl::StatusOr<ReadInstance::Result> ReadInstance::Run(Tables& tables, const OpContext&) {
  Result result;
  QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
  if (!record) return core::error::InstanceNotFound(core::FormatInstanceName(key));
  result.record = *std::move(record);
  QUIESCE_ASSIGN_OR_RETURN(result.project, tables.ReadProject(key.project_id));
  if (result.record.desired) {
    QUIESCE_ASSIGN_OR_RETURN(result.workspace,
                             tables.ReadWorkspace(result.record.desired->workspace));
  }
  return result;
}

absl::StatusOr<ReadInstances::Result> ReadInstances::Run(Tables& tables, const OpContext&) {
  Result result;
  for (const core::InstanceKey& key : keys) {
    QUIESCE_ASSIGN_OR_RETURN(result.emplace_back(), tables.ReadInstance(key));
  }
  return result;
}

}  // namespace quiesce::store
