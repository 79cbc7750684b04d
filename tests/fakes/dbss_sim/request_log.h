// What the simulated cloud was asked, in order of arrival, and what it did: the independent witness
// by which a test says that no instance was stopped twice.
//
// Thread-safe; each call takes one lock for well under a microsecond. Holds the last `capacity`
// entries; the counts for each instance and operation cover everything since the last Clear.
// Never holds a token, a password or a body.

#ifndef TESTS_FAKES_DBSS_SIM_REQUEST_LOG_H_
#define TESTS_FAKES_DBSS_SIM_REQUEST_LOG_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

struct LogEntry {
  std::int64_t seq = 0;  // 1, 2, 3 ... in order of arrival.
  // "list", "stop", "token", "other"; and "manual_start", "manual_stop" for what the control
  // interface did behind the client's back.
  std::string op;
  std::string project;
  std::string instance;  // Of a stop or a manual operation; of "other", the method and the target.
  SimTime arrived{0};    // Of the simulator's clock.
  SimTime replied{0};    // Zero while the request is being handled.
  int status = 0;        // Of the reply sent; zero while being handled, and when none was sent.
  bool effect = false;   // A stop that made a server power off; a token that was issued.
  std::string fault;     // The name of the rule that spoiled it; empty when none did.
  Delivery delivery = Delivery::kWhole;
};

struct InstanceCounts {
  std::string project;
  std::string instance;
  std::int64_t stop_requests = 0;      // That arrived, whatever came of them.
  std::int64_t stops_with_effect = 0;  // That made a server power off.
  // Stop requests that arrived although one with effect had been answered and nobody started the
  // instance in between: what a careful client never sends.
  std::int64_t redundant_stops = 0;
  std::int64_t manual_starts = 0;
  std::int64_t manual_stops = 0;
  std::int64_t max_stops_in_flight = 0;  // At one moment.
  std::int64_t stops_in_flight = 0;      // Now.
  bool stopped_since_start = false;
};

struct OpCounts {
  std::int64_t requests = 0;
  std::int64_t effects = 0;
  std::int64_t in_flight = 0;
  std::int64_t max_in_flight = 0;
  std::map<int, std::int64_t> replies_by_status;  // 0: the connection was dropped.
};

class RequestLog {
 public:
  // `capacity` of at least 1.
  explicit RequestLog(std::size_t capacity) : capacity_(capacity == 0 ? 1 : capacity) {}

  // A request arrived. Returns what End takes.
  std::int64_t Begin(Op op, std::string_view project, std::string_view instance, SimTime now);

  // The request of `seq` is about to be answered with `status`, or with nothing when it is zero.
  // Call it once, before the reply is sent: who has the reply finds the entry complete. `op`,
  // `project` and `instance` as given to Begin; `fault` is empty when no rule spoiled it.
  void End(std::int64_t seq, Op op, std::string_view project, std::string_view instance,
           SimTime now, int status, bool effect, std::string_view fault, Delivery delivery);

  // `op` is "manual_start" or "manual_stop".
  void RecordManual(std::string_view op, std::string_view project, std::string_view instance,
                    SimTime now);

  struct Filter {
    std::string op;        // Empty matches any.
    std::string project;   // The same.
    std::string instance;  // The same.
    std::int64_t after = 0;
    std::size_t limit = 10000;
  };
  std::vector<LogEntry> Entries(const Filter& filter) const;

  // Only instances that a stop request or a manual operation named, in no particular order.
  std::vector<InstanceCounts> CountsByInstance() const;
  InstanceCounts CountsOf(std::string_view project, std::string_view instance) const;
  OpCounts CountsOf(Op op) const;

  // How many entries were let go because of the capacity.
  std::int64_t dropped() const;

  // Forgets everything but the requests in flight; numbering goes on.
  void Clear();

 private:
  InstanceCounts& CountsLocked(std::string_view project, std::string_view instance);
  LogEntry& AppendLocked(std::string_view op, std::string_view project, std::string_view instance,
                         SimTime now);

  const std::size_t capacity_;
  mutable std::mutex mutex_;  // Guards all that follows.
  std::deque<LogEntry> entries_;
  std::int64_t last_seq_ = 0;
  std::int64_t dropped_ = 0;
  std::unordered_map<std::string, InstanceCounts> by_instance_;  // By "project/instance".
  std::array<OpCounts, kOpCount> by_op_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_REQUEST_LOG_H_
