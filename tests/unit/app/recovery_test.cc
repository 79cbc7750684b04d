#include "daemon/app/recovery.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/app/event_loop.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/store/group_commit.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/captured_log.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::app {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOld[] = "https://old.example.com";
constexpr char kNew[] = "https://new.example.com:8443";

class RecoveryTest : public ::testing::Test {
 protected:
  RecoveryTest() {
    auto opened = store::SqliteStore::Open(absl::StrCat(folder_.path(), "/q.db"));
    EXPECT_TRUE(opened.ok()) << opened.status();
    sqlite_ = *std::move(opened);
  }
  ~RecoveryTest() override {
    if (sqlite_ == nullptr) return;
    EXPECT_TRUE(sqlite_->Close().ok());
  }

  void AddProject(char id, const char* endpoint, const char* moved_from = nullptr) {
    config::Project project;
    project.id = std::string(32, id);
    project.alias = absl::StrCat("p-", std::string(1, id));
    project.endpoint = *cloud::ParseEndpoint(endpoint);
    if (moved_from != nullptr) project.moved_from = *cloud::ParseEndpoint(moved_from);
    config_.projects.push_back(project);
  }
  // Starts with what was added since the last start.
  absl::StatusOr<int64_t> Start() {
    const store::ProjectMap projects;
    auto result = RecoverStore(*sqlite_, config_, {clock_.Read(), random_, projects}, log_);
    config_ = {};
    return result;
  }

  const support::ScratchFolder folder_ = support::ScratchFolder::Make().value();
  SystemClock clock_;
  SystemRandom random_;
  support::CapturedLog captured_;
  observability::Logger log_{clock_, captured_};
  std::unique_ptr<store::SqliteStore> sqlite_;
  config::Config config_;
};

TEST_F(RecoveryTest, TheSameEndpointIsFine) {
  AddProject('a', kOld);
  EXPECT_EQ(Start().value(), 0);
  AddProject('a', "https://OLD.example.com:443/");  // another way to write it
  EXPECT_TRUE(Start().ok());
  EXPECT_THAT(captured_.lines(), IsEmpty());
}

TEST_F(RecoveryTest, AnotherEndpointIsRefusedWithTheWayOut) {
  AddProject('a', kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('a', kNew);
  const absl::Status refused = Start().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.message(),
            "projects.p-a has the endpoint https://new.example.com:8443, the store remembers "
            "https://old.example.com: put that back; or, if the new one leads to the same "
            "instances, set projects.p-a.moved_from: https://old.example.com");
  AddProject('a', kOld);  // nothing has changed
  EXPECT_TRUE(Start().ok());
}

TEST_F(RecoveryTest, MovedFromAcceptsExactlyThatChange) {
  AddProject('a', kOld);
  AddProject('b', kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('a', kNew, "https://other.example.com");
  EXPECT_FALSE(Start().ok());
  AddProject('a', kNew, kOld);
  AddProject('b', kNew);  // not said of this one
  EXPECT_THAT(std::string(Start().status().message()), HasSubstr("projects.p-b has the endpoint"));
  AddProject('a', kNew, kOld);
  AddProject('b', kNew, kOld);
  EXPECT_TRUE(Start().ok());
  EXPECT_THAT(captured_.lines(),
              testing::Contains(HasSubstr("project=p-b from=https://old.example.com "
                                          "to=https://new.example.com:8443")));
}

TEST_F(RecoveryTest, AnAcceptedChangeIsRememberedAndMovedFromMayStay) {
  AddProject('a', kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('a', kNew, kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('a', kNew, kOld);
  EXPECT_TRUE(Start().ok());
  AddProject('a', kNew);
  EXPECT_TRUE(Start().ok());
  AddProject('a', kOld);  // back is a change too
  EXPECT_FALSE(Start().ok());
}

TEST_F(RecoveryTest, AProjectThatWasAwayIsStillRemembered) {
  AddProject('a', kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('b', kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('a', kNew);
  EXPECT_FALSE(Start().ok());
}

// A store at work, on a loop of its own.
class ReconfigureTest : public RecoveryTest {
 protected:
  // Of what was added since the last time.
  absl::Status Reconfigure() {
    if (store_ == nullptr) {
      loop_.Start();
      store_ = std::make_unique<store::GroupCommitStore>(
          std::move(sqlite_), store::GroupCommitStore::Dependencies{loop_, clock_, random_},
          store::ProjectMap(), [](std::vector<store::Change>) {},
          [](const absl::Status& status) { ADD_FAILURE() << status; });
    }
    const absl::Status status = ReconfigureStore(
        *store_, config_, {}, [this] { ++in_force_; }, log_);
    config_ = {};
    return status;
  }

  EventLoop loop_{clock_};
  int in_force_ = 0;
  std::unique_ptr<store::GroupCommitStore> store_;
};

TEST_F(ReconfigureTest, RemembersNewProjectsAndAcceptsMovesThatAreSaid) {
  AddProject('a', kOld);
  ASSERT_TRUE(Start().ok());
  AddProject('a', kOld);
  AddProject('b', kOld);
  ASSERT_TRUE(Reconfigure().ok());
  AddProject('b', kNew);
  EXPECT_EQ(in_force_, 1);
  EXPECT_THAT(std::string(Reconfigure().message()),
              HasSubstr("set projects.p-b.moved_from: https://old.example.com"));
  EXPECT_EQ(in_force_, 1);
  AddProject('b', kNew, kOld);
  EXPECT_TRUE(Reconfigure().ok());
  EXPECT_EQ(in_force_, 2);
  EXPECT_THAT(captured_.lines(), testing::Contains(HasSubstr("endpoint changed, as configured")));
}

TEST_F(ReconfigureTest, AStoreThatIsClosedIsNoReasonToWaitForEver) {
  AddProject('a', kOld);
  ASSERT_TRUE(Reconfigure().ok());
  ASSERT_TRUE(store_->Close().ok());
  AddProject('b', kOld);
  EXPECT_EQ(Reconfigure().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace quiesce::app
