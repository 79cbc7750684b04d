#ifndef QUIESCE_DAEMON_APP_WATCHDOG_H_
#define QUIESCE_DAEMON_APP_WATCHDOG_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "daemon/base/mutex.h"

namespace quiesce::app {

// Calls `late` on a thread of its own if it is still there after `timeout`.
class Watchdog {
 public:
  Watchdog(absl::Duration timeout, std::function<void()> late);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void Run(absl::Duration timeout, const std::function<void()>& late);

  Mutex mu_;
  CondVar ended_changed_;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_WATCHDOG_H_
