#include "daemon/store/instance_writes.h"

#include <optional>
#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/core/transition.h"

namespace quiesce::store {

absl::StatusOr<core::InstanceRecord> ReadOrEmpty(Tables& tables, const core::InstanceKey& key) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
  if (!record) record.emplace().key = key;
  return *std::move(record);
}

absl::Status ReleaseInstance(Tables& tables, const OpContext& context,
                             core::InstanceRecord& record) {
  core::Release(record);
  if (!core::IsForgettable(record, context.now.steady)) return tables.WriteInstance(record);
  QUIESCE_RETURN_IF_ERROR(tables.ForgetInstance(record.key, context.now.steady));
  record.revision = tables.last_revision();
  return absl::OkStatus();
}

absl::Status DeclaredElsewhere(Tables& tables, const core::InstanceRecord& record) {
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<Workspace> other,
                           tables.ReadWorkspace(record.desired->workspace));
  const core::WorkspaceHeader header = other ? other->header : core::WorkspaceHeader();
  return core::error::DeclaredElsewhere(core::FormatInstanceName(record.key),
                                        record.desired->workspace, header.owner, header.contact);
}

}  // namespace quiesce::store
