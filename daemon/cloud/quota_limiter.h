#ifndef QUIESCE_DAEMON_CLOUD_QUOTA_LIMITER_H_
#define QUIESCE_DAEMON_CLOUD_QUOTA_LIMITER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"
#include "daemon/cloud/call_account.h"
#include "daemon/core/facts.h"
#include "daemon/core/quota.h"

namespace quiesce::cloud {

// What a call is for. All uses share one quota; they differ in who gives way. Whoever asks for the
// lists first, in this order, and then for stops, starves nobody: each is bounded by the limiter.
enum class CallUse : uint8_t {
  kNeededList,  // a stop, a wait or a person waits for it: half of the quota while stops wait
  kIdleList,    // nobody waits: between 2% of the quota (stops wait) and 20% (none does)
  kStop,
};

// How fast one credential may call one endpoint. Pure: time is an argument; one thread.
//
// Knows three kinds of bound, and the tightest holds:
//   windows      learned from the gateway's own text (or told by the configuration): at most
//                `calls` less the reserve in any `period`, by our own account of what was sent. A
//                call counts from its start until `period` after its end, because nobody knows when
//                in between the gateway counted it. Whether the gateway's window slides or is fixed
//                does not matter then.
//   concurrency  where nothing is said: starts at a few calls at a time, one more for every few
//                rounds of answers, half at a 429 that names no window (AIMD), never over
//                max_in_flight. Such a 429 also sets calls apart, ever more: a limit on calls a
//                second cannot be kept by concurrency.
//   pause        Retry-After of a 429; without it and without a window, limits::
//                kDefaultThrottlePause, more while pauses do not help.
//
// After a 429 nothing starts until all that is in flight has ended: what was on its way is mostly
// refused, too, and only then our account can be held against the gateway's. If it shows fewer
// calls than the window has, somebody else uses the quota as well: our share becomes what was
// left to us, after a pause that grows while that goes on, and more is asked for once per period.
//
// A learned window replaces the one before with the same policy and period. One that no 429 has
// named for a day (limits::kQuotaMemory) is forgotten, so that a quota that was raised is used.
class QuotaLimiter {
 public:
  struct Options {
    int max_in_flight = 16;
    // Share of each window that is left to people and other tools: 0 to 0.9. Rounded up to whole
    // calls, but two calls remain where there are two: a stop needs a list just before it.
    double reserve = limits::kDefaultQuotaReserve;
    std::optional<core::QuotaWindow> told;  // by the configuration; never forgotten
  };
  // What came of a call that was started.
  struct Answer {
    core::CallClass call_class = core::CallClass::kNone;
    bool sent = true;  // false: no byte of it went out, so the gateway cannot have counted it
    std::optional<core::QuotaWindow> window;    // of a 429
    std::optional<absl::Duration> retry_after;  // of a 429
  };

  explicit QuotaLimiter(const Options& options);
  // Other options, from now on. What was learned stays.
  void SetOptions(const Options& options);

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

  SteadyTime paused_until() const { return paused_until_; }
  int in_flight() const { return static_cast<int>(account_.in_flight()); }
  // The windows in force, the tightest first, for people to read.
  std::vector<core::QuotaWindow> windows() const;
  // Places of the tightest window that are taken at `now`, by our account, for people to read. What
  // was refused takes one, too, as the gateway may count it; all of them are the most there are.
  int64_t used(SteadyTime now) const;
  int64_t throttled() const { return throttled_; }  // answers 429 since the start

 private:
  // A window, and how much of it is ours.
  struct Window {
    core::QuotaWindow limit;
    bool told = false;
    SteadyTime named_at;   // by the last 429
    int64_t full = 0;      // calls less the reserve
    int64_t share = 0;     // of those, what others leave to us: 1 to `full`
    int64_t step = 0;      // by which `share` grows next
    SteadyTime shared_at;  // when `share` last changed
    bool passed = false;   // named by a 429 since the last time that all was quiet
  };
  // Bounds of one moment: room for calls, and when there may be some if there is none.
  struct Room {
    int64_t calls = 0;
    SteadyTime ready = SteadyTime::Never();
  };

  bool IsInForce(const Window& window, SteadyTime now) const;
  int MostAtATime(SteadyTime now) const;
  Room RoomFor(CallUse use, bool stops_wait, SteadyTime now) const;
  void LimitByWindow(const Window& window, CallUse use, bool stops_wait, SteadyTime now,
                     Room& room) const;
  SteadyTime EtaIn(const Window& window, int64_t position, SteadyTime begin, SteadyTime now) const;

  Window MakeWindow(const core::QuotaWindow& limit) const;
  void AddToldWindow();
  void SortWindows();
  void Learn(const core::QuotaWindow& limit, SteadyTime now);
  void ForgetOld(SteadyTime now);
  void GrowShares(SteadyTime now);
  void CountSuccess(SteadyTime started, SteadyTime now);
  void TakeRefusal(const Answer& answer, SteadyTime now);
  void EndEpisode(SteadyTime now);
  void ShareWithOthers(Window& window, SteadyTime now);
  void Pause(absl::Duration pause, SteadyTime now);

  Options options_;
  CallAccount account_;
  std::vector<Window> windows_;  // the tightest first
  int64_t throttled_ = 0;
  SteadyTime paused_until_ = SteadyTime::Never();
  SteadyTime last_idle_list_ = SteadyTime::Never();
  absl::Duration mean_duration_ = absl::ZeroDuration();  // of a call, lately

  // An episode lasts from a 429 until nothing is in flight.
  bool in_episode_ = false;
  SteadyTime episode_began_ = SteadyTime::Never();
  bool said_nothing_ = false;   // a 429 of it named no window
  int64_t successes_ = 0;       // since the last episode
  int fruitless_episodes_ = 0;  // in a row, each without a success before

  // Where nothing is said.
  int at_a_time_ = limits::kFirstInFlight;
  int answers_ = 0;  // since the last step
  absl::Duration gap_ = absl::ZeroDuration();
  SteadyTime last_started_ = SteadyTime::Never();
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_QUOTA_LIMITER_H_
