#include "daemon/store/sqlite_store.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/store/group_commit.h"
#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

namespace quiesce::store {
namespace {

// GroupCommitStore over SQLite on a real file, with a real writer thread.
class SqliteHarness final : public StoreHarness {
 public:
  explicit SqliteHarness(ProjectMap projects) : projects_(std::move(projects)) {
    directory_ = testing::TempDir() + "/store.XXXXXX";
    if (mkdtemp(directory_.data()) == nullptr) std::abort();
    Start();
  }
  ~SqliteHarness() override {
    store_.reset();
    executor_.RunPosted();
    std::filesystem::remove_all(directory_);
  }

  StateStore& store() override { return *store_; }
  PumpedExecutor& executor() override { return executor_; }
  ManualClock& clock() override { return clock_; }
  const std::vector<Change>& feed() const override { return feed_; }

  std::vector<Change> Restart(Ending ending) override {
    if (ending == Ending::kKilled) {
      Kill();
    } else {
      EXPECT_TRUE(store_->Close().ok());
      store_.reset();
    }
    return Start();
  }

 private:
  std::string path() const { return directory_ + "/quiesced.db"; }

  std::vector<Change> Start() {
    auto opened = SqliteStore::Open(path());
    EXPECT_TRUE(opened.ok()) << opened.status();
    std::vector<Change> loaded;
    EXPECT_TRUE((*opened)
                    ->Load([&loaded](std::vector<Change> changes) {
                      for (Change& change : changes) loaded.push_back(std::move(change));
                    })
                    .ok());
    store_ = std::make_unique<GroupCommitStore>(
        *std::move(opened), GroupCommitStore::Dependencies{executor_, clock_, random_}, projects_,
        [this](std::vector<Change> changes) {
          for (Change& change : changes) feed_.push_back(std::move(change));
        },
        [](const absl::Status& status) { ADD_FAILURE() << "fatal: " << status; });
    return loaded;
  }

  // The next process finds the files as they are now: the write-ahead log has not been taken into
  // the main file, as closing would do.
  void Kill() {
    const std::string copy = directory_ + "/copy";
    std::filesystem::create_directory(copy);
    for (const char* suffix : {"", "-wal"}) {
      if (std::filesystem::exists(path() + suffix)) {
        std::filesystem::copy(path() + suffix, copy + "/quiesced.db" + suffix);
      }
    }
    EXPECT_TRUE(store_->Close().ok());
    store_.reset();
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::remove(path() + suffix);
      if (std::filesystem::exists(copy + "/quiesced.db" + suffix)) {
        std::filesystem::rename(copy + "/quiesced.db" + suffix, path() + suffix);
      }
    }
    std::filesystem::remove_all(copy);
  }

  const ProjectMap projects_;
  std::string directory_;
  PumpedExecutor executor_;
  ManualClock clock_;
  SystemRandom random_;
  std::vector<Change> feed_;
  std::unique_ptr<GroupCommitStore> store_;
};

std::unique_ptr<StoreHarness> NewSqliteHarness(ProjectMap projects) {
  return std::make_unique<SqliteHarness>(std::move(projects));
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StateStoreContract, testing::Values(&NewSqliteHarness));

}  // namespace
}  // namespace quiesce::store
