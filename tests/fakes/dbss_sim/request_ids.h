// Request ids of the simulated cloud: 32 hexadecimal digits, all different (daemon/cloud/API.md 4).

#ifndef TESTS_FAKES_DBSS_SIM_REQUEST_IDS_H_
#define TESTS_FAKES_DBSS_SIM_REQUEST_IDS_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {

// Thread-safe.
class RequestIds {
 public:
  std::string Next() { return HexId("request", next_.fetch_add(1, std::memory_order_relaxed)); }

 private:
  std::atomic<std::uint64_t> next_{1};
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_REQUEST_IDS_H_
