#ifndef QUIESCE_DAEMON_CLOUD_LINE_H_
#define QUIESCE_DAEMON_CLOUD_LINE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/cloud/call_pool.h"
#include "daemon/cloud/http_connection.h"

namespace quiesce::cloud {

// The calls of one credential to one endpoint, and the connections they use: what is slow or dead
// at one endpoint holds up nothing at another. Thread-safe. Its calls use it, so it is closed
// before it goes.
class Line {
 public:
  // The clock must outlive it.
  Line(int max_in_flight, Clock* clock);

  // As those of CallPool.
  void Submit(std::shared_ptr<PooledCall> call) { pool_.Submit(std::move(call)); }
  void Close(absl::Duration grace) { pool_.Close(grace); }
  void Hurry(absl::Duration grace) { pool_.Hurry(grace); }

  // For the thread of that worker; every target has the line's endpoint.
  HttpConnection& ConnectionOf(int worker, const HttpTarget& target);

 private:
  absl::Duration Tend(int worker, bool closing);

  Clock* const clock_;
  // Of each worker, which alone uses them; by the authorities they trust.
  std::vector<std::map<std::string, std::unique_ptr<HttpConnection>>> connections_;
  CallPool pool_;  // last: its threads use the others
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_LINE_H_
