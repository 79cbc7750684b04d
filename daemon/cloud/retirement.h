#ifndef QUIESCE_DAEMON_CLOUD_RETIREMENT_H_
#define QUIESCE_DAEMON_CLOUD_RETIREMENT_H_

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "daemon/cloud/routes.h"

namespace quiesce::cloud {

// Parts that no further call will use, and a thread that closes and destroys them, with the routes
// they belonged to: calls in flight go on meanwhile, and the end of an authenticator may wait for
// the look-up of a host name. For one thread.
class Retirement {
 public:
  Retirement(RouteParts parts, std::shared_ptr<const Routes> routes, absl::Duration grace);
  ~Retirement();  // blocks until it is over
  Retirement(const Retirement&) = delete;
  Retirement& operator=(const Retirement&) = delete;

  // Leaves the calls in flight `grace` at most, from now. Does not block.
  void Hurry(absl::Duration grace);
  // Whether nothing of the parts is left.
  bool is_over() const { return over_; }

 private:
  const std::vector<std::shared_ptr<Line>> lines_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_RETIREMENT_H_
