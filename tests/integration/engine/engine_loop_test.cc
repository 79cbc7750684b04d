// The engine with its real neighbours: SQLite behind group commit, and HTTP to the simulated cloud.

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "daemon/engine/engine.h"
#include "daemon/store/declare_operations.h"
#include "daemon/store/hold_operations.h"
#include "gtest/gtest.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/integration/engine/engine_daemon.h"

namespace quiesce::engine {
namespace {

constexpr char kProject[] = "0123456789abcdef0123456789abcdef";
constexpr absl::Duration kPatience = absl::Seconds(40);

core::InstanceKey Key(int n) { return {kProject, absl::StrFormat("%032x", n)}; }

core::ProjectSettings Settings() {
  core::ProjectSettings settings;
  settings.id = kProject;
  settings.alias = "billing-cn";
  settings.timing.call_deadline = absl::Seconds(2);
  settings.timing.settle = absl::Seconds(3);
  settings.timing.list_idle = absl::Milliseconds(300);
  settings.timing.list_active = absl::Milliseconds(50);
  settings.timing.look_max_age = absl::Seconds(5);
  return settings;
}

// Asks the engine what tests want to know.
class Daemon {
 public:
  Daemon(const std::string& folder, const std::string& endpoint)
      : daemon_({Settings(), endpoint, folder, folder + "/token"}) {}

  template <typename Op>
  absl::StatusOr<typename Op::Result> Run(Op op) {
    return daemon_.Run(std::move(op));
  }

  // How the wait for the instance ends.
  WaitResult Wait(const core::InstanceKey& key) {
    absl::Notification done;
    WaitResult result = WaitResult::kNotYet;
    daemon_.OnLoop([&](Engine& engine, const Now& now) {
      Row* row = engine.registry().Find(key);
      engine.waits().Wait(*row, engine.Decide(*row, now), "", now.steady + kPatience,
                          [&](WaitResult r) {
                            result = r;
                            done.Notify();
                          });
    });
    done.WaitForNotification();
    return result;
  }

  core::Decision Decision(const core::InstanceKey& key) {
    core::Decision decision;
    daemon_.OnLoop([&](Engine& engine, const Now& now) {
      decision = engine.Decide(*engine.registry().Find(key), now);
    });
    return decision;
  }

  // Looks at the project until the instance is in this phase, or patience ends.
  bool Reaches(const core::InstanceKey& key, core::Phase phase) {
    const absl::Time give_up = absl::Now() + kPatience;
    while (Decision(key).phase != phase) {
      if (absl::Now() > give_up) return false;
      absl::Notification listed;
      daemon_.OnLoop([&](Engine& engine, const Now&) {
        engine.observer().Refresh(*engine.projects().Find(kProject), false,
                                  [&](absl::Status) { listed.Notify(); });
      });
      listed.WaitForNotification();
    }
    return true;
  }

 private:
  support::EngineDaemon daemon_;
};

class EngineLoopTest : public testing::Test {
 protected:
  EngineLoopTest() {
    EXPECT_TRUE(sim_.Start());
    sim_.AddToken("token");
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    folder_ = absl::StrCat(testing::TempDir(), "/",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/token") << "token\n";
  }

  void AddInstances(int count) {
    for (int n = 1; n <= count; ++n) {
      ASSERT_TRUE(sim_.cloud().AddInstance(
          kProject, {Key(n).instance_id, absl::StrCat("om-", n), n % 5 == 0}));
    }
  }

  std::unique_ptr<Daemon> Start() { return std::make_unique<Daemon>(folder_, sim_.endpoint()); }

  store::SetDesired Declare(int from, int to, absl::Duration start_grace = absl::Minutes(15)) {
    store::SetDesired set;
    set.request.principal = "tester";
    set.workspace = "billing";
    set.owner = "billing";
    set.contact = "#billing";
    for (int n = from; n <= to; ++n) {
      store::SetDesired::Write write;
      write.spec.key = Key(n);
      write.spec.policy.start_grace = start_grace;
      set.writes.push_back(std::move(write));
    }
    return set;
  }

  dbss_sim::DbssSim sim_;
  std::string folder_;
};

TEST_F(EngineLoopTest, DeclaredInstancesAreStoppedOnceEach) {
  AddInstances(50);
  auto daemon = Start();
  ASSERT_TRUE(daemon->Run(Declare(1, 50)).ok());
  for (int n = 1; n <= 50; ++n) EXPECT_EQ(daemon->Wait(Key(n)), WaitResult::kConverged) << n;
  for (int n = 1; n <= 50; ++n) {
    EXPECT_EQ(sim_.log().CountsOf(kProject, Key(n).instance_id).stop_requests, 1) << n;
  }
}

TEST_F(EngineLoopTest, UndeclaredInstancesAreLeftAlone) {
  AddInstances(3);
  auto daemon = Start();
  ASSERT_TRUE(daemon->Run(Declare(1, 1)).ok());
  EXPECT_EQ(daemon->Wait(Key(1)), WaitResult::kConverged);
  EXPECT_EQ(daemon->Decision(Key(2)).phase, core::Phase::kUnmanaged);
  EXPECT_EQ(sim_.log().CountsOf(dbss_sim::Op::kStop).requests, 1);
}

TEST_F(EngineLoopTest, ADriftedInstanceIsStoppedAgainAfterItsGrace) {
  AddInstances(1);
  auto daemon = Start();
  ASSERT_TRUE(daemon->Run(Declare(1, 1, absl::Milliseconds(500))).ok());
  ASSERT_EQ(daemon->Wait(Key(1)), WaitResult::kConverged);
  sim_.ManualStart(kProject, Key(1).instance_id, /*instant=*/true);
  EXPECT_TRUE(daemon->Reaches(Key(1), core::Phase::kDrifted));
  EXPECT_TRUE(daemon->Reaches(Key(1), core::Phase::kStopped));
  EXPECT_EQ(sim_.log().CountsOf(kProject, Key(1).instance_id).stops_with_effect, 2);
}

TEST_F(EngineLoopTest, AHeldInstanceIsNotCalled) {
  AddInstances(1);
  auto daemon = Start();
  store::CreateHold create;
  create.request.principal = "tester";
  create.hold.scope = core::HoldScope::kInstance;
  create.hold.instance = Key(1);
  create.hold.reason = "INC-4711";
  create.hold.owner = "oncall";
  create.expiration = absl::Hours(1);
  ASSERT_TRUE(daemon->Run(std::move(create)).ok());
  ASSERT_TRUE(daemon->Run(Declare(1, 1)).ok());
  EXPECT_EQ(daemon->Wait(Key(1)), WaitResult::kBlocked);
  EXPECT_EQ(daemon->Decision(Key(1)).reason, core::Reason::kHeld);
  EXPECT_EQ(sim_.log().CountsOf(dbss_sim::Op::kStop).requests, 0);
}

TEST_F(EngineLoopTest, ARestartKeepsWhatWasDeclaredAndStopsNothingTwice) {
  AddInstances(20);
  {
    auto daemon = Start();
    ASSERT_TRUE(daemon->Run(Declare(1, 20)).ok());
  }
  auto daemon = Start();
  for (int n = 1; n <= 20; ++n) EXPECT_EQ(daemon->Wait(Key(n)), WaitResult::kConverged) << n;
  for (int n = 1; n <= 20; ++n) {
    EXPECT_EQ(sim_.log().CountsOf(kProject, Key(n).instance_id).redundant_stops, 0) << n;
  }
}

}  // namespace
}  // namespace quiesce::engine
