#include "daemon/store/sqlite_plan_rows.h"

#include <string>
#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/store/row_codec.h"

namespace quiesce::store {
namespace {

Plan ReadPlanColumns(SqliteQuery& query) {
  Plan plan;
  plan.id = query.GetText();
  plan.workspace = query.GetText();
  plan.header.owner = query.GetText();
  plan.header.contact = query.GetText();
  query.GetDecoded(DecodeLabels, plan.header.labels);
  query.GetName(plan.header_change);
  query.GetDecoded(DecodeFieldChanges, plan.header_fields);
  plan.workspace_generation = query.GetInt();
  plan.digest = query.GetText();
  plan.spec_count = query.GetInt();
  query.GetDecoded(DecodePlanCounts, plan.counts);
  plan.created_by = query.GetText();
  plan.created = query.GetWall();
  plan.expires = query.GetWall();
  plan.run_id = query.GetText();
  plan.complete = query.GetBool();
  return plan;
}

Run ReadRunColumns(SqliteQuery& query) {
  Run run;
  run.id = query.GetText();
  run.plan_id = query.GetText();
  run.workspace = query.GetText();
  query.GetName(run.state);
  run.item_count = query.GetInt();
  run.cursor = query.GetInt();
  run.cancel_cursor = query.GetInt();
  query.GetDecoded(DecodeRunCounts, run);
  run.created_by = query.GetText();
  run.cancelled_by = query.GetText();
  run.created = query.GetWall();
  run.ended = query.GetWall();
  run.revision = query.GetInt();
  return run;
}

RunItem ReadRunItemColumns(SqliteQuery& query) {
  RunItem item;
  item.run_id = query.GetText();
  item.index = query.GetInt();
  item.key.project_id = query.GetText();
  item.key.instance_id = query.GetText();
  query.GetName(item.change);
  query.GetName(item.effect);
  query.GetName(item.state);
  query.GetName(item.at_cancel);
  if (std::string reason = query.GetText(); !reason.empty()) {
    query.Skip(-1);
    query.GetName(item.reason.emplace());
  }
  item.uid = query.GetText();
  item.generation = query.GetInt();
  item.ended = query.GetWall();
  return item;
}

// The rest of the rows of `query`.
absl::StatusOr<std::vector<RunItem>> ReadAll(SqliteQuery& query) {
  std::vector<RunItem> items;
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return items;
    items.push_back(ReadRunItemColumns(query));
    QUIESCE_RETURN_IF_ERROR(query.row_status());
  }
}

// --- deleting ------------------------------------------------------------------------------------

// The columns of the first row, or nothing.
struct Ids {
  std::string plan_id;
  std::string run_id;
};
absl::StatusOr<std::optional<Ids>> FirstIds(SqliteQuery& query) {
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<Ids>();
  Ids ids;
  ids.plan_id = query.GetText();
  ids.run_id = query.GetText();
  return std::optional<Ids>(std::move(ids));
}

// A plan that may go, or a run with its plan.
absl::StatusOr<std::optional<Ids>> FindOld(SqliteDatabase& db, absl::Time plans_expired,
                                           absl::Time runs_ended) {
  {
    SqliteQuery query(db, "SELECT id, '' FROM plans WHERE run_id = '' AND expires_at < ? LIMIT 1");
    query.Wall(plans_expired);
    QUIESCE_ASSIGN_OR_RETURN(std::optional<Ids> ids, FirstIds(query));
    if (ids) return ids;
  }
  SqliteQuery query(db, "SELECT plan_id, id FROM runs WHERE ended_at < ? LIMIT 1");
  query.Wall(runs_ended);
  return FirstIds(query);
}

// Runs a statement that takes an id and a count; says how many rows it deleted.
absl::StatusOr<int64_t> Delete(SqliteDatabase& db, const char* sql, std::string_view id,
                               int64_t count) {
  const int64_t before = db.total_changes();
  SqliteQuery query(db, sql);
  QUIESCE_RETURN_IF_ERROR(query.Text(id).Int(count).Run());
  return db.total_changes() - before;
}

// At most `count` items, and the plan and run themselves once they have none left.
absl::StatusOr<int64_t> DeleteSome(SqliteDatabase& db, const Ids& ids, int64_t count) {
  QUIESCE_ASSIGN_OR_RETURN(int64_t deleted,
                           Delete(db,
                                  "DELETE FROM run_items WHERE run_id = ?1 AND idx IN "
                                  "(SELECT idx FROM run_items WHERE run_id = ?1 LIMIT ?2)",
                                  ids.run_id, count));
  if (deleted > 0) return deleted;
  QUIESCE_ASSIGN_OR_RETURN(deleted,
                           Delete(db,
                                  "DELETE FROM plan_items WHERE plan_id = ?1 AND idx IN "
                                  "(SELECT idx FROM plan_items WHERE plan_id = ?1 LIMIT ?2)",
                                  ids.plan_id, count));
  if (deleted > 0) return deleted;
  QUIESCE_ASSIGN_OR_RETURN(
      const int64_t runs,
      Delete(db, "DELETE FROM runs WHERE id = ?1 AND ?2 > 0", ids.run_id, count));
  QUIESCE_ASSIGN_OR_RETURN(
      const int64_t plans,
      Delete(db, "DELETE FROM plans WHERE id = ?1 AND ?2 > 0", ids.plan_id, count));
  return runs + plans;
}

}  // namespace

// --- plans ---------------------------------------------------------------------------------------

absl::Status WritePlanRow(SqliteDatabase& db, const Plan& plan) {
  const std::string labels = EncodeLabels(plan.header.labels);
  const std::string fields = EncodeFieldChanges(plan.header_fields);
  const std::string counts = EncodePlanCounts(plan.counts);
  SqliteQuery query(db,
                    "REPLACE INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return query.Text(plan.id)
      .Text(plan.workspace)
      .Text(plan.header.owner)
      .Text(plan.header.contact)
      .Blob(labels)
      .Name(plan.header_change)
      .Blob(fields)
      .Int(plan.workspace_generation)
      .Text(plan.digest)
      .Int(plan.spec_count)
      .Blob(counts)
      .Text(plan.created_by)
      .Wall(plan.created)
      .Wall(plan.expires)
      .Text(plan.run_id)
      .Bool(plan.complete)
      .Run();
}

absl::StatusOr<std::optional<Plan>> ReadPlanRow(SqliteDatabase& db, std::string_view id) {
  SqliteQuery query(db, "SELECT * FROM plans WHERE id = ?");
  query.Text(id);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<Plan>();
  std::optional<Plan> plan = ReadPlanColumns(query);
  QUIESCE_RETURN_IF_ERROR(query.row_status());
  return plan;
}

absl::Status InsertPlanItemRows(SqliteDatabase& db, std::string_view plan_id,
                                const std::vector<core::PlanItem>& items) {
  for (const core::PlanItem& item : items) {
    const std::string bytes = EncodePlanItem(item);
    SqliteQuery query(db, "INSERT INTO plan_items VALUES (?, ?, ?)");
    QUIESCE_RETURN_IF_ERROR(query.Text(plan_id).Int(item.index).Blob(bytes).Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> CountPlanItemRows(SqliteDatabase& db, std::string_view plan_id) {
  SqliteQuery query(db, "SELECT COUNT(*) FROM plan_items WHERE plan_id = ?");
  query.Text(plan_id);
  QUIESCE_RETURN_IF_ERROR(query.Step().status());
  return query.GetInt();
}

absl::StatusOr<std::vector<core::PlanItem>> ReadPlanItemRows(SqliteDatabase& db,
                                                             std::string_view plan_id, int64_t from,
                                                             int64_t count) {
  SqliteQuery query(db,
                    "SELECT idx, item FROM plan_items WHERE plan_id = ? AND idx >= ? "
                    "ORDER BY idx LIMIT ?");
  query.Text(plan_id).Int(from).Int(count);
  std::vector<core::PlanItem> items;
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return items;
    core::PlanItem& item = items.emplace_back();
    item.index = query.GetInt();
    query.GetDecoded(DecodePlanItem, item);
    QUIESCE_RETURN_IF_ERROR(query.row_status());
  }
}

// --- runs ----------------------------------------------------------------------------------------

absl::Status WriteRunRow(SqliteDatabase& db, const Run& run) {
  const std::string counts = EncodeRunCounts(run);
  SqliteQuery query(db, "REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return query.Text(run.id)
      .Text(run.plan_id)
      .Text(run.workspace)
      .Name(run.state)
      .Int(run.item_count)
      .Int(run.cursor)
      .Int(run.cancel_cursor)
      .Blob(counts)
      .Text(run.created_by)
      .Text(run.cancelled_by)
      .Wall(run.created)
      .Wall(run.ended)
      .Int(run.revision)
      .Run();
}

absl::StatusOr<std::optional<Run>> ReadRunRow(SqliteDatabase& db, std::string_view id) {
  SqliteQuery query(db, "SELECT * FROM runs WHERE id = ?");
  query.Text(id);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<Run>();
  std::optional<Run> run = ReadRunColumns(query);
  QUIESCE_RETURN_IF_ERROR(query.row_status());
  return run;
}

absl::Status ScanRuns(SqliteDatabase& db, absl::FunctionRef<void(Run)> visit) {
  SqliteQuery query(db, "SELECT * FROM runs WHERE ended_at = ?");
  query.Wall(absl::InfiniteFuture());
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return absl::OkStatus();
    Run run = ReadRunColumns(query);
    QUIESCE_RETURN_IF_ERROR(query.row_status());
    visit(std::move(run));
  }
}

// --- items of runs -------------------------------------------------------------------------------

absl::Status WriteRunItemRow(SqliteDatabase& db, const RunItem& item) {
  SqliteQuery query(db, "REPLACE INTO run_items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return query.Text(item.run_id)
      .Int(item.index)
      .Text(item.key.project_id)
      .Text(item.key.instance_id)
      .Name(item.change)
      .Name(item.effect)
      .Name(item.state)
      .Name(item.at_cancel)
      .Text(item.reason ? StoredName(*item.reason) : std::string_view())
      .Text(item.uid)
      .Int(item.generation)
      .Wall(item.ended)
      .Run();
}

absl::StatusOr<std::optional<RunItem>> ReadRunItemRow(SqliteDatabase& db, std::string_view run_id,
                                                      int64_t index) {
  SqliteQuery query(db, "SELECT * FROM run_items WHERE run_id = ? AND idx = ?");
  query.Text(run_id).Int(index);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<RunItem>();
  std::optional<RunItem> item = ReadRunItemColumns(query);
  QUIESCE_RETURN_IF_ERROR(query.row_status());
  return item;
}

absl::StatusOr<std::vector<RunItem>> ReadRunItemRows(SqliteDatabase& db, std::string_view run_id,
                                                     int64_t from, int64_t count) {
  SqliteQuery query(db,
                    "SELECT * FROM run_items WHERE run_id = ? AND idx >= ? ORDER BY idx LIMIT ?");
  query.Text(run_id).Int(from).Int(count);
  return ReadAll(query);
}

absl::StatusOr<std::vector<RunItem>> ReadRunItemRowsAtCancel(SqliteDatabase& db,
                                                             std::string_view run_id,
                                                             CallAtCancel at_cancel,
                                                             int64_t count) {
  // The last condition is for the planner: with it the partial index fits.
  SqliteQuery query(db,
                    "SELECT * FROM run_items INDEXED BY cancelled_run_items WHERE run_id = ? "
                    "AND at_cancel = ? AND at_cancel <> 'not_cancelled' ORDER BY idx LIMIT ?");
  query.Text(run_id).Name(at_cancel).Int(count);
  return ReadAll(query);
}

absl::Status ScanPendingRunItems(SqliteDatabase& db, absl::FunctionRef<void(RunItem)> visit) {
  SqliteQuery query(db,
                    "SELECT * FROM run_items INDEXED BY pending_run_items "
                    "WHERE state = 'pending' ORDER BY run_id, idx");
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return absl::OkStatus();
    RunItem item = ReadRunItemColumns(query);
    QUIESCE_RETURN_IF_ERROR(query.row_status());
    visit(std::move(item));
  }
}

absl::StatusOr<int64_t> DeleteOldPlans(SqliteDatabase& db, absl::Time plans_expired,
                                       absl::Time runs_ended, int64_t count) {
  int64_t deleted = 0;
  while (deleted < count) {
    QUIESCE_ASSIGN_OR_RETURN(const std::optional<Ids> old, FindOld(db, plans_expired, runs_ended));
    if (!old) break;
    QUIESCE_ASSIGN_OR_RETURN(const int64_t some, DeleteSome(db, *old, count - deleted));
    if (some == 0) break;
    deleted += some;
  }
  return deleted;
}

}  // namespace quiesce::store
