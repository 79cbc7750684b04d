#include "tests/fakes/instance_api/fake_instance_api.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::fakes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const core::InstanceKey kOne{"p1", "i1"};
const core::InstanceKey kTwo{"p2", "i2"};

class StillClock final : public Clock {
 public:
  Now Read() override { return now; }
  Now now{absl::UnixEpoch(), SteadyTime::FromMicros(1000000)};
};

// Runs what is due, when it is told to.
class StepExecutor final : public Executor {
 public:
  explicit StepExecutor(StillClock& clock) : clock_(clock) {}
  void Post(Task task) override { PostAt(clock_.now.steady, std::move(task)); }
  void PostAt(SteadyTime when, Task task) override { tasks_.emplace(when, std::move(task)); }
  void Run() {
    while (!tasks_.empty() && tasks_.begin()->first <= clock_.now.steady) {
      Task task = std::move(tasks_.begin()->second);
      tasks_.erase(tasks_.begin());
      std::move(task)();
    }
  }

 private:
  StillClock& clock_;
  std::multimap<SteadyTime, Task> tasks_;
};

class FakeInstanceApiTest : public ::testing::Test {
 protected:
  std::vector<std::string> ListNames(const std::string& project) {
    std::vector<std::string> names;
    api_.List(project, absl::Seconds(1), [&](cloud::ListResult result) {
      for (const core::ListedInstance& listed : result.instances)
        names.push_back(listed.cloud_name);
    });
    executor_.Run();
    return names;
  }

  StillClock clock_;
  StepExecutor executor_{clock_};
  FakeInstanceApi api_{executor_, clock_};
};

TEST_F(FakeInstanceApiTest, ListsAProjectsInstances) {
  api_.Put(kOne, "one", core::PowerState::kRunning);
  api_.Put(kTwo, "two", core::PowerState::kRunning);
  EXPECT_THAT(ListNames("p1"), ElementsAre("one"));
  api_.Remove(kOne);
  EXPECT_THAT(ListNames("p1"), IsEmpty());
  EXPECT_EQ(api_.lists(), 2);
}

TEST_F(FakeInstanceApiTest, AStopTakesEffectAfterItsLatency) {
  api_.Put(kOne, "one", core::PowerState::kRunning);
  api_.SetLatency(absl::Seconds(2));
  std::optional<core::CallResult> answer;
  api_.Stop(kOne, absl::Seconds(9), [&](core::CallResult result) { answer = std::move(result); });
  executor_.Run();
  EXPECT_FALSE(answer);
  clock_.now.steady = clock_.now.steady + absl::Seconds(2);
  executor_.Run();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome, core::Outcome::kAccepted);
  EXPECT_EQ(api_.StateOf(kOne), core::PowerState::kStopped);
  EXPECT_THAT(api_.stops(), ElementsAre(kOne));
}

TEST_F(FakeInstanceApiTest, HoldsAnswersUntilTheyAreReleased) {
  api_.Put(kOne, "one", core::PowerState::kRunning);
  api_.HoldStops();
  bool answered = false;
  api_.Stop(kOne, absl::Seconds(9), [&](core::CallResult) { answered = true; });
  executor_.Run();
  EXPECT_FALSE(answered);
  EXPECT_THAT(api_.stops(), ElementsAre(kOne));
  api_.Release();
  executor_.Run();
  EXPECT_TRUE(answered);
}

TEST_F(FakeInstanceApiTest, AnswersAsItIsTold) {
  api_.Put(kOne, "one", core::PowerState::kRunning);
  core::CallResult refusal;
  refusal.outcome = core::Outcome::kRejected;
  refusal.call_class = core::CallClass::kForbidden;
  api_.AnswerStops(refusal);
  core::CallResult answer;
  api_.Stop(kOne, absl::Seconds(9), [&](core::CallResult result) { answer = std::move(result); });
  executor_.Run();
  EXPECT_EQ(answer.call_class, core::CallClass::kForbidden);
  EXPECT_EQ(api_.StateOf(kOne), core::PowerState::kRunning);
}

}  // namespace
}  // namespace quiesce::fakes
