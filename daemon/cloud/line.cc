#include "daemon/cloud/line.h"

#include <algorithm>

namespace quiesce::cloud {

Line::Line(int max_in_flight, Clock* clock)
    : clock_(clock),
      connections_(static_cast<size_t>(max_in_flight)),
      pool_(max_in_flight, clock,
            [this](int worker, bool closing) { return Tend(worker, closing); }) {}

HttpConnection& Line::ConnectionOf(int worker, const HttpTarget& target) {
  auto& connection = connections_[static_cast<size_t>(worker)][target.ca_file];
  if (connection == nullptr) connection = std::make_unique<HttpConnection>(target, clock_);
  return *connection;
}

absl::Duration Line::Tend(int worker, bool closing) {
  absl::Duration next = absl::InfiniteDuration();
  for (auto& [ca_file, connection] : connections_[static_cast<size_t>(worker)]) {
    next = std::min(next, connection->RetireIdle(closing));
  }
  return next;
}

}  // namespace quiesce::cloud
