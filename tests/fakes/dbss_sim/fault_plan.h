// Faults waiting for the requests that they will spoil. Thread-safe; a plan without faults costs a
// request one atomic read.

#ifndef TESTS_FAKES_DBSS_SIM_FAULT_PLAN_H_
#define TESTS_FAKES_DBSS_SIM_FAULT_PLAN_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/api_types.h"

namespace quiesce::dbss_sim {

// In the body of a fault's reply this stands for the id of the request, which is not known before.
inline constexpr std::string_view kPlannedRequestId = "00000000000000000000000000000000";

// Spoils the requests that match, `times` of them after the first `skip`.
struct Fault {
  // Which requests: empty or nullopt matches any.
  std::optional<Op> op;
  std::string project;
  std::string instance;
  int skip = 0;
  int times = 1;

  // What happens to them. By default nothing: the request is carried out and answered.
  bool effect = true;             // False: it never reaches the service, so `reply` must be set or
                                  // `delivery` be a lost one.
  std::optional<ApiReply> reply;  // Instead of the genuine one. Its `delivery` is not used.
  Delivery delivery = Delivery::kWhole;
  std::chrono::microseconds effect_delay{0};   // Before it is carried out.
  std::chrono::microseconds reply_delay{0};    // After it was carried out.
  std::set<std::string, std::less<>> omitted;  // Instances that a list leaves out.
};

class FaultPlan {
 public:
  struct Pending {
    std::int64_t id = 0;
    Fault fault;  // With what is left of skip and times.
  };

  // Returns an id, larger than all before it.
  std::int64_t Add(Fault fault);

  // The first fault added that matches and is not only skipping this request. Every fault that
  // matches counts the request as one skipped, up to the one returned.
  std::optional<Fault> Take(Op op, std::string_view project, std::string_view instance);

  std::vector<Pending> pending() const;

  void Clear();

 private:
  mutable std::mutex mutex_;
  std::vector<Pending> faults_;    // Guarded by mutex_.
  std::int64_t last_id_ = 0;       // Guarded by mutex_.
  std::atomic<bool> any_ = false;  // Whether faults_ has any.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FAULT_PLAN_H_
