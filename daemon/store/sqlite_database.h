#ifndef QUIESCE_DAEMON_STORE_SQLITE_DATABASE_H_
#define QUIESCE_DAEMON_STORE_SQLITE_DATABASE_H_

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/store/stored_names.h"

namespace quiesce::store {

// One connection to one database file, which it has for itself: the WAL of this version of SQLite
// can be corrupted by a second connection, so there is never one. Not thread-safe.
//
// An error of the database itself (I/O, full disk, damage, no memory) is kept in fatal() and makes
// every later use fail: what is in the file is no longer known. An error of one statement (a
// violated constraint, a value too large) is not fatal.
class SqliteDatabase {
 public:
  struct Options {
    // False: commits survive the end of the process, not of the machine. For simulations, which
    // crash processes by the thousand.
    bool durable = true;
  };

  // Opens or creates `path`, an absolute one, with the settings in the .cc. Checks the file
  // (quick_check). Errors name the path: FAILED_PRECONDITION for a file in use or not a database,
  // DATA_LOSS for a damaged one.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(const std::string& path,
                                                              const Options& options);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  // Runs statements that give no rows.
  absl::Status Execute(const char* sql);
  // The first column of the first row. INTERNAL if there is none.
  absl::StatusOr<int64_t> QueryInt(const char* sql);
  absl::StatusOr<std::string> QueryText(const char* sql);

  // False inside a transaction. SQLite itself ends a transaction at some errors.
  bool autocommit() const { return sqlite3_get_autocommit(db_) != 0; }
  // Rows changed since the database was opened.
  int64_t total_changes() const { return sqlite3_total_changes64(db_); }
  const absl::Status& fatal() const { return fatal_; }

  // Writes everything to the main file and closes it. Nothing may be called afterwards.
  absl::Status Close();

 private:
  friend class SqliteQuery;

  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}
  absl::Status Configure(const Options& options);
  absl::Status CheckFile();
  // The status of a result code that is not OK, ROW or DONE; keeps it if it is fatal.
  absl::Status Failed(int code, std::string_view what);
  // A statement for `sql`, prepared once if that is a text that stays where it is; null after an
  // error, which is in fatal().
  sqlite3_stmt* Borrow(const char* sql);
  void GiveBack(const char* sql, sqlite3_stmt* statement);
  void FinalizeAll();

  const std::string path_;
  sqlite3* db_ = nullptr;
  absl::Status fatal_;
  // Prepared statements that are not in use, by the address of their text.
  std::unordered_map<const char*, std::vector<sqlite3_stmt*>> idle_;
};

// One use of a prepared statement: bind the parameters in their order, step, read the columns in
// their order. `sql` lives as long as the query; a literal is prepared only once.
//
// Texts are not copied: what is bound must live until the query is gone.
class SqliteQuery {
 public:
  SqliteQuery(SqliteDatabase& db, const char* sql);
  ~SqliteQuery();
  SqliteQuery(const SqliteQuery&) = delete;
  SqliteQuery& operator=(const SqliteQuery&) = delete;

  // --- parameters -------------------------------------------------------------------------------
  SqliteQuery& Int(int64_t value);
  SqliteQuery& Text(std::string_view value);
  SqliteQuery& Text(std::string&& value) = delete;
  SqliteQuery& Blob(std::string_view value);
  SqliteQuery& Blob(std::string&& value) = delete;
  SqliteQuery& Null();
  SqliteQuery& Bool(bool value) { return Int(value ? 1 : 0); }
  SqliteQuery& Steady(SteadyTime value) { return Int(value.micros()); }
  SqliteQuery& Wall(absl::Time value);
  SqliteQuery& Duration(absl::Duration value) { return Int(absl::ToInt64Microseconds(value)); }
  template <typename Enum>
  SqliteQuery& Name(Enum value) {
    return Text(StoredName(value));
  }

  // --- running ----------------------------------------------------------------------------------
  // True: there is a row to read. False: there is none (any more).
  absl::StatusOr<bool> Step();
  // For a statement that gives no row.
  absl::Status Run();

  // --- columns of the row, each read advances ---------------------------------------------------
  int64_t GetInt() { return sqlite3_column_int64(statement_, column_++); }
  std::string GetText();
  std::string GetBlob() { return GetText(); }
  bool GetBool() { return GetInt() != 0; }
  bool IsNull() const { return sqlite3_column_type(statement_, column_) == SQLITE_NULL; }
  void Skip(int columns) { column_ += columns; }
  SteadyTime GetSteady() { return SteadyTime::FromMicros(GetInt()); }
  absl::Time GetWall();
  absl::Duration GetDuration() { return absl::Microseconds(GetInt()); }
  template <typename Enum>
  void GetName(Enum& value) {
    const int column = column_++;
    if (!ParseStoredName(View(column), value)) Damaged(column);
  }
  // For a column that one of the Decode functions of row_codec.h reads.
  template <typename Value>
  void GetDecoded(bool (*decode)(std::string_view, Value&), Value& value) {
    const int column = column_++;
    if (!decode(View(column), value)) Damaged(column);
  }
  // INTERNAL, naming table and column, if a column read so far held what is never written.
  absl::Status row_status() const { return row_status_; }

 private:
  std::string_view View(int column) const;
  void Damaged(int column);

  SqliteDatabase& db_;
  const char* const sql_;
  sqlite3_stmt* const statement_;
  int parameter_ = 0;
  int column_ = 0;
  int bind_error_ = SQLITE_OK;
  absl::Status row_status_;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_DATABASE_H_
