#include "daemon/base/executor.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "gtest/gtest.h"

namespace quiesce {
namespace {

// The smallest thing that keeps the contract: tasks wait until somebody runs them.
class ManualExecutor final : public Executor {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }
  void PostAt(SteadyTime, Task task) override { Post(std::move(task)); }
  void RunAll() {
    std::vector<Task> tasks = std::exchange(tasks_, {});
    for (Task& task : tasks) std::move(task)();
  }

 private:
  std::vector<Task> tasks_;
};

TEST(Executor, CarriesTasksThatOwnWhatCannotBeCopied) {
  ManualExecutor executor;
  int seen = 0;
  auto owned = std::make_unique<int>(7);
  executor.Post([&seen, owned = std::move(owned)] { seen = *owned; });
  EXPECT_EQ(seen, 0);
  executor.RunAll();
  EXPECT_EQ(seen, 7);
}

TEST(Done, TakesAValueOrAnError) {
  std::vector<absl::StatusOr<int>> results;
  Done<int> done = [&](absl::StatusOr<int> r) { results.push_back(std::move(r)); };
  std::move(done)(3);
  done = [&](absl::StatusOr<int> r) { results.push_back(std::move(r)); };
  std::move(done)(absl::UnavailableError("closed"));
  EXPECT_EQ(*results[0], 3);
  EXPECT_EQ(results[1].status(), absl::UnavailableError("closed"));
}

}  // namespace
}  // namespace quiesce
