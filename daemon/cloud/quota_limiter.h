#ifndef QUIESCE_DAEMON_CLOUD_QUOTA_LIMITER_H_
#define QUIESCE_DAEMON_CLOUD_QUOTA_LIMITER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/quota.h"

namespace quiesce::cloud {

// What a call is for. All uses share one quota; they differ in who gives way.
enum class CallUse : uint8_t {
  kStop,
  kNeededList,  // a stop, a wait or a person waits for it: before everything else
  kIdleList,    // nobody waits: between 2% of the quota (stops wait) and 20% (none does)
};

// How fast one credential may call one endpoint. Pure: time is an argument; one thread.
//
// Knows three kinds of bound, and the tightest holds:
//   windows      learned from the gateway's own text (or told by the configuration): at most
//                `calls` less the reserve in any `period`, by our own account of what was sent. A
//                call counts from its start until `period` after its end, because nobody knows when
//                in between the gateway counted it. Whether the gateway's window slides or is fixed
//                does not matter then.
//   concurrency  where nothing is said: starts at a few calls at a time, one more for each round of
//                successes, half at a 429 that names no window (AIMD), never over max_in_flight.
//   pause        Retry-After of a 429; without it and without a window, limits::
//                kDefaultThrottlePause. A 429 within a window that our own account calls free means
//                that somebody else uses it too: pauses grow while that goes on.
//
// A learned window replaces the one before with the same policy and period; a shorter-lived truth
// than a day is forgotten (limits::kQuotaMemory), so that a quota that was raised is used again.
class QuotaLimiter {
 public:
  struct Options {
    int max_in_flight = 16;
    // Share of each window that is left to people and other tools: 0 to 0.9.
    double reserve = 0.1;
    std::optional<core::QuotaWindow> told;  // by the configuration; never forgotten
  };
  // What came of a call that was started.
  struct Answer {
    core::CallClass call_class = core::CallClass::kNone;
    bool sent = true;  // false: no byte of it went out, so the gateway cannot have counted it
    std::optional<core::QuotaWindow> window;    // of a 429
    std::optional<absl::Duration> retry_after;  // of a 429
  };

  explicit QuotaLimiter(Options options);

  // How many more calls for `use` may start at `now`: 0 to max_in_flight. `stops_wait`: whether
  // there are stops that only wait for this quota.
  int Available(CallUse use, bool stops_wait, SteadyTime now) const;
  // When Available may be positive again, given that it is 0: after `now`. Infinite: only the end
  // of a call under way can make it so.
  SteadyTime ReadyAt(CallUse use, bool stops_wait, SteadyTime now) const;

  void Started(CallUse use, SteadyTime now);
  // `started` as it was told to Started. Every started call ends once.
  void Ended(CallUse use, SteadyTime started, const Answer& answer, SteadyTime now);

  // When the stop at `position` of the queue (0: the first) will probably start, for people to
  // read. `now` when there is no bound that would make it wait.
  SteadyTime EtaOfStop(size_t position, SteadyTime now) const;
  // Calls a second that idle lists of this credential may make at most; infinite while no window is
  // known.
  double IdleListsPerSecond(bool stops_wait) const;

  SteadyTime paused_until() const;
  int in_flight() const;
  // The windows in force, the tightest first, for people to read.
  std::vector<core::QuotaWindow> windows() const;
  // Calls that our account counts in the tightest window at `now`.
  int64_t used(SteadyTime now) const;
  int64_t throttled() const;  // answers 429 since the start
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_QUOTA_LIMITER_H_
