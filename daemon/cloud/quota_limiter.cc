#include "daemon/cloud/quota_limiter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "daemon/core/backoff.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::Doubled;
using core::QuotaWindow;
using Counts = CallAccount::Counts;

double CallsPerSecond(int64_t calls, absl::Duration period) {
  return static_cast<double>(calls) / absl::ToDoubleSeconds(period);
}

bool IsSensible(const std::optional<QuotaWindow>& window) {
  return window && window->calls > 0 && window->period > absl::ZeroDuration() &&
         window->period <= limits::kMaxQuotaPeriod;
}

// Whether the call got past the gateway, as far as one can see.
bool WasServed(CallClass call_class) {
  return call_class != CallClass::kNone && call_class != CallClass::kThrottled &&
         call_class != CallClass::kTransient && call_class != CallClass::kUnknown;
}

// The first pause for a window that others use as well, and the longest.
absl::Duration FirstSharedPause(absl::Duration period) {
  return std::clamp(period / limits::kSharedPausePart, limits::kMinSharedPause,
                    limits::kDefaultThrottlePause);
}
absl::Duration LastSharedPause(absl::Duration period) {
  return std::clamp(period, limits::kDefaultThrottlePause, limits::kMaxThrottlePause);
}

}  // namespace

QuotaLimiter::QuotaLimiter(const Options& options) : options_(options) {
  at_a_time_ = std::clamp(options_.max_in_flight, 1, limits::kFirstInFlight);
  AddToldWindow();
}

void QuotaLimiter::SetOptions(const Options& options) {
  const bool has_other_reserve = options.reserve != options_.reserve;
  options_ = options;
  at_a_time_ = std::min(at_a_time_, std::max(1, options_.max_in_flight));
  windows_.erase(std::remove_if(windows_.begin(), windows_.end(),
                                [](const Window& window) { return window.told; }),
                 windows_.end());
  for (Window& window : windows_) {
    if (!has_other_reserve) break;
    Window replacement = MakeWindow(window.limit);
    replacement.named_at = window.named_at;
    replacement.passed = window.passed;
    window = replacement;
  }
  AddToldWindow();
}

void QuotaLimiter::AddToldWindow() {
  if (!IsSensible(options_.told)) return;
  windows_.push_back(MakeWindow(*options_.told));
  windows_.back().told = true;
  SortWindows();
}

void QuotaLimiter::SortWindows() {
  std::stable_sort(windows_.begin(), windows_.end(), [](const Window& a, const Window& b) {
    return CallsPerSecond(a.full, a.limit.period) < CallsPerSecond(b.full, b.limit.period);
  });
}

QuotaLimiter::Window QuotaLimiter::MakeWindow(const QuotaWindow& limit) const {
  constexpr double kRoundingError = 1e-6;
  const double reserve = static_cast<double>(limit.calls) * options_.reserve;
  Window window;
  window.limit = limit;
  const int64_t least = std::min(limit.calls, limits::kLeastQuotaCalls);
  window.full =
      std::max(least, limit.calls - static_cast<int64_t>(std::ceil(reserve - kRoundingError)));
  window.share = window.full;
  window.step = window.full;
  return window;
}

// --- what may start ------------------------------------------------------------------------------

bool QuotaLimiter::IsInForce(const Window& window, SteadyTime now) const {
  return window.told || now < window.named_at + limits::kQuotaMemory;
}

// After a window is forgotten the next call is as careful as the first one was.
int QuotaLimiter::MostAtATime(SteadyTime now) const {
  const bool all_known = std::all_of(windows_.begin(), windows_.end(),
                                     [&](const Window& w) { return IsInForce(w, now); });
  return all_known ? at_a_time_ : std::min(at_a_time_, limits::kFirstInFlight);
}

void QuotaLimiter::LimitByWindow(const Window& window, CallUse use, bool stops_wait, SteadyTime now,
                                 Room& room) const {
  const Counts counts = account_.Within(window.limit.period, now);
  const SteadyTime forgotten =
      window.told ? SteadyTime::Infinite() : window.named_at + limits::kQuotaMemory;
  const auto limit = [&](int64_t Counts::*count, int64_t most) {
    room.calls = std::min(room.calls, most - counts.*count);
    if (counts.*count < most) return;
    const SteadyTime free = account_.WhenAtMost(most - 1, count, window.limit.period);
    room.ready = std::max(room.ready, free.is_infinite() ? free : std::min(free, forgotten));
  };
  limit(&Counts::calls, window.share);
  if (use != CallUse::kNeededList || !stops_wait) return;
  const double half = static_cast<double>(window.share) * limits::kNeededListShare;
  limit(&Counts::needed_lists, std::max<int64_t>(1, static_cast<int64_t>(half)));
}

QuotaLimiter::Room QuotaLimiter::RoomFor(CallUse use, bool stops_wait, SteadyTime now) const {
  Room room;
  const auto wait_until = [&](SteadyTime ready) {
    if (ready <= now) return;
    room.calls = 0;
    room.ready = std::max(room.ready, ready);
  };
  room.calls = MostAtATime(now) - account_.in_flight();
  if (room.calls <= 0 || in_episode_) wait_until(SteadyTime::Infinite());
  wait_until(paused_until_);
  if (gap_ > absl::ZeroDuration()) {
    room.calls = std::min<int64_t>(room.calls, 1);
    wait_until(last_started_ + gap_);
  }
  for (const Window& window : windows_) {
    if (IsInForce(window, now)) LimitByWindow(window, use, stops_wait, now, room);
  }
  const double idle_rate = IdleListsPerSecond(stops_wait);
  if (use == CallUse::kIdleList && std::isfinite(idle_rate)) {
    room.calls = std::min<int64_t>(room.calls, 1);
    wait_until(last_idle_list_ + absl::Seconds(1 / idle_rate));
  }
  return room;
}

int QuotaLimiter::Available(CallUse use, bool stops_wait, SteadyTime now) const {
  return static_cast<int>(std::max<int64_t>(0, RoomFor(use, stops_wait, now).calls));
}

SteadyTime QuotaLimiter::ReadyAt(CallUse use, bool stops_wait, SteadyTime now) const {
  return std::max(RoomFor(use, stops_wait, now).ready, now + absl::Microseconds(1));
}

double QuotaLimiter::IdleListsPerSecond(bool stops_wait) const {
  const double part = stops_wait ? limits::kBusyIdleListShare : limits::kIdleListShare;
  double rate = std::numeric_limits<double>::infinity();
  for (const Window& window : windows_) {
    rate = std::min(rate, part * CallsPerSecond(window.share, window.limit.period));
  }
  return rate;
}

// --- what happened -------------------------------------------------------------------------------

void QuotaLimiter::Started(CallUse use, SteadyTime now) {
  ForgetOld(now);
  GrowShares(now);
  account_.Started(use == CallUse::kNeededList);
  last_started_ = now;
  if (use == CallUse::kIdleList) last_idle_list_ = now;
}

void QuotaLimiter::Ended(CallUse use, SteadyTime started, const Answer& answer, SteadyTime now) {
  const bool is_needed_list = use == CallUse::kNeededList;
  const bool is_refused = answer.call_class == CallClass::kThrottled;
  if (!answer.sent) {
    account_.Dropped(is_needed_list);
  } else {
    account_.Ended(is_needed_list, is_refused, now);
    if (is_refused) TakeRefusal(answer, now);
    if (WasServed(answer.call_class)) CountSuccess(started, now);
  }
  if (in_episode_ && account_.in_flight() == 0) EndEpisode(now);
}

void QuotaLimiter::CountSuccess(SteadyTime started, SteadyTime now) {
  constexpr int kSmoothing = 8;
  const absl::Duration took = now - started;
  const bool is_first = mean_duration_ == absl::ZeroDuration();
  mean_duration_ = is_first ? took : mean_duration_ + (took - mean_duration_) / kSmoothing;
  ++successes_;
  gap_ -= gap_ / limits::kCallGapPart;
  if (gap_ < limits::kFirstCallGap / 4) gap_ = absl::ZeroDuration();
  if (++answers_ < limits::kRoundsPerStep * at_a_time_) return;
  answers_ = 0;
  at_a_time_ = std::min(at_a_time_ + 1, std::max(1, options_.max_in_flight));
}

void QuotaLimiter::TakeRefusal(const Answer& answer, SteadyTime now) {
  ++throttled_;
  if (!in_episode_) {
    const bool is_fruitless = successes_ == 0 && !episode_began_.is_never();
    fruitless_episodes_ = is_fruitless ? fruitless_episodes_ + 1 : 0;
    in_episode_ = true;
    episode_began_ = now;
  }
  const bool names_window = IsSensible(answer.window);
  if (names_window) Learn(*answer.window, now);
  if (!names_window) said_nothing_ = true;
  if (answer.retry_after) {
    Pause(std::clamp(*answer.retry_after, limits::kMinSharedPause, limits::kMaxThrottlePause), now);
  } else if (!names_window) {
    Pause(Doubled(limits::kDefaultThrottlePause, fruitless_episodes_, limits::kMaxUnsaidPause),
          now);
  }
}

void QuotaLimiter::Learn(const QuotaWindow& limit, SteadyTime now) {
  auto known = std::find_if(windows_.begin(), windows_.end(), [&](const Window& w) {
    return !w.told && w.limit.policy == limit.policy && w.limit.period == limit.period;
  });
  if (known != windows_.end() && known->limit != limit) *known = MakeWindow(limit);
  if (known == windows_.end()) {
    if (windows_.size() >= limits::kMaxQuotaWindows) {
      windows_.erase(
          std::min_element(windows_.begin(), windows_.end(), [](const Window& a, const Window& b) {
            return !a.told && (b.told || a.named_at < b.named_at);
          }));
    }
    known = windows_.insert(windows_.end(), MakeWindow(limit));
  }
  known->named_at = now;
  known->passed = true;
  SortWindows();
}

void QuotaLimiter::ForgetOld(SteadyTime now) {
  const auto old = std::remove_if(windows_.begin(), windows_.end(),
                                  [&](const Window& w) { return !IsInForce(w, now); });
  if (old == windows_.end()) return;
  windows_.erase(old, windows_.end());
  at_a_time_ = std::min(at_a_time_, limits::kFirstInFlight);
  answers_ = 0;
}

void QuotaLimiter::EndEpisode(SteadyTime now) {
  in_episode_ = false;
  for (Window& window : windows_) {
    if (window.passed) ShareWithOthers(window, now);
    window.passed = false;
  }
  if (said_nothing_) {
    at_a_time_ = std::max(1, at_a_time_ / 2);
    // A pause that was too short says nothing about the distance of calls.
    if (fruitless_episodes_ == 0) {
      gap_ = std::clamp(gap_ * 2, limits::kFirstCallGap, limits::kMaxCallGap);
    }
  }
  said_nothing_ = false;
  answers_ = 0;
  successes_ = 0;
}

// Does nothing if our own calls explain that the window was full. Ours are at least those that the
// gateway counted, so fewer than its limit means others, for certain.
void QuotaLimiter::ShareWithOthers(Window& window, SteadyTime now) {
  const absl::Duration period = window.limit.period;
  const Counts counts = account_.Within(period, episode_began_);
  const int64_t ours = counts.calls - counts.refused;
  if (ours >= window.limit.calls) return;
  window.share = std::max<int64_t>(1, std::min(window.share - 1, ours));
  window.step = std::max<int64_t>(1, window.step / 2);
  window.shared_at = now;
  Pause(Doubled(FirstSharedPause(period), fruitless_episodes_, LastSharedPause(period)), now);
}

// Others may have gone: the larger the steps that went well, the larger the next one.
void QuotaLimiter::GrowShares(SteadyTime now) {
  for (Window& window : windows_) {
    const absl::Duration interval = std::max(window.limit.period, limits::kMinShareProbe);
    if (window.share == window.full || now < window.shared_at + interval) continue;
    window.share = std::min(window.full, window.share + window.step);
    window.step = std::min(window.full, window.step * 2);
    window.shared_at = now;
  }
}

void QuotaLimiter::Pause(absl::Duration pause, SteadyTime now) {
  paused_until_ = std::max(paused_until_, now + pause);
}

// --- for people ----------------------------------------------------------------------------------

SteadyTime QuotaLimiter::EtaIn(const Window& window, int64_t position, SteadyTime begin,
                               SteadyTime now) const {
  const absl::Duration turn = window.limit.period + mean_duration_;
  const int64_t turns = position / window.share;
  const int64_t place = position % window.share;
  SteadyTime first = begin;
  if (place >= window.share - account_.Within(window.limit.period, now).calls) {
    const SteadyTime free =
        account_.WhenAtMost(window.share - 1 - place, &Counts::calls, window.limit.period);
    first = std::max(begin, free.is_infinite() ? now + turn : free);
  }
  return first + turn * turns;
}

SteadyTime QuotaLimiter::EtaOfStop(size_t position, SteadyTime now) const {
  const auto place = static_cast<int64_t>(position);
  const SteadyTime begin = std::max(now, paused_until_);
  const int64_t most = MostAtATime(now);
  const int64_t free = std::max<int64_t>(0, most - account_.in_flight());
  SteadyTime eta = begin + gap_ * place;
  if (place >= free) eta = std::max(eta, begin + mean_duration_ * ((place - free) / most + 1));
  for (const Window& window : windows_) {
    if (IsInForce(window, now)) eta = std::max(eta, EtaIn(window, place, begin, now));
  }
  return eta;
}

std::vector<QuotaWindow> QuotaLimiter::windows() const {
  std::vector<QuotaWindow> limits;
  limits.reserve(windows_.size());
  for (const Window& window : windows_) limits.push_back(window.limit);
  return limits;
}

int64_t QuotaLimiter::used(SteadyTime now) const {
  if (windows_.empty()) return 0;
  const QuotaWindow& tightest = windows_.front().limit;
  return std::min(account_.Within(tightest.period, now).calls, tightest.calls);
}

}  // namespace quiesce::cloud
