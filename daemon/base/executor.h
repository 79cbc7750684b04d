#ifndef QUIESCE_DAEMON_BASE_EXECUTOR_H_
#define QUIESCE_DAEMON_BASE_EXECUTOR_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "daemon/base/time.h"

namespace quiesce {

using Task = absl::AnyInvocable<void() &&>;

// Receives the result of an asynchronous operation, exactly once, on the engine's executor.
template <typename T>
using Done = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;

// Runs tasks one at a time, in the order of posting, on one logical thread. Tasks must not block.
//
// Post and PostAt are thread-safe, never block, never run the task inline and own it until it
// ran. Tasks still waiting when the executor stops are destroyed unrun.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void Post(Task task) = 0;
  // Runs `task` at or soon after `when`. There is no cancel: a task that came to mean nothing
  // looks at the state it finds and does nothing.
  virtual void PostAt(SteadyTime when, Task task) = 0;
};

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_EXECUTOR_H_
