#ifndef QUIESCE_DAEMON_ENGINE_WAIT_LIST_H_
#define QUIESCE_DAEMON_ENGINE_WAIT_LIST_H_

#include <cstdint>
#include <list>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "daemon/base/executor.h"
#include "daemon/core/decide.h"
#include "daemon/engine/registry.h"

namespace quiesce::engine {

enum class WaitResult : uint8_t {
  kConverged,   // observed stopped for this generation, or assumed where nothing can be observed
  kBlocked,     // somebody's word, the cloud's state or repeated failure is against it
  kSuperseded,  // the declaration waited for is no longer the current one
  kNotYet,      // time is up; work goes on
};

// Long polls for one instance each. Lives on the engine's loop.
class WaitList {
 public:
  using DoneFn = absl::AnyInvocable<void(WaitResult) &&>;

  WaitList(Executor& executor, Registry& registry) : executor_(executor), registry_(registry) {}

  // Waits until the decision about the row ends the wait, or `until`. `etag`: the declaration that
  // is waited for; empty: the current one. `current` is the decision as of now. `done` runs
  // exactly once, inline when the wait is over already.
  void Wait(const Row& row, const core::Decision& current, std::string etag, SteadyTime until,
            DoneFn done);
  void OnDecision(const Row& row, const core::Decision& decision);
  void RowForgotten(const core::InstanceKey& key);
  // Ends every wait with kNotYet, and every later one at once.
  void CloseAll();
  size_t size() const { return size_; }

 private:
  struct Waiter {
    uint64_t id = 0;
    std::string etag;
    DoneFn done;
  };
  void EndAll(const core::InstanceKey& key, WaitResult result);

  Executor& executor_;
  Registry& registry_;
  absl::flat_hash_map<core::InstanceKey, std::list<Waiter>> waiters_;
  uint64_t next_id_ = 1;
  size_t size_ = 0;
  bool closed_ = false;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_WAIT_LIST_H_
