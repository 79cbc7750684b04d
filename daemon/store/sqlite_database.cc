#include "daemon/store/sqlite_database.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/string_views.h"
#include "daemon/store/row_codec.h"

namespace quiesce::store {
namespace {

// The primary code of an error that leaves the database as it was.
bool IsOfStatement(int primary) {
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_TOOBIG || primary == SQLITE_MISMATCH ||
         primary == SQLITE_RANGE;
}

absl::StatusCode CodeOf(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CORRUPT:
      return absl::StatusCode::kDataLoss;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    default:
      return absl::StatusCode::kInternal;
  }
}

// What a person can do about it.
std::string_view WayOut(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another program has it open, end that first";
    case SQLITE_NOTADB:
      return "; it is not a database of quiesced, give another path";
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "; the user that quiesced runs as must be able to write it and its directory";
    case SQLITE_CORRUPT:
      return "; restore it from a backup";
    case SQLITE_FULL:
      return "; make room on the disk";
    default:
      return "";
  }
}

// EXCLUSIVE before WAL: so there is no shared memory, and no other program can get in.
constexpr const char* kSettings = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA mmap_size = 0;
  PRAGMA secure_delete = OFF;
  PRAGMA foreign_keys = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864;
)";

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path,
                                                                     const Options& options) {
  // An absolute path is never taken for a URI, which could carry settings of its own.
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError(
        absl::StrCat("store: the path \"", path, "\" must be absolute"));
  }
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path));
  const int code =
      sqlite3_open_v2(path.c_str(), &database->db_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return database->Failed(code, "open");
  sqlite3_extended_result_codes(database->db_, 1);
  QUIESCE_RETURN_IF_ERROR(database->Configure(options));
  QUIESCE_RETURN_IF_ERROR(database->CheckFile());
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  FinalizeAll();
  sqlite3_close_v2(db_);
}

absl::Status SqliteDatabase::Configure(const Options& options) {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  QUIESCE_RETURN_IF_ERROR(Execute(kSettings));
  QUIESCE_ASSIGN_OR_RETURN(const std::string mode, QueryText("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return absl::FailedPreconditionError(
        absl::StrCat("the database ", path_, " cannot be used in WAL mode, only in ", mode));
  }
  return Execute(options.durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
}

absl::Status SqliteDatabase::CheckFile() {
  QUIESCE_ASSIGN_OR_RETURN(const std::string verdict, QueryText("PRAGMA quick_check(1)"));
  if (verdict == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the database ", path_, " is damaged (", verdict,
                                          "); restore it from a backup"));
}

absl::Status SqliteDatabase::Failed(int code, std::string_view what) {
  const int primary = code & 0xFF;
  const char* message = db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
  absl::Status status(CodeOf(primary), absl::StrCat("database ", path_, ": ", ToAbsl(what), ": ",
                                                    message, " (SQLite error ", code, ", errno ",
                                                    db_ != nullptr ? sqlite3_system_errno(db_) : 0,
                                                    ")", ToAbsl(WayOut(primary))));
  if (IsOfStatement(primary)) {
    return absl::InternalError(status.message());
  }
  if (fatal_.ok()) fatal_ = status;
  return status;
}

absl::Status SqliteDatabase::Execute(const char* sql) {
  if (!fatal_.ok()) return fatal_;
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Failed(code, sql);
}

absl::StatusOr<int64_t> SqliteDatabase::QueryInt(const char* sql) {
  SqliteQuery query(*this, sql);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::InternalError(absl::StrCat("no row: ", sql));
  return query.GetInt();
}

absl::StatusOr<std::string> SqliteDatabase::QueryText(const char* sql) {
  SqliteQuery query(*this, sql);
  QUIESCE_ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::InternalError(absl::StrCat("no row: ", sql));
  return query.GetText();
}

absl::Status SqliteDatabase::Close() {
  QUIESCE_RETURN_IF_ERROR(fatal_);
  QUIESCE_ASSIGN_OR_RETURN(const int64_t busy, QueryInt("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (busy != 0) return absl::InternalError(absl::StrCat("cannot checkpoint ", path_));
  FinalizeAll();
  const int code = sqlite3_close(db_);
  if (code != SQLITE_OK) return Failed(code, "close");
  db_ = nullptr;
  return absl::OkStatus();
}

sqlite3_stmt* SqliteDatabase::Borrow(const char* sql) {
  if (!fatal_.ok()) return nullptr;
  std::vector<sqlite3_stmt*>& idle = idle_[sql];
  while (!idle.empty()) {
    sqlite3_stmt* statement = idle.back();
    idle.pop_back();
    if (std::strcmp(sqlite3_sql(statement), sql) == 0) return statement;
    sqlite3_finalize(statement);  // Of another text that was at this address before.
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) Failed(code, sql).IgnoreError();
  return statement;
}

void SqliteDatabase::GiveBack(const char* sql, sqlite3_stmt* statement) {
  if (statement == nullptr) return;
  // The error of the last step, which has been reported.
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_[sql].push_back(statement);
}

void SqliteDatabase::FinalizeAll() {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  idle_.clear();
}

// --- SqliteQuery ---------------------------------------------------------------------------------

SqliteQuery::SqliteQuery(SqliteDatabase& db, const char* sql)
    : db_(db), sql_(sql), statement_(db.Borrow(sql)) {}

SqliteQuery::~SqliteQuery() { db_.GiveBack(sql_, statement_); }

SqliteQuery& SqliteQuery::Int(int64_t value) {
  const int code = sqlite3_bind_int64(statement_, ++parameter_, value);
  if (code != SQLITE_OK) bind_error_ = code;
  return *this;
}

SqliteQuery& SqliteQuery::Text(std::string_view value) {
  // A null pointer would bind NULL.
  const char* data = value.empty() ? "" : value.data();
  const int code =
      sqlite3_bind_text64(statement_, ++parameter_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_error_ = code;
  return *this;
}

SqliteQuery& SqliteQuery::Blob(std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  const int code = sqlite3_bind_blob64(statement_, ++parameter_, data, value.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) bind_error_ = code;
  return *this;
}

SqliteQuery& SqliteQuery::Null() {
  ++parameter_;  // Parameters are NULL until they are bound.
  return *this;
}

SqliteQuery& SqliteQuery::Wall(absl::Time value) { return Int(EncodeTime(value)); }

absl::StatusOr<bool> SqliteQuery::Step() {
  if (!db_.fatal().ok()) return db_.fatal();
  if (bind_error_ != SQLITE_OK) return db_.Failed(bind_error_, sql_);
  column_ = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_.Failed(code, sql_);
}

absl::Status SqliteQuery::Run() { return Step().status(); }

std::string SqliteQuery::GetText() { return std::string(View(column_++)); }

absl::Time SqliteQuery::GetWall() { return DecodeTime(GetInt()); }

std::string_view SqliteQuery::View(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

void SqliteQuery::Damaged(int column) {
  if (!row_status_.ok()) return;
  row_status_ = absl::InternalError(
      absl::StrCat("cannot read column ", sqlite3_column_name(statement_, column), " of ",
                   sqlite3_column_table_name(statement_, column), " in the store"));
}

}  // namespace quiesce::store
