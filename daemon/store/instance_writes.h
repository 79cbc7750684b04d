#ifndef QUIESCE_DAEMON_STORE_INSTANCE_WRITES_H_
#define QUIESCE_DAEMON_STORE_INSTANCE_WRITES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/facts.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// What several operations do with an instance's row.
namespace quiesce::store {

// The row, or an empty record for an instance that was never heard of.
absl::StatusOr<core::InstanceRecord> ReadOrEmpty(Tables& tables, const core::InstanceKey& key);

// Ends the declaration; forgets the row if it then says nothing any more.
absl::Status ReleaseInstance(Tables& tables, const OpContext& context,
                             core::InstanceRecord& record);

// FAILED_PRECONDITION (INSTANCE_CLAIMED), naming the workspace that declares `record`.
absl::Status DeclaredElsewhere(Tables& tables, const core::InstanceRecord& record);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_INSTANCE_WRITES_H_
