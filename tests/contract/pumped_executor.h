#ifndef QUIESCE_TESTS_CONTRACT_PUMPED_EXECUTOR_H_
#define QUIESCE_TESTS_CONTRACT_PUMPED_EXECUTOR_H_

#include <deque>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "daemon/base/executor.h"
#include "daemon/base/mutex.h"

namespace quiesce {

// An executor whose tasks run on the thread that pumps it, when it does. Timed tasks run when they
// are reached, whatever the time: nothing here waits for a clock.
class PumpedExecutor final : public Executor {
 public:
  void Post(Task task) override {
    {
      MutexLock lock(mu_);
      tasks_.push_back(std::move(task));
    }
    posted_.NotifyOne();
  }
  void PostAt(SteadyTime, Task task) override { Post(std::move(task)); }

  // Runs tasks until `done()` is true, waiting for more where there are none.
  template <typename Predicate>
  void RunUntil(Predicate done) {
    while (!done()) {
      Task task = Take();
      std::move(task)();
    }
  }

  // Runs the tasks that are there; says how many.
  int RunPosted() {
    int ran = 0;
    while (true) {
      Task task;
      {
        MutexLock lock(mu_);
        if (tasks_.empty()) return ran;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      std::move(task)();
      ++ran;
    }
  }

 private:
  Task Take() {
    MutexLock lock(mu_);
    while (tasks_.empty()) posted_.Wait(mu_);
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  Mutex mu_;
  CondVar posted_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce

#endif  // QUIESCE_TESTS_CONTRACT_PUMPED_EXECUTOR_H_
