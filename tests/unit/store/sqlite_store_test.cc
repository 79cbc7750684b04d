#include "daemon/store/sqlite_store.h"

#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/random.h"
#include "daemon/store/sqlite_schema.h"
#include "gtest/gtest.h"
#include "tests/unit/store/store_test_support.h"

namespace quiesce::store {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStore::Environment environment(int64_t at_us = 1000) {
    return {Now{absl::FromUnixMicros(at_us), SteadyTime::FromMicros(at_us)}, random_, projects_};
  }
  absl::StatusOr<int64_t> Write(SqliteStore& store, int number) {
    return store.Execute(Custom{[number](Tables& tables, const OpContext&) {
                           return WriteNumbered(tables, number);
                         }},
                         environment());
  }
  static int64_t CountInstances(SqliteStore& store) {
    int64_t count = 0;
    EXPECT_TRUE(store
                    .Load([&count](std::vector<Change> changes) {
                      for (const Change& change : changes) {
                        count += std::holds_alternative<InstanceChanged>(change) ? 1 : 0;
                      }
                    })
                    .ok());
    return count;
  }
  std::unique_ptr<SqliteStore> Open(SqliteStore::Options options = {}) {
    auto store = SqliteStore::Open(directory_.database(), std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  absl::Status OpenError() { return SqliteStore::Open(directory_.database()).status(); }

  ScratchDirectory directory_;
  SeededRandom random_{1};
  ProjectMap projects_;
};

// --- opening -------------------------------------------------------------------------------------

TEST_F(SqliteStoreTest, SecondDaemonIsRefusedNamingTheFirst) {
  auto first = Open();
  const absl::Status second = OpenError();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(second.message(), absl::StrCat("process ", getpid()))) << second;
  EXPECT_TRUE(absl::StrContains(second.message(), directory_.database())) << second;
  ASSERT_TRUE(Write(*first, 1).ok()) << "and does not disturb it";
  ASSERT_TRUE(first->Close().ok());
  first.reset();
  EXPECT_NE(Open(), nullptr);
}

TEST_F(SqliteStoreTest, AnotherProgramCannotOpenTheFile) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 1).ok());
  sqlite3* intruder = nullptr;
  ASSERT_EQ(sqlite3_open(directory_.database().c_str(), &intruder), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(intruder, "SELECT * FROM store", nullptr, nullptr, nullptr), SQLITE_BUSY);
  sqlite3_close(intruder);
}

TEST_F(SqliteStoreTest, FileThatAnotherProgramHasOpenIsRefused) {
  Open().reset();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(directory_.database().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN; SELECT * FROM store", nullptr, nullptr, nullptr),
            SQLITE_OK);
  const absl::Status refused = OpenError();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(refused.message(), "another program has it open")) << refused;
  sqlite3_close(other);
  EXPECT_NE(Open(), nullptr) << "the lock was let go";
}

TEST_F(SqliteStoreTest, MissingDirectoryIsSaidSo) {
  const absl::Status missing =
      SqliteStore::Open(directory_.path() + "/missing/quiesced.db").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(absl::StrContains(missing.message(), directory_.path() + "/missing")) << missing;
  std::ofstream(directory_.path() + "/file") << "x";
  EXPECT_EQ(SqliteStore::Open(directory_.path() + "/file/quiesced.db").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteStoreTest, PathMustBeAbsolute) {
  EXPECT_EQ(SqliteDatabase::Open("file:x?mode=memory", {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(SqliteStoreTest, NewerSchemaIsRefusedAndLeftAsItIs) {
  {
    auto store = Open();
    ASSERT_TRUE(
        store->database_for_test()
            .Execute(absl::StrCat("PRAGMA user_version = ", CurrentSchemaVersion() + 1).c_str())
            .ok());
  }
  const absl::Status newer = OpenError();
  EXPECT_EQ(newer.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(newer.message(), "newer version")) << newer;
  EXPECT_EQ(OpenError().message(), newer.message());
}

TEST_F(SqliteStoreTest, DatabaseOfAnotherApplicationIsRefused) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(directory_.database().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE t (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  EXPECT_TRUE(absl::StrContains(OpenError().message(), "another application")) << OpenError();
}

TEST_F(SqliteStoreTest, FileThatIsNoDatabaseIsRefusedAndKept) {
  const std::string text(8192, 'x');
  std::ofstream(directory_.database()) << text;
  const absl::Status refused = OpenError();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(refused.message(), "not a database of quiesced")) << refused;
  EXPECT_EQ(std::filesystem::file_size(directory_.database()), text.size());
}

TEST_F(SqliteStoreTest, DamagedFileIsRefused) {
  {
    auto store = Open();
    for (int i = 0; i < 2000; ++i) ASSERT_TRUE(Write(*store, i).ok());
    ASSERT_TRUE(store->Close().ok());
  }
  std::fstream file(directory_.database(), std::ios::in | std::ios::out | std::ios::binary);
  for (int page = 10; page < 40; ++page) {
    file.seekp(page * 4096);
    file << std::string(512, '\xA5');
  }
  file.close();
  const absl::Status damaged = OpenError();
  EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss) << damaged;
  EXPECT_TRUE(absl::StrContains(damaged.message(), "restore it from a backup")) << damaged;
}

// Schema 1 did not know when a start was first seen; since when an instance is in its present state
// is the best that can be said of one that runs.
TEST_F(SqliteStoreTest, AFileOfSchemaOneLearnsWhenStartsWereSeen) {
  const auto row = [](int number, core::PowerState state, core::Presence presence) {
    core::InstanceRecord record;
    record.key = {std::string(32, 'a'), absl::StrCat(std::string(31, '0'), number)};
    record.observation.state = state;
    record.observation.presence = presence;
    record.observation.since = SteadyTime::FromMicros(number);
    return record;
  };
  std::vector<core::InstanceRecord> rows = {
      row(1, core::PowerState::kRunning, core::Presence::kPresent),
      row(2, core::PowerState::kBusy, core::Presence::kMissing),
      row(3, core::PowerState::kStopped, core::Presence::kPresent),
      row(4, core::PowerState::kUnknown, core::Presence::kNever)};
  {
    auto store = Open();
    const Custom write{[&rows](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
      for (core::InstanceRecord& record : rows) {
        const absl::Status status = tables.WriteInstance(record);
        if (!status.ok()) return status;
      }
      return 0;
    }};
    ASSERT_TRUE(store->Execute(write, environment()).ok());
    SqliteDatabase& db = store->database_for_test();
    ASSERT_TRUE(db.Execute("ALTER TABLE instances DROP COLUMN start_seen_us").ok());
    ASSERT_TRUE(db.Execute("PRAGMA user_version = 1").ok());
  }
  auto store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(*store->database_for_test().QueryInt("PRAGMA user_version"), CurrentSchemaVersion());
  std::vector<int64_t> seen;
  const Custom read{[&](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
    for (const core::InstanceRecord& record : rows) {
      auto found = tables.ReadInstance(record.key);
      if (!found.ok()) return found.status();
      seen.push_back((*found)->observation.start_seen.micros());
    }
    return 0;
  }};
  ASSERT_TRUE(store->Execute(read, environment()).ok());
  const int64_t never = SteadyTime::Never().micros();
  EXPECT_EQ(seen, (std::vector<int64_t>{1, 2, never, never}));
}

TEST_F(SqliteStoreTest, SettingsAreInForce) {
  auto store = Open();
  SqliteDatabase& db = store->database_for_test();
  EXPECT_EQ(*db.QueryText("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(*db.QueryText("PRAGMA locking_mode"), "exclusive");
  EXPECT_EQ(*db.QueryInt("PRAGMA synchronous"), 2);
  EXPECT_EQ(*db.QueryInt("PRAGMA trusted_schema"), 0);
  EXPECT_EQ(*db.QueryInt("PRAGMA cell_size_check"), 1);
  EXPECT_EQ(*db.QueryInt("PRAGMA secure_delete"), 0);
  EXPECT_EQ(*db.QueryInt("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(*db.QueryInt("PRAGMA user_version"), CurrentSchemaVersion());
  EXPECT_EQ(*db.QueryInt("PRAGMA application_id"), 0x71736365);
  EXPECT_EQ(*db.QueryInt("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' "
                         "AND sql NOT LIKE '%STRICT%'"),
            0);
  EXPECT_FALSE(std::filesystem::exists(directory_.database() + "-shm"));
}

TEST_F(SqliteStoreTest, QueriesUseTheirIndexes) {
  auto store = Open();
  for (const char* query :
       {"SELECT * FROM instances WHERE outcome = 'open'",
        "SELECT * FROM tombstones WHERE forgotten_us < 1 ORDER BY forgotten_us LIMIT 5",
        "SELECT * FROM run_items WHERE run_id = ? AND at_cancel = ? AND "
        "at_cancel <> 'not_cancelled'",
        "SELECT * FROM requests WHERE at_us < 1", "SELECT * FROM runs WHERE ended_at < 1",
        "SELECT id FROM plans WHERE run_id = '' AND expires_at < 1",
        "SELECT id FROM holds WHERE id >= 'a' ORDER BY id LIMIT 2"}) {
    const std::string explain = absl::StrCat("EXPLAIN QUERY PLAN ", query);
    SqliteQuery rows(store->database_for_test(), explain.c_str());
    ASSERT_TRUE(*rows.Step());
    rows.Skip(3);
    const std::string plan = rows.GetText();
    EXPECT_TRUE(absl::StrContains(plan, "INDEX") || absl::StrContains(plan, "PRIMARY KEY"))
        << query << ": " << plan;
    EXPECT_FALSE(absl::StartsWith(plan, "SCAN") && !absl::StrContains(plan, "INDEX")) << plan;
  }
}

// --- the time line -------------------------------------------------------------------------------

TEST_F(SqliteStoreTest, OriginAndHighWaterAreSavedWithEachGroup) {
  {
    auto store = Open();
    EXPECT_EQ(store->high_water(), SteadyTime());
    store->SetClockOrigin(ClockOrigin{"boot-1", 42});
    ASSERT_TRUE(store
                    ->Execute(Custom{[](Tables& tables, const OpContext&) {
                                return WriteNumbered(tables, 1);
                              }},
                              environment(5000))
                    .ok());
  }
  {
    auto store = Open();
    EXPECT_EQ(store->clock_origin().boot_id, "boot-1");
    EXPECT_EQ(store->clock_origin().offset_us, 42);
    EXPECT_EQ(store->high_water(), SteadyTime::FromMicros(5000));
    ASSERT_TRUE(store
                    ->Execute(Custom{[](Tables& tables, const OpContext&) {
                                return WriteNumbered(tables, 2);
                              }},
                              environment(4000))
                    .ok());
    EXPECT_EQ(store->high_water(), SteadyTime::FromMicros(5000)) << "never goes back";
  }
}

TEST_F(SqliteStoreTest, EachProcessHasALargerFence) {
  int64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    auto store = Open();
    EXPECT_GT(store->fence(), last);
    last = store->fence();
  }
}

TEST_F(SqliteStoreTest, OperationsSeeWallTimeAsItIsStored) {
  auto store = Open();
  SqliteStore::Environment now = environment();
  now.now.wall = absl::FromUnixNanos(1234567);
  const auto seen = store->Execute(
      Custom{[](Tables&, const OpContext& context) { return absl::ToUnixNanos(context.now.wall); }},
      now);
  EXPECT_EQ(*seen, 1234000);
}

// --- errors of operations, and fatal ones --------------------------------------------------------

TEST_F(SqliteStoreTest, ErrorOfOneStatementIsNotFatal) {
  auto store = Open();
  auto broken = store->Execute(
      Custom{[](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
        core::InstanceRecord record;
        record.key = core::InstanceKey{std::string(32, 'a'), std::string(32, 'b')};
        EXPECT_TRUE(tables.WriteInstance(record).ok());
        record.revision = 0;  // As if it were not there: a second row of the same key.
        const absl::Status twice = tables.WriteInstance(record);
        EXPECT_EQ(twice.code(), absl::StatusCode::kInternal) << twice;
        return twice;
      }},
      environment());
  EXPECT_EQ(broken.status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(store->fatal().ok());
  EXPECT_EQ(CountInstances(*store), 0);
  EXPECT_EQ(*Write(*store, 1), 1);
}

TEST_F(SqliteStoreTest, RowThatCannotBeReadIsSaidByColumn) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 1).ok());
  ASSERT_TRUE(
      store->database_for_test().Execute("UPDATE instances SET presence = 'elsewhere'").ok());
  const auto read = store->Execute(
      Custom{[](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
        return tables
            .ReadInstance(core::InstanceKey{std::string(32, 'a'), std::string(31, '0') + "1"})
            .status();
      }},
      environment());
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(absl::StrContains(read.status().message(), "column presence of instances"))
      << read.status();
}

TEST_F(SqliteStoreTest, FailedCommitIsFatalAndLeavesNothing) {
  bool fail = false;
  SqliteStore::Options options;
  options.fail_commit = [&fail] { return fail; };
  auto store = Open(std::move(options));
  ASSERT_TRUE(Write(*store, 1).ok());
  fail = true;
  EXPECT_FALSE(Write(*store, 2).ok());
  EXPECT_FALSE(store->fatal().ok());
  fail = false;
  EXPECT_FALSE(Write(*store, 3).ok()) << "what is durable is not known any more";
  EXPECT_FALSE(store->Close().ok());
  store.reset();
  store = Open();
  EXPECT_EQ(CountInstances(*store), 1);
  EXPECT_EQ(*Write(*store, 4), 2) << "its revision was never given";
}

TEST_F(SqliteStoreTest, GroupThatOnlyReadsCommitsNothing) {
  int commits = 0;
  SqliteStore::Options options;
  options.fail_commit = [&commits] { return ++commits > 1; };
  auto store = Open(std::move(options));
  ASSERT_TRUE(Write(*store, 1).ok());
  const auto read = [](Tables& tables, const OpContext&) { return tables.last_revision(); };
  EXPECT_EQ(*store->Execute(Custom{read}, environment()), 1);
  const auto refuse = [](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
    EXPECT_TRUE(WriteNumbered(tables, 2).ok());
    return absl::AbortedError("no");
  };
  EXPECT_EQ(store->Execute(Custom{refuse}, environment()).status().code(),
            absl::StatusCode::kAborted);
  EXPECT_EQ(commits, 1);
}

TEST_F(SqliteStoreTest, FullDiskIsFatalEvenIfTheOperationIgnoresIt) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 0).ok());
  const int64_t pages = *store->database_for_test().QueryInt("PRAGMA page_count");
  ASSERT_TRUE(store->database_for_test()
                  .QueryInt(absl::StrCat("PRAGMA max_page_count = ", pages + 2).c_str())
                  .ok());
  const auto fill = [](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
    for (int i = 1; i < 1000; ++i) WriteNumbered(tables, i).status().IgnoreError();
    return 0;
  };
  const absl::Status full = store->Execute(Custom{fill}, environment()).status();
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_TRUE(absl::StrContains(full.message(), "make room on the disk")) << full;
  EXPECT_FALSE(store->fatal().ok());
  EXPECT_FALSE(Write(*store, 1001).ok());
  store.reset();
  EXPECT_EQ(CountInstances(*Open()), 1) << "the group is gone as a whole";
}

TEST_F(SqliteStoreTest, TransactionEndedBehindItsBackIsFatal) {
  auto store = Open();
  SqliteDatabase& db = store->database_for_test();
  const auto rollback = [&db](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
    EXPECT_TRUE(WriteNumbered(tables, 1).ok());
    EXPECT_TRUE(db.Execute("ROLLBACK").ok());
    return 0;
  };
  EXPECT_FALSE(store->Execute(Custom{rollback}, environment()).ok());
  EXPECT_FALSE(store->fatal().ok());
}

TEST_F(SqliteStoreTest, ClosingLeavesOneFileAndTheLock) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 1).ok());
  ASSERT_TRUE(store->Close().ok());
  EXPECT_FALSE(std::filesystem::exists(directory_.database() + "-wal"));
  EXPECT_FALSE(Write(*store, 2).ok());
  store.reset();
  EXPECT_EQ(CountInstances(*Open()), 1);
}

TEST_F(SqliteStoreTest, OldestRequestsAreForgottenAboveACount) {
  auto store = Open();
  const auto prune = [](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
    for (int i = 0; i < 10; ++i) {
      const RememberedRequest request{"m", "h", "r", SteadyTime::FromMicros(100 - i)};
      EXPECT_TRUE(tables.WriteRequest("alice", std::to_string(i), request).ok());
    }
    EXPECT_EQ(*tables.PruneRequests(SteadyTime::FromMicros(92), 7, 1), 1) << "bounded";
    EXPECT_EQ(*tables.PruneRequests(SteadyTime::FromMicros(92), 7, 100), 2) << "three too many";
    EXPECT_TRUE(tables.ReadRequest("alice", "6")->has_value());
    EXPECT_FALSE(tables.ReadRequest("alice", "7")->has_value()) << "the oldest";
    EXPECT_EQ(*tables.PruneRequests(SteadyTime::FromMicros(96), 7, 100), 2) << "two too old";
    EXPECT_EQ(*tables.PruneRequests(SteadyTime::FromMicros(96), 7, 100), 0);
    return 0;
  };
  EXPECT_TRUE(store->Execute(Custom{prune}, environment()).ok());
}

TEST_F(SqliteStoreTest, LoadComesInSlices) {
  auto store = Open();
  const auto fill = [](Tables& tables, const OpContext&) -> absl::StatusOr<int64_t> {
    for (int i = 0; i < 2500; ++i) EXPECT_TRUE(WriteNumbered(tables, i).ok());
    return 0;
  };
  ASSERT_TRUE(store->Execute(Custom{fill}, environment()).ok());
  std::vector<size_t> slices;
  ASSERT_TRUE(
      store->Load([&](std::vector<Change> changes) { slices.push_back(changes.size()); }).ok());
  EXPECT_EQ(slices, (std::vector<size_t>{1000, 1000, 500}));
}

}  // namespace
}  // namespace quiesce::store
