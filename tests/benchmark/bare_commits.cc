#include "tests/benchmark/bare_commits.h"

#include <sqlite3.h>

#include <chrono>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/status_macros.h"

namespace quiesce::benchmark {
namespace {

constexpr int kRows = 20000;
constexpr int kCommits = 500;
constexpr size_t kTextBytes = 100;  // with the keys, the numbers and SQLite's own some 200 bytes

// Settings as the daemon's store has them, so that the disk is asked for the same.
constexpr char kPrepare[] = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 4000;
  CREATE TABLE rows (project TEXT NOT NULL, instance TEXT NOT NULL, revision INTEGER NOT NULL,
                     text TEXT NOT NULL, PRIMARY KEY (project, instance)) STRICT;
)";
constexpr char kWrite[] = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)";

class Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path) {
    std::unique_ptr<Database> database(new Database());
    if (sqlite3_open(path.c_str(), &database->db_) != SQLITE_OK) return database->Error();
    QUIESCE_RETURN_IF_ERROR(database->Execute(kPrepare));
    if (sqlite3_prepare_v2(database->db_, kWrite, -1, &database->write_, nullptr) != SQLITE_OK) {
      return database->Error();
    }
    return database;
  }
  ~Database() {
    sqlite3_finalize(write_);
    sqlite3_close(db_);
  }

  absl::Status Execute(const char* sql) {
    return sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? absl::OkStatus()
                                                                          : Error();
  }

  absl::Status WriteRow(int row, int revision) {
    const std::string project = absl::StrFormat("%032x", row % 20);
    const std::string instance = absl::StrFormat("%032x", row);
    const std::string text(kTextBytes, static_cast<char>('a' + revision % 26));
    sqlite3_bind_text(write_, 1, project.data(), static_cast<int>(project.size()), SQLITE_STATIC);
    sqlite3_bind_text(write_, 2, instance.data(), static_cast<int>(instance.size()), SQLITE_STATIC);
    sqlite3_bind_int(write_, 3, revision);
    sqlite3_bind_text(write_, 4, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    const bool done = sqlite3_step(write_) == SQLITE_DONE;
    sqlite3_reset(write_);
    return done ? absl::OkStatus() : Error();
  }

 private:
  Database() = default;
  absl::Status Error() const {
    return absl::InternalError(absl::StrCat("bare commits: ", sqlite3_errmsg(db_)));
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* write_ = nullptr;
};

absl::Status CommitRows(Database& database, int commit) {
  QUIESCE_RETURN_IF_ERROR(database.Execute("BEGIN IMMEDIATE"));
  for (int i = 0; i < kRowsPerCommit; ++i) {
    const int row = (commit * kRowsPerCommit + i) % kRows;
    QUIESCE_RETURN_IF_ERROR(database.WriteRow(row, commit));
  }
  return database.Execute("COMMIT");
}

}  // namespace

absl::StatusOr<BareCommits> CommitBare(const std::string& folder) {
  QUIESCE_ASSIGN_OR_RETURN(const std::unique_ptr<Database> database,
                           Database::Open(absl::StrCat(folder, "/bare.db")));
  QUIESCE_RETURN_IF_ERROR(database->Execute("BEGIN IMMEDIATE"));
  for (int row = 0; row < kRows; ++row) QUIESCE_RETURN_IF_ERROR(database->WriteRow(row, 0));
  QUIESCE_RETURN_IF_ERROR(database->Execute("COMMIT"));
  const auto began = std::chrono::steady_clock::now();
  for (int commit = 0; commit < kCommits; ++commit) {
    QUIESCE_RETURN_IF_ERROR(CommitRows(*database, commit));
  }
  return BareCommits{kCommits, absl::FromChrono(std::chrono::steady_clock::now() - began)};
}

}  // namespace quiesce::benchmark
