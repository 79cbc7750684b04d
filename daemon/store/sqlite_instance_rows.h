#ifndef QUIESCE_DAEMON_STORE_SQLITE_INSTANCE_ROWS_H_
#define QUIESCE_DAEMON_STORE_SQLITE_INSTANCE_ROWS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/facts.h"
#include "daemon/store/records.h"
#include "daemon/store/sqlite_database.h"

// SQL for the tables instances and tombstones: rows to values and back, nothing else. Errors are
// those of SqliteDatabase and of SqliteQuery::row_status.
namespace quiesce::store {

absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstanceRow(SqliteDatabase& db,
                                                                    const core::InstanceKey& key);
absl::Status InsertInstanceRow(SqliteDatabase& db, const core::InstanceRecord& record);
// INTERNAL if the row is not there.
absl::Status UpdateInstanceRow(SqliteDatabase& db, const core::InstanceRecord& record);
absl::Status DeleteInstanceRow(SqliteDatabase& db, const core::InstanceKey& key);
absl::StatusOr<std::vector<core::InstanceKey>> ReadOpenAttempts(SqliteDatabase& db);
// All rows, in no order.
absl::Status ScanInstances(SqliteDatabase& db, absl::FunctionRef<void(core::InstanceRecord)> visit);

absl::Status InsertTombstone(SqliteDatabase& db, const InstanceForgotten& tombstone,
                             SteadyTime now);
absl::Status DeleteTombstone(SqliteDatabase& db, const core::InstanceKey& key);
struct PrunedTombstones {
  int64_t count = 0;
  int64_t largest_revision = 0;
};
// Deletes at most `count` of those made before `before`, the oldest first.
absl::StatusOr<PrunedTombstones> DeleteOldTombstones(SqliteDatabase& db, SteadyTime before,
                                                     int64_t count);
absl::Status ScanTombstones(SqliteDatabase& db, absl::FunctionRef<void(InstanceForgotten)> visit);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_INSTANCE_ROWS_H_
