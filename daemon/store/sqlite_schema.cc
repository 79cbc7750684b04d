#include "daemon/store/sqlite_schema.h"

#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"

namespace quiesce::store {
namespace {

// In the header of the file, for file(1) and for us: "qsce".
constexpr int64_t kApplicationId = 0x71736365;

// Append only: a migration that was released is never edited. Times ending in _us are steady time
// in microseconds, _at is wall time in microseconds since 1970 (daemon/base/time.h).
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE store (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL,            -- the last one given
  list_seq INTEGER NOT NULL,            -- the last one given
  oldest_resumable INTEGER NOT NULL,    -- revision: no tombstone above it was forgotten
  fence INTEGER NOT NULL,               -- +1 at each start of a process
  boot_id TEXT NOT NULL,                -- what steady time was counted from
  clock_offset_us INTEGER NOT NULL,
  high_water_us INTEGER NOT NULL        -- no later steady time was ever read
) STRICT;
INSERT INTO store VALUES (1, 0, 0, 0, 0, '', 0, 0);

-- With a rowid: rows are too large for the inner pages of a WITHOUT ROWID table.
CREATE TABLE instances (
  project_id TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  -- desired; NULL: not declared
  uid TEXT,
  generation INTEGER,
  adopted_floor_seq INTEGER,
  floor_seq INTEGER,
  workspace TEXT,
  enforcement TEXT,
  start_grace_us INTEGER,
  is_protected INTEGER,
  asserted_name TEXT,
  authority_kind TEXT,
  authority_reference TEXT,
  authority_principal TEXT,
  authority_at INTEGER,
  -- attempt
  attempt_id TEXT NOT NULL,
  attempt_fence INTEGER NOT NULL,
  attempt_generation INTEGER NOT NULL,
  attempt_based_on_seq INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  call_class TEXT NOT NULL,
  resolved INTEGER NOT NULL,
  attempt_floor_seq INTEGER NOT NULL,
  attempt_started_us INTEGER NOT NULL,
  attempt_ended_us INTEGER NOT NULL,
  http_status INTEGER NOT NULL,
  error_code TEXT NOT NULL,
  message TEXT NOT NULL,
  cloud_request_id TEXT NOT NULL,
  -- observation
  state TEXT NOT NULL,
  presence TEXT NOT NULL,
  missing_lists INTEGER NOT NULL,
  since_us INTEGER NOT NULL,
  list_seq INTEGER NOT NULL,
  shown_seq INTEGER NOT NULL,
  shown_us INTEGER NOT NULL,
  cloud_name TEXT NOT NULL,
  nodes BLOB NOT NULL,
  -- history
  stopped_generation INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  next_attempt_us INTEGER NOT NULL,
  intents BLOB NOT NULL,
  PRIMARY KEY (project_id, instance_id)
) STRICT;
CREATE INDEX open_attempts ON instances (project_id, instance_id) WHERE outcome = 'open';

CREATE TABLE tombstones (
  project_id TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  forgotten_us INTEGER NOT NULL,
  PRIMARY KEY (project_id, instance_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_by_time ON tombstones (forgotten_us);

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  alias TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  last_seq INTEGER NOT NULL,
  list_started_us INTEGER NOT NULL,
  list_took_us INTEGER NOT NULL,
  interval_us INTEGER NOT NULL,
  process_floor_seq INTEGER NOT NULL,
  process_started_us INTEGER NOT NULL,
  observed_seq INTEGER NOT NULL,
  listed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  contact TEXT NOT NULL,
  labels BLOB NOT NULL,
  generation INTEGER NOT NULL,
  changing_run TEXT NOT NULL,  -- '': none
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  id TEXT PRIMARY KEY,
  scope TEXT NOT NULL,
  project_id TEXT NOT NULL,    -- of the instance, or of the project that is held
  instance_id TEXT NOT NULL,
  workspace TEXT NOT NULL,
  reason TEXT NOT NULL,
  owner TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  ended_by TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plans (
  id TEXT PRIMARY KEY,
  workspace TEXT NOT NULL,
  owner TEXT NOT NULL,
  contact TEXT NOT NULL,
  labels BLOB NOT NULL,
  header_change TEXT NOT NULL,
  header_fields BLOB NOT NULL,
  workspace_generation INTEGER NOT NULL,
  digest TEXT NOT NULL,
  spec_count INTEGER NOT NULL,
  counts BLOB NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  complete INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX unapplied_plans ON plans (expires_at) WHERE run_id = '';

CREATE TABLE plan_items (
  plan_id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  item BLOB NOT NULL,
  PRIMARY KEY (plan_id, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  plan_id TEXT NOT NULL,
  workspace TEXT NOT NULL,
  state TEXT NOT NULL,
  item_count INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  cancel_cursor INTEGER NOT NULL,
  counts BLOB NOT NULL,
  created_by TEXT NOT NULL,
  cancelled_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_end ON runs (ended_at);

CREATE TABLE run_items (
  run_id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  project_id TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  change TEXT NOT NULL,
  effect TEXT NOT NULL,
  state TEXT NOT NULL,
  at_cancel TEXT NOT NULL,
  reason TEXT NOT NULL,        -- '': none
  uid TEXT NOT NULL,
  generation INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_run_items ON run_items (run_id) WHERE state = 'pending';
CREATE INDEX cancelled_run_items ON run_items (run_id, at_cancel)
  WHERE at_cancel <> 'not_cancelled';

CREATE TABLE requests (
  principal TEXT NOT NULL,
  request_id TEXT NOT NULL,
  method TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  result BLOB NOT NULL,
  at_us INTEGER NOT NULL,
  PRIMARY KEY (principal, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_time ON requests (at_us);
)sql",
    // When the start that an instance runs since was first seen; the default is "never". Of one
    // that runs already no more is known than since when it is in its present state.
    R"sql(
ALTER TABLE instances ADD COLUMN start_seen_us INTEGER NOT NULL DEFAULT -9223372036854775808;
UPDATE instances SET start_seen_us = since_us
  WHERE presence <> 'never' AND state IN ('running', 'partial', 'busy');
)sql",
};

absl::Status ApplyMigration(SqliteDatabase& db, int version) {
  QUIESCE_RETURN_IF_ERROR(db.Execute("BEGIN IMMEDIATE"));
  QUIESCE_RETURN_IF_ERROR(db.Execute(kMigrations[version - 1]));
  QUIESCE_RETURN_IF_ERROR(db.Execute(absl::StrCat("PRAGMA user_version = ", version).c_str()));
  QUIESCE_RETURN_IF_ERROR(
      db.Execute(absl::StrCat("PRAGMA application_id = ", kApplicationId).c_str()));
  return db.Execute("COMMIT");
}

}  // namespace

int CurrentSchemaVersion() { return static_cast<int>(std::size(kMigrations)); }

absl::Status Migrate(SqliteDatabase& db, const std::string& path) {
  QUIESCE_ASSIGN_OR_RETURN(const int64_t application, db.QueryInt("PRAGMA application_id"));
  QUIESCE_ASSIGN_OR_RETURN(const int64_t tables, db.QueryInt("SELECT COUNT(*) FROM sqlite_schema"));
  if (application != kApplicationId && (application != 0 || tables != 0)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database ", path,
                     " belongs to another application and is left as it is; give another path"));
  }
  QUIESCE_ASSIGN_OR_RETURN(const int64_t version, db.QueryInt("PRAGMA user_version"));
  if (version > CurrentSchemaVersion()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the database ", path, " has schema ", version, ", this quiesced knows schemas up to ",
        CurrentSchemaVersion(),
        "; it was last used by a newer version, run that one, or restore an older backup"));
  }
  for (int next = static_cast<int>(version) + 1; next <= CurrentSchemaVersion(); ++next) {
    QUIESCE_RETURN_IF_ERROR(ApplyMigration(db, next));
  }
  return absl::OkStatus();
}

}  // namespace quiesce::store
