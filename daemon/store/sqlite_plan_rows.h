#ifndef QUIESCE_DAEMON_STORE_SQLITE_PLAN_ROWS_H_
#define QUIESCE_DAEMON_STORE_SQLITE_PLAN_ROWS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/core/plan.h"
#include "daemon/store/records.h"
#include "daemon/store/sqlite_database.h"

// SQL for plans, runs and their items. Errors are those of SqliteDatabase and of
// SqliteQuery::row_status.
namespace quiesce::store {

absl::Status WritePlanRow(SqliteDatabase& db, const Plan& plan);
absl::StatusOr<std::optional<Plan>> ReadPlanRow(SqliteDatabase& db, std::string_view id);
absl::Status InsertPlanItemRows(SqliteDatabase& db, std::string_view plan_id,
                                const std::vector<core::PlanItem>& items);
absl::StatusOr<int64_t> CountPlanItemRows(SqliteDatabase& db, std::string_view plan_id);
absl::StatusOr<std::vector<core::PlanItem>> ReadPlanItemRows(SqliteDatabase& db,
                                                             std::string_view plan_id, int64_t from,
                                                             int64_t count);

absl::Status WriteRunRow(SqliteDatabase& db, const Run& run);
absl::StatusOr<std::optional<Run>> ReadRunRow(SqliteDatabase& db, std::string_view id);
// Those that have not ended.
absl::Status ScanRuns(SqliteDatabase& db, absl::FunctionRef<void(Run)> visit);

absl::Status WriteRunItemRow(SqliteDatabase& db, const RunItem& item);
absl::StatusOr<std::optional<RunItem>> ReadRunItemRow(SqliteDatabase& db, std::string_view run_id,
                                                      int64_t index);
absl::StatusOr<std::vector<RunItem>> ReadRunItemRows(SqliteDatabase& db, std::string_view run_id,
                                                     int64_t from, int64_t count);
absl::StatusOr<std::vector<RunItem>> ReadRunItemRowsAtCancel(SqliteDatabase& db,
                                                             std::string_view run_id,
                                                             CallAtCancel at_cancel, int64_t count);
absl::Status ScanPendingRunItems(SqliteDatabase& db, absl::FunctionRef<void(RunItem)> visit);

// As Tables::PrunePlans.
absl::StatusOr<int64_t> DeleteOldPlans(SqliteDatabase& db, absl::Time plans_expired,
                                       absl::Time runs_ended, int64_t count);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_PLAN_ROWS_H_
