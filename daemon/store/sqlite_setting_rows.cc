#include "daemon/store/sqlite_setting_rows.h"

#include <utility>

#include "daemon/base/status_macros.h"
#include "daemon/store/row_codec.h"

namespace quiesce::store {
namespace {

Project ReadProjectColumns(SqliteQuery& query) {
  Project project;
  project.id = query.GetText();
  project.alias = query.GetText();
  project.endpoint = query.GetText();
  project.freshness.last_seq = query.GetInt();
  project.freshness.list_started = query.GetSteady();
  project.freshness.list_took = query.GetDuration();
  project.freshness.interval = query.GetDuration();
  project.freshness.process_floor_seq = query.GetInt();
  project.freshness.process_started = query.GetSteady();
  project.observed_seq = query.GetInt();
  project.listed_at = query.GetWall();
  return project;
}

Workspace ReadWorkspaceColumns(SqliteQuery& query) {
  Workspace workspace;
  workspace.name = query.GetText();
  query.GetName(workspace.kind);
  workspace.header.owner = query.GetText();
  workspace.header.contact = query.GetText();
  query.GetDecoded(DecodeLabels, workspace.header.labels);
  workspace.generation = query.GetInt();
  workspace.changing_run = query.GetText();
  workspace.revision = query.GetInt();
  return workspace;
}

HoldRecord ReadHoldColumns(SqliteQuery& query) {
  HoldRecord record;
  core::Hold& hold = record.hold;
  hold.id = query.GetText();
  query.GetName(hold.scope);
  std::string project_id = query.GetText();
  hold.instance.instance_id = query.GetText();
  if (hold.scope == core::HoldScope::kInstance) {
    hold.instance.project_id = std::move(project_id);
  } else {
    hold.project_id = std::move(project_id);
  }
  hold.workspace = query.GetText();
  hold.reason = query.GetText();
  hold.owner = query.GetText();
  hold.created_by = query.GetText();
  hold.created = query.GetWall();
  hold.expires = query.GetWall();
  hold.ended = query.GetWall();
  record.ended_by = query.GetText();
  record.revision = query.GetInt();
  return record;
}

}  // namespace

// --- store ---------------------------------------------------------------------------------------

absl::StatusOr<StoreRow> ReadStoreRow(SqliteDatabase& db) {
  SqliteQuery query(db,
                    "SELECT revision, list_seq, oldest_resumable, fence, boot_id, "
                    "clock_offset_us, high_water_us FROM store WHERE id = 1");
  QUIESCE_ASSIGN_OR_RETURN(const bool there, query.Step());
  if (!there) return absl::InternalError("the row of table store is missing");
  StoreRow row;
  row.revision = query.GetInt();
  row.list_seq = query.GetInt();
  row.oldest_resumable = query.GetInt();
  row.fence = query.GetInt();
  row.origin.boot_id = query.GetText();
  row.origin.offset_us = query.GetInt();
  row.high_water = query.GetSteady();
  return row;
}

absl::Status WriteStoreRow(SqliteDatabase& db, const StoreRow& row) {
  SqliteQuery query(db,
                    "UPDATE store SET revision = ?, list_seq = ?, oldest_resumable = ?, "
                    "fence = ?, boot_id = ?, clock_offset_us = ?, high_water_us = ? WHERE id = 1");
  return query.Int(row.revision)
      .Int(row.list_seq)
      .Int(row.oldest_resumable)
      .Int(row.fence)
      .Text(row.origin.boot_id)
      .Int(row.origin.offset_us)
      .Steady(row.high_water)
      .Run();
}

// --- projects ------------------------------------------------------------------------------------

absl::StatusOr<std::vector<Project>> ReadProjectRows(SqliteDatabase& db) {
  SqliteQuery query(db,
                    "SELECT id, alias, endpoint, last_seq, list_started_us, list_took_us, "
                    "interval_us, process_floor_seq, process_started_us, observed_seq, listed_at "
                    "FROM projects ORDER BY id");
  std::vector<Project> projects;
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return projects;
    projects.push_back(ReadProjectColumns(query));
  }
}

absl::Status WriteProjectRow(SqliteDatabase& db, const Project& project) {
  SqliteQuery query(db, "REPLACE INTO projects VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return query.Text(project.id)
      .Text(project.alias)
      .Text(project.endpoint)
      .Int(project.freshness.last_seq)
      .Steady(project.freshness.list_started)
      .Duration(project.freshness.list_took)
      .Duration(project.freshness.interval)
      .Int(project.freshness.process_floor_seq)
      .Steady(project.freshness.process_started)
      .Int(project.observed_seq)
      .Wall(project.listed_at)
      .Run();
}

// --- workspaces ----------------------------------------------------------------------------------

absl::StatusOr<std::optional<Workspace>> ReadWorkspaceRow(SqliteDatabase& db,
                                                          std::string_view name) {
  SqliteQuery query(db,
                    "SELECT name, kind, owner, contact, labels, generation, changing_run, revision "
                    "FROM workspaces WHERE name = ?");
  query.Text(name);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<Workspace>();
  std::optional<Workspace> workspace = ReadWorkspaceColumns(query);
  QUIESCE_RETURN_IF_ERROR(query.row_status());
  return workspace;
}

absl::Status WriteWorkspaceRow(SqliteDatabase& db, const Workspace& workspace) {
  const std::string labels = EncodeLabels(workspace.header.labels);
  SqliteQuery query(db, "REPLACE INTO workspaces VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  return query.Text(workspace.name)
      .Name(workspace.kind)
      .Text(workspace.header.owner)
      .Text(workspace.header.contact)
      .Blob(labels)
      .Int(workspace.generation)
      .Text(workspace.changing_run)
      .Int(workspace.revision)
      .Run();
}

absl::Status ScanWorkspaces(SqliteDatabase& db, absl::FunctionRef<void(Workspace)> visit) {
  SqliteQuery query(db,
                    "SELECT name, kind, owner, contact, labels, generation, changing_run, revision "
                    "FROM workspaces");
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return absl::OkStatus();
    Workspace workspace = ReadWorkspaceColumns(query);
    QUIESCE_RETURN_IF_ERROR(query.row_status());
    visit(std::move(workspace));
  }
}

// --- holds ---------------------------------------------------------------------------------------

absl::StatusOr<std::optional<HoldRecord>> ReadHoldRow(SqliteDatabase& db, std::string_view id) {
  SqliteQuery query(db, "SELECT * FROM holds WHERE id = ?");
  query.Text(id);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<HoldRecord>();
  std::optional<HoldRecord> record = ReadHoldColumns(query);
  QUIESCE_RETURN_IF_ERROR(query.row_status());
  return record;
}

absl::StatusOr<std::vector<HoldRecord>> ReadHoldRows(SqliteDatabase& db) {
  SqliteQuery query(db, "SELECT * FROM holds ORDER BY id");
  std::vector<HoldRecord> records;
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return records;
    records.push_back(ReadHoldColumns(query));
    QUIESCE_RETURN_IF_ERROR(query.row_status());
  }
}

absl::Status WriteHoldRow(SqliteDatabase& db, const HoldRecord& record) {
  const core::Hold& hold = record.hold;
  const bool of_instance = hold.scope == core::HoldScope::kInstance;
  SqliteQuery query(db, "REPLACE INTO holds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return query.Text(hold.id)
      .Name(hold.scope)
      .Text(std::string_view(of_instance ? hold.instance.project_id : hold.project_id))
      .Text(hold.instance.instance_id)
      .Text(hold.workspace)
      .Text(hold.reason)
      .Text(hold.owner)
      .Text(hold.created_by)
      .Wall(hold.created)
      .Wall(hold.expires)
      .Wall(hold.ended)
      .Text(record.ended_by)
      .Int(record.revision)
      .Run();
}

absl::Status DeleteHoldRow(SqliteDatabase& db, std::string_view id) {
  SqliteQuery query(db, "DELETE FROM holds WHERE id = ?");
  return query.Text(id).Run();
}

// --- requests ------------------------------------------------------------------------------------

absl::StatusOr<std::optional<RememberedRequest>> ReadRequestRow(SqliteDatabase& db,
                                                                std::string_view principal,
                                                                std::string_view request_id) {
  SqliteQuery query(db,
                    "SELECT method, body_hash, result, at_us FROM requests "
                    "WHERE principal = ? AND request_id = ?");
  query.Text(principal).Text(request_id);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<RememberedRequest>();
  RememberedRequest request;
  request.method = query.GetText();
  request.body_hash = query.GetText();
  request.result = query.GetBlob();
  request.at = query.GetSteady();
  return std::optional<RememberedRequest>(std::move(request));
}

absl::Status WriteRequestRow(SqliteDatabase& db, std::string_view principal,
                             std::string_view request_id, const RememberedRequest& request) {
  SqliteQuery query(db, "REPLACE INTO requests VALUES (?, ?, ?, ?, ?, ?)");
  return query.Text(principal)
      .Text(request_id)
      .Text(request.method)
      .Text(request.body_hash)
      .Blob(request.result)
      .Steady(request.at)
      .Run();
}

absl::StatusOr<int64_t> DeleteOldRequests(SqliteDatabase& db, SteadyTime before, int64_t keep,
                                          int64_t count) {
  QUIESCE_ASSIGN_OR_RETURN(const int64_t total, db.QueryInt("SELECT COUNT(*) FROM requests"));
  const int64_t rows_before = db.total_changes();
  SqliteQuery query(db,
                    "DELETE FROM requests WHERE (principal, request_id) IN ("
                    "SELECT principal, request_id FROM requests WHERE at_us < ?1 OR ?2 > 0 "
                    "ORDER BY at_us LIMIT MIN(?3, MAX(?2, (SELECT COUNT(*) FROM requests "
                    "WHERE at_us < ?1))))");
  QUIESCE_RETURN_IF_ERROR(query.Steady(before).Int(total - keep).Int(count).Run());
  return db.total_changes() - rows_before;
}

absl::StatusOr<std::vector<std::string>> FindByPrefix(SqliteDatabase& db, const char* sql,
                                                      std::string_view prefix, int64_t count) {
  SqliteQuery query(db, sql);
  query.Text(prefix).Int(count);
  std::vector<std::string> found;
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return found;
    std::string id = query.GetText();
    if (std::string_view(id).substr(0, prefix.size()) != prefix) return found;
    found.push_back(std::move(id));
  }
}

}  // namespace quiesce::store
