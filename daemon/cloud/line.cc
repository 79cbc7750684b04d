#include "daemon/cloud/line.h"

#include <algorithm>
#include <iterator>

namespace quiesce::cloud {

Line::Line(int max_in_flight, Clock* clock)
    : clock_(clock),
      connections_(static_cast<size_t>(max_in_flight)),
      pool_(max_in_flight, clock,
            [this](int worker, bool closing) { return Tend(worker, closing); }) {}

HttpConnection& Line::ConnectionOf(int worker, const HttpTarget& target) {
  auto& connection = connections_[static_cast<size_t>(worker)][target.ca_file + target.ca_digest];
  if (connection == nullptr) connection = std::make_unique<HttpConnection>(target, clock_);
  return *connection;
}

absl::Duration Line::Tend(int worker, bool closing) {
  absl::Duration next = absl::InfiniteDuration();
  auto& connections = connections_[static_cast<size_t>(worker)];
  for (auto it = connections.begin(); it != connections.end();) {
    const absl::Duration left = it->second->RetireIdle(closing);
    next = std::min(next, left);
    // A file of authorities that no project names any more goes; one stays, because it takes longer
    // to read again than a connection to make.
    const bool goes = left == absl::InfiniteDuration() && connections.size() > 1;
    it = goes ? connections.erase(it) : std::next(it);
  }
  return next;
}

}  // namespace quiesce::cloud
