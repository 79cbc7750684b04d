#ifndef QUIESCE_DAEMON_CLOUD_RETIREMENT_H_
#define QUIESCE_DAEMON_CLOUD_RETIREMENT_H_

#include <atomic>
#include <thread>

#include "absl/time/time.h"
#include "daemon/cloud/routes.h"

namespace quiesce::cloud {

// Parts that no further call will use, and a thread that closes them: the calls in flight go on
// meanwhile. For one thread.
class Retirement {
 public:
  Retirement(RouteParts parts, absl::Duration grace);
  ~Retirement();  // blocks until it is over
  Retirement(const Retirement&) = delete;
  Retirement& operator=(const Retirement&) = delete;

  // Leaves the calls in flight `grace` at most, from now. Does not block.
  void Hurry(absl::Duration grace);
  // Whether nothing of the parts runs any more.
  bool is_over() const { return over_; }

 private:
  RouteParts parts_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_RETIREMENT_H_
