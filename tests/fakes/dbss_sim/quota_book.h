// The gateway's quotas, by real accounting of what came in a window of time
// (daemon/cloud/API.md 4.1). Thread-safe; a book without quotas costs a request one atomic read.

#ifndef TESTS_FAKES_DBSS_SIM_QUOTA_BOOK_H_
#define TESTS_FAKES_DBSS_SIM_QUOTA_BOOK_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

struct Quota {
  enum class Policy { kUser, kIp };  // kIp: all callers together, as they share an address.
  enum class Window {
    kFixed,    // Windows begin at multiples of the period; each admits `limit`.
    kSliding,  // Any stretch of the period's length admits `limit`.
  };

  Policy policy = Policy::kUser;
  Window window = Window::kFixed;
  std::int64_t limit = 0;
  std::chrono::microseconds period{1};
  std::set<Op> counts;          // These operations share it.
  bool counts_refused = false;  // A refused request uses the quota up too.
  bool retry_after = false;     // Refusals carry the header Retry-After, which no document knows.
};

// "user over ratelimit,limit:200,time:5 minute"; a period that is not whole seconds is rounded up.
std::string PolicyText(const Quota& quota);

class QuotaBook {
 public:
  struct Use {
    Quota quota;
    std::int64_t admitted = 0;
    std::int64_t refused = 0;
  };

  // Replaces all quotas, and forgets what was counted.
  void Set(std::vector<Quota> quotas);

  // Counts a request against the quotas of that policy. nullopt when all admit it; else the 429 of
  // the first that does not. `caller` is the user; it tells nothing apart for kIp.
  std::optional<ApiReply> Admit(Quota::Policy policy, Op op, const std::string& caller, SimTime now,
                                std::string_view request_id);

  std::vector<Use> uses() const;

 private:
  // What one caller used of one quota.
  struct Window {
    std::deque<SimTime> times;  // Of kSliding, oldest first.
    SimTime::rep number = -1;   // Of kFixed: which window ...
    std::int64_t used = 0;      // ... and what was used of it.
  };
  struct Entry {
    Use use;
    std::map<std::string, Window> by_caller;
  };

  // How long until the quota has room again; zero when it has now.
  static std::chrono::microseconds WaitIn(const Quota& quota, Window* window, SimTime now);
  static void CountIn(const Quota& quota, Window* window, SimTime now);

  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  // Guarded by mutex_.
  std::atomic<bool> any_ = false;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_QUOTA_BOOK_H_
