#include "daemon/store/sqlite_instance_rows.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/status_macros.h"
#include "daemon/store/row_codec.h"

namespace quiesce::store {
namespace {

// --- columns, in the order in which Bind and Read take them --------------------------------------

constexpr const char* kKeyColumns[] = {"project_id", "instance_id"};
constexpr const char* kDesiredColumns[] = {
    "uid",           "generation",     "adopted_floor_seq",   "floor_seq",
    "workspace",     "enforcement",    "start_grace_us",      "is_protected",
    "asserted_name", "authority_kind", "authority_reference", "authority_principal",
    "authority_at",
};
constexpr const char* kFactColumns[] = {
    "attempt_id",
    "attempt_fence",
    "attempt_generation",
    "attempt_based_on_seq",
    "outcome",
    "call_class",
    "resolved",
    "attempt_floor_seq",
    "attempt_started_us",
    "attempt_ended_us",
    "http_status",
    "error_code",
    "message",
    "cloud_request_id",
    "state",
    "presence",
    "missing_lists",
    "since_us",
    "start_seen_us",
    "list_seq",
    "shown_seq",
    "shown_us",
    "cloud_name",
    "nodes",
    "stopped_generation",
    "failures",
    "next_attempt_us",
    "intents",
};

std::string ValueColumns() {
  return absl::StrCat("revision, ", absl::StrJoin(kDesiredColumns, ", "), ", ",
                      absl::StrJoin(kFactColumns, ", "));
}

std::string Marks(size_t count) {
  return absl::StrJoin(std::vector<std::string>(count, "?"), ", ");
}

constexpr size_t kValueCount = 1 + std::size(kDesiredColumns) + std::size(kFactColumns);

// The cache of prepared statements knows them by their addresses, so they live for ever.
const std::string& ScanSql() {
  static const auto& sql = *new std::string(absl::StrCat(
      "SELECT ", absl::StrJoin(kKeyColumns, ", "), ", ", ValueColumns(), " FROM instances"));
  return sql;
}

const std::string& ReadSql() {
  static const auto& sql =
      *new std::string(absl::StrCat(ScanSql(), " WHERE project_id = ? AND instance_id = ?"));
  return sql;
}

const std::string& InsertSql() {
  static const auto& sql = *new std::string(
      absl::StrCat("INSERT INTO instances (", ValueColumns(), ", ",
                   absl::StrJoin(kKeyColumns, ", "), ") VALUES (", Marks(kValueCount + 2), ")"));
  return sql;
}

// The key is left out of SET, so that the index over it is not touched.
const std::string& UpdateSql() {
  static const auto& sql = *new std::string(
      absl::StrCat("UPDATE instances SET (", ValueColumns(), ") = (", Marks(kValueCount),
                   ") WHERE project_id = ? AND instance_id = ?"));
  return sql;
}

// --- desired -------------------------------------------------------------------------------------

void BindDesired(SqliteQuery& query, const std::optional<core::Desired>& desired) {
  if (!desired) {
    for (size_t i = 0; i < std::size(kDesiredColumns); ++i) query.Null();
    return;
  }
  query.Text(desired->uid)
      .Int(desired->generation)
      .Int(desired->adopted_floor_seq)
      .Int(desired->floor_seq)
      .Text(desired->workspace)
      .Name(desired->policy.enforcement)
      .Duration(desired->policy.start_grace)
      .Bool(desired->policy.is_protected)
      .Text(desired->policy.asserted_name)
      .Name(desired->authority.kind)
      .Text(desired->authority.reference)
      .Text(desired->authority.principal)
      .Wall(desired->authority.at);
}

void ReadDesired(SqliteQuery& query, std::optional<core::Desired>& desired) {
  if (query.IsNull()) {
    query.Skip(std::size(kDesiredColumns));
    return;
  }
  desired.emplace();
  desired->uid = query.GetText();
  desired->generation = query.GetInt();
  desired->adopted_floor_seq = query.GetInt();
  desired->floor_seq = query.GetInt();
  desired->workspace = query.GetText();
  query.GetName(desired->policy.enforcement);
  desired->policy.start_grace = query.GetDuration();
  desired->policy.is_protected = query.GetBool();
  desired->policy.asserted_name = query.GetText();
  query.GetName(desired->authority.kind);
  desired->authority.reference = query.GetText();
  desired->authority.principal = query.GetText();
  desired->authority.at = query.GetWall();
}

// --- attempt, observation, history ---------------------------------------------------------------

void BindAttempt(SqliteQuery& query, const core::Attempt& attempt) {
  query.Text(attempt.id)
      .Int(attempt.fence)
      .Int(attempt.generation)
      .Int(attempt.based_on_seq)
      .Name(attempt.outcome)
      .Name(attempt.call_class)
      .Bool(attempt.resolved)
      .Int(attempt.floor_seq)
      .Steady(attempt.started)
      .Steady(attempt.ended)
      .Int(attempt.http_status)
      .Text(attempt.error_code)
      .Text(attempt.message)
      .Text(attempt.cloud_request_id);
}

void ReadAttempt(SqliteQuery& query, core::Attempt& attempt) {
  attempt.id = query.GetText();
  attempt.fence = query.GetInt();
  attempt.generation = query.GetInt();
  attempt.based_on_seq = query.GetInt();
  query.GetName(attempt.outcome);
  query.GetName(attempt.call_class);
  attempt.resolved = query.GetBool();
  attempt.floor_seq = query.GetInt();
  attempt.started = query.GetSteady();
  attempt.ended = query.GetSteady();
  attempt.http_status = static_cast<int32_t>(query.GetInt());
  attempt.error_code = query.GetText();
  attempt.message = query.GetText();
  attempt.cloud_request_id = query.GetText();
}

void BindObservation(SqliteQuery& query, const core::Observation& seen, const std::string& nodes) {
  query.Name(seen.state)
      .Name(seen.presence)
      .Int(seen.missing_lists)
      .Steady(seen.since)
      .Steady(seen.start_seen)
      .Int(seen.list_seq)
      .Int(seen.shown_seq)
      .Steady(seen.shown_at)
      .Text(seen.cloud_name)
      .Blob(nodes);
}

void ReadObservation(SqliteQuery& query, core::Observation& seen) {
  query.GetName(seen.state);
  query.GetName(seen.presence);
  seen.missing_lists = static_cast<int>(query.GetInt());
  seen.since = query.GetSteady();
  seen.start_seen = query.GetSteady();
  seen.list_seq = query.GetInt();
  seen.shown_seq = query.GetInt();
  seen.shown_at = query.GetSteady();
  seen.cloud_name = query.GetText();
  query.GetDecoded(DecodeNodes, seen.nodes);
}

void BindHistory(SqliteQuery& query, const core::History& history, const std::string& intents) {
  query.Int(history.stopped_generation)
      .Int(history.failures)
      .Steady(history.next_attempt)
      .Blob(intents);
}

void ReadHistory(SqliteQuery& query, core::History& history) {
  history.stopped_generation = query.GetInt();
  history.failures = static_cast<int>(query.GetInt());
  history.next_attempt = query.GetSteady();
  query.GetDecoded(DecodeIntents, history.intents);
}

core::InstanceRecord ReadRecord(SqliteQuery& query) {
  core::InstanceRecord record;
  record.key.project_id = query.GetText();
  record.key.instance_id = query.GetText();
  record.revision = query.GetInt();
  ReadDesired(query, record.desired);
  ReadAttempt(query, record.attempt);
  ReadObservation(query, record.observation);
  ReadHistory(query, record.history);
  return record;
}

core::InstanceKey ReadKey(SqliteQuery& query) {
  core::InstanceKey key;
  key.project_id = query.GetText();
  key.instance_id = query.GetText();
  return key;
}

absl::Status WriteRecord(SqliteDatabase& db, const std::string& sql,
                         const core::InstanceRecord& record) {
  const std::string nodes = EncodeNodes(record.observation.nodes);
  const std::string intents = EncodeIntents(record.history.intents);
  SqliteQuery query(db, sql.c_str());
  query.Int(record.revision);
  BindDesired(query, record.desired);
  BindAttempt(query, record.attempt);
  BindObservation(query, record.observation, nodes);
  BindHistory(query, record.history, intents);
  query.Text(record.key.project_id).Text(record.key.instance_id);
  return query.Run();
}

}  // namespace

absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstanceRow(SqliteDatabase& db,
                                                                    const core::InstanceKey& key) {
  SqliteQuery query(db, ReadSql().c_str());
  query.Text(key.project_id).Text(key.instance_id);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<core::InstanceRecord>();
  std::optional<core::InstanceRecord> record = ReadRecord(query);
  QUIESCE_RETURN_IF_ERROR(query.row_status());
  return record;
}

absl::Status InsertInstanceRow(SqliteDatabase& db, const core::InstanceRecord& record) {
  return WriteRecord(db, InsertSql(), record);
}

absl::Status UpdateInstanceRow(SqliteDatabase& db, const core::InstanceRecord& record) {
  const int64_t before = db.total_changes();
  QUIESCE_RETURN_IF_ERROR(WriteRecord(db, UpdateSql(), record));
  if (db.total_changes() != before) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("no row of instance ", record.key.instance_id, " to update in the store"));
}

absl::Status DeleteInstanceRow(SqliteDatabase& db, const core::InstanceKey& key) {
  SqliteQuery query(db, "DELETE FROM instances WHERE project_id = ? AND instance_id = ?");
  return query.Text(key.project_id).Text(key.instance_id).Run();
}

absl::StatusOr<std::vector<core::InstanceKey>> ReadOpenAttempts(SqliteDatabase& db) {
  SqliteQuery query(db,
                    "SELECT project_id, instance_id FROM instances WHERE outcome = 'open' "
                    "ORDER BY project_id, instance_id");
  std::vector<core::InstanceKey> keys;
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return keys;
    keys.push_back(ReadKey(query));
  }
}

absl::Status ScanInstances(SqliteDatabase& db,
                           absl::FunctionRef<void(core::InstanceRecord)> visit) {
  SqliteQuery query(db, ScanSql().c_str());
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return absl::OkStatus();
    core::InstanceRecord record = ReadRecord(query);
    QUIESCE_RETURN_IF_ERROR(query.row_status());
    visit(std::move(record));
  }
}

// --- tombstones ----------------------------------------------------------------------------------

absl::Status InsertTombstone(SqliteDatabase& db, const InstanceForgotten& tombstone,
                             SteadyTime now) {
  SqliteQuery query(db, "INSERT INTO tombstones VALUES (?, ?, ?, ?)");
  return query.Text(tombstone.key.project_id)
      .Text(tombstone.key.instance_id)
      .Int(tombstone.revision)
      .Steady(now)
      .Run();
}

absl::Status DeleteTombstone(SqliteDatabase& db, const core::InstanceKey& key) {
  SqliteQuery query(db, "DELETE FROM tombstones WHERE project_id = ? AND instance_id = ?");
  return query.Text(key.project_id).Text(key.instance_id).Run();
}

absl::StatusOr<PrunedTombstones> DeleteOldTombstones(SqliteDatabase& db, SteadyTime before,
                                                     int64_t count) {
  std::vector<InstanceForgotten> old;
  {
    SqliteQuery query(db,
                      "SELECT project_id, instance_id, revision FROM tombstones "
                      "WHERE forgotten_us < ? ORDER BY forgotten_us LIMIT ?");
    query.Steady(before).Int(count);
    while (true) {
      QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
      if (!row) break;
      InstanceForgotten& tombstone = old.emplace_back();
      tombstone.key = ReadKey(query);
      tombstone.revision = query.GetInt();
    }
  }
  PrunedTombstones pruned;
  for (const InstanceForgotten& tombstone : old) {
    QUIESCE_RETURN_IF_ERROR(DeleteTombstone(db, tombstone.key));
    pruned.count += 1;
    pruned.largest_revision = std::max(pruned.largest_revision, tombstone.revision);
  }
  return pruned;
}

absl::Status ScanTombstones(SqliteDatabase& db, absl::FunctionRef<void(InstanceForgotten)> visit) {
  // In the order of their revisions, as the feed told of them: watches are resumed by it.
  SqliteQuery query(db,
                    "SELECT project_id, instance_id, revision FROM tombstones ORDER BY revision");
  while (true) {
    QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return absl::OkStatus();
    InstanceForgotten tombstone;
    tombstone.key = ReadKey(query);
    tombstone.revision = query.GetInt();
    visit(std::move(tombstone));
  }
}

}  // namespace quiesce::store
