#include "daemon/store/sqlite_store.h"

#include <algorithm>
#include <optional>

#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/store/file_system.h"
#include "daemon/store/row_codec.h"
#include "daemon/store/sqlite_instance_rows.h"
#include "daemon/store/sqlite_plan_rows.h"
#include "daemon/store/sqlite_schema.h"
#include "daemon/store/sqlite_setting_rows.h"

namespace quiesce::store {
namespace {

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// Collects changes and hands them over in slices.
class SlicedSink {
 public:
  explicit SlicedSink(FeedSink sink) : sink_(std::move(sink)) {}
  void Add(Change change) {
    slice_.push_back(std::move(change));
    if (slice_.size() == limits::kSliceRows) Flush();
  }
  void Flush() {
    if (!slice_.empty()) sink_(std::exchange(slice_, {}));
  }

 private:
  FeedSink sink_;
  std::vector<Change> slice_;
};

absl::Status LoadSettings(SqliteDatabase& db, SlicedSink& sink) {
  QUIESCE_ASSIGN_OR_RETURN(std::vector<Project> projects, ReadProjectRows(db));
  for (Project& project : projects) sink.Add(ProjectChanged{std::move(project)});
  QUIESCE_RETURN_IF_ERROR(ScanWorkspaces(
      db, [&sink](Workspace workspace) { sink.Add(WorkspaceChanged{std::move(workspace)}); }));
  QUIESCE_ASSIGN_OR_RETURN(std::vector<HoldRecord> holds, ReadHoldRows(db));
  for (HoldRecord& hold : holds) sink.Add(HoldChanged{std::move(hold)});
  return absl::OkStatus();
}

absl::Status LoadInstances(SqliteDatabase& db, SlicedSink& sink) {
  QUIESCE_RETURN_IF_ERROR(
      ScanTombstones(db, [&sink](InstanceForgotten tombstone) { sink.Add(std::move(tombstone)); }));
  return ScanInstances(
      db, [&sink](core::InstanceRecord record) { sink.Add(InstanceChanged{std::move(record)}); });
}

absl::Status LoadRuns(SqliteDatabase& db, SlicedSink& sink) {
  QUIESCE_RETURN_IF_ERROR(ScanRuns(db, [&sink](Run run) { sink.Add(RunChanged{std::move(run)}); }));
  return ScanPendingRunItems(db,
                             [&sink](RunItem item) { sink.Add(RunItemChanged{std::move(item)}); });
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path,
                                                               Options options) {
  QUIESCE_RETURN_IF_ERROR(CheckDirectory(DirectoryOf(path)));
  QUIESCE_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, FileLock::Acquire(path + ".lock"));
  QUIESCE_ASSIGN_OR_RETURN(std::unique_ptr<SqliteDatabase> db,
                           SqliteDatabase::Open(path, SqliteDatabase::Options{options.durable}));
  QUIESCE_RETURN_IF_ERROR(Migrate(*db, path));
  std::unique_ptr<SqliteStore> store(
      new SqliteStore(std::move(lock), std::move(db), std::move(options)));
  QUIESCE_RETURN_IF_ERROR(store->Start());
  return store;
}

absl::Status SqliteStore::Start() {
  QUIESCE_RETURN_IF_ERROR(tables_.Load());
  StoreRow& row = tables_.store_row();
  fence_ = ++row.fence;
  return WriteStoreRow(*db_, row);
}

absl::Status SqliteStore::Fatal(absl::Status status) {
  if (fatal_.ok()) fatal_ = status;
  return status;
}

absl::Status SqliteStore::BeginGroup() {
  QUIESCE_RETURN_IF_ERROR(fatal_);
  changed_ = false;
  list_seq_at_begin_ = tables_.last_list_seq();
  SqliteQuery query(*db_, "BEGIN IMMEDIATE");
  if (absl::Status status = query.Run(); !status.ok()) return Fatal(status);
  return absl::OkStatus();
}

absl::Status SqliteStore::RunInGroup(Operation& operation, const Environment& environment) {
  QUIESCE_RETURN_IF_ERROR(fatal_);
  if (absl::Status status = tables_.OpenSavepoint(); !status.ok()) return Fatal(status);
  // As it will come back from the store.
  const Now now{Storable(environment.now.wall), environment.now.steady};
  const OpContext context{now, environment.random, fence_, environment.projects};
  const int64_t rows_before = db_->total_changes();
  const absl::Status status = operation.Run(tables_, context);
  // An operation cannot hide an error of the database: SQLite may have undone the whole group.
  if (!db_->fatal().ok()) return Fatal(db_->fatal());
  if (db_->autocommit()) return Fatal(absl::InternalError("SQLite ended the transaction"));
  const absl::Status ended = status.ok() ? tables_.KeepSavepoint() : tables_.UndoSavepoint();
  if (!ended.ok()) return Fatal(ended);
  if (status.ok() && db_->total_changes() != rows_before) changed_ = true;
  return status;
}

absl::StatusOr<std::vector<Change>> SqliteStore::CommitGroup(const Now& now) {
  QUIESCE_RETURN_IF_ERROR(fatal_);
  StoreRow& row = tables_.store_row();
  if (changed_ || row.list_seq != list_seq_at_begin_) {
    row.high_water = std::max(row.high_water, now.steady);
    if (absl::Status status = WriteStoreRow(*db_, row); !status.ok()) return Fatal(status);
    if (options_.fail_commit && options_.fail_commit()) {
      db_->Execute("ROLLBACK").IgnoreError();
      return Fatal(absl::DataLossError("COMMIT was made to fail"));
    }
  }
  SqliteQuery query(*db_, "COMMIT");
  if (absl::Status status = query.Run(); !status.ok()) return Fatal(status);
  return tables_.TakeFeed();
}

absl::StatusOr<SqliteStore::GroupResult> SqliteStore::ExecuteGroup(
    const std::vector<std::unique_ptr<Operation>>& operations, const Environment& environment) {
  GroupResult result;
  QUIESCE_RETURN_IF_ERROR(BeginGroup());
  for (const std::unique_ptr<Operation>& operation : operations) {
    result.statuses.push_back(RunInGroup(*operation, environment));
    QUIESCE_RETURN_IF_ERROR(fatal_);
  }
  QUIESCE_ASSIGN_OR_RETURN(result.changes, CommitGroup(environment.now));
  return result;
}

absl::Status SqliteStore::Load(FeedSink sink) {
  QUIESCE_RETURN_IF_ERROR(fatal_);
  SlicedSink sliced(std::move(sink));
  QUIESCE_RETURN_IF_ERROR(LoadSettings(*db_, sliced));
  QUIESCE_RETURN_IF_ERROR(LoadInstances(*db_, sliced));
  QUIESCE_RETURN_IF_ERROR(LoadRuns(*db_, sliced));
  sliced.Flush();
  return absl::OkStatus();
}

absl::Status SqliteStore::Close() {
  QUIESCE_RETURN_IF_ERROR(fatal_);
  QUIESCE_RETURN_IF_ERROR(db_->Close());
  fatal_ = absl::UnavailableError("the store is closed");
  return absl::OkStatus();
}

}  // namespace quiesce::store
