#ifndef QUIESCE_DAEMON_STORE_SQLITE_SETTING_ROWS_H_
#define QUIESCE_DAEMON_STORE_SQLITE_SETTING_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/time.h"
#include "daemon/store/records.h"
#include "daemon/store/sqlite_database.h"
#include "daemon/store/tables.h"

// SQL for the tables that are small: the counters of the store itself, projects, workspaces, holds
// and remembered requests. Errors are those of SqliteDatabase and of SqliteQuery::row_status.
namespace quiesce::store {

// The one row of table store.
struct StoreRow {
  int64_t revision = 0;
  int64_t list_seq = 0;
  int64_t oldest_resumable = 0;
  int64_t fence = 0;
  ClockOrigin origin;
  SteadyTime high_water;
};
absl::StatusOr<StoreRow> ReadStoreRow(SqliteDatabase& db);
absl::Status WriteStoreRow(SqliteDatabase& db, const StoreRow& row);

absl::StatusOr<std::vector<Project>> ReadProjectRows(SqliteDatabase& db);
absl::Status WriteProjectRow(SqliteDatabase& db, const Project& project);

absl::StatusOr<std::optional<Workspace>> ReadWorkspaceRow(SqliteDatabase& db,
                                                          std::string_view name);
absl::Status WriteWorkspaceRow(SqliteDatabase& db, const Workspace& workspace);
absl::Status ScanWorkspaces(SqliteDatabase& db, absl::FunctionRef<void(Workspace)> visit);

absl::StatusOr<std::optional<HoldRecord>> ReadHoldRow(SqliteDatabase& db, std::string_view id);
absl::StatusOr<std::vector<HoldRecord>> ReadHoldRows(SqliteDatabase& db);
absl::Status WriteHoldRow(SqliteDatabase& db, const HoldRecord& record);
absl::Status DeleteHoldRow(SqliteDatabase& db, std::string_view id);

absl::StatusOr<std::optional<RememberedRequest>> ReadRequestRow(SqliteDatabase& db,
                                                                std::string_view principal,
                                                                std::string_view request_id);
absl::Status WriteRequestRow(SqliteDatabase& db, std::string_view principal,
                             std::string_view request_id, const RememberedRequest& request);
// As Tables::PruneRequests.
absl::StatusOr<int64_t> DeleteOldRequests(SqliteDatabase& db, SteadyTime before, int64_t keep,
                                          int64_t count);

// The values of a text column from `prefix` on, as far as they begin with it. `sql` takes the
// prefix and the count, and gives the values in order.
absl::StatusOr<std::vector<std::string>> FindByPrefix(SqliteDatabase& db, const char* sql,
                                                      std::string_view prefix, int64_t count);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_SETTING_ROWS_H_
