#include "tests/benchmark/quota_model.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <queue>
#include <tuple>

#include "daemon/base/random.h"

namespace quiesce::benchmark {
namespace {

using cloud::CallUse;
using cloud::QuotaLimiter;

constexpr SteadyTime kBegin = SteadyTime::FromMicros(1'000'000'000);
constexpr int kListsFactor = 5;  // a list takes so much longer than a stop
constexpr absl::Duration kIdleInterval = absl::Seconds(5);

class QuotaRun {
 public:
  explicit QuotaRun(const QuotaScenario& scenario)
      : scenario_(scenario),
        random_(scenario.seed),
        gateway_(scenario.windows, scenario.counts_refused),
        limiter_(scenario.options),
        arrivals_(scenario.windows.size()) {
    result_.most_in_window.resize(scenario.windows.size());
  }

  QuotaResult Run();

 private:
  enum class Kind : uint8_t { kArrival, kAnswer, kWake, kOthers, kChange };
  struct Event {
    SteadyTime at;
    int64_t order = 0;
    Kind kind = Kind::kWake;
    size_t call = 0;
    bool operator<(const Event& other) const {
      return std::tie(at, order) > std::tie(other.at, other.order);
    }
  };
  struct Call {
    CallUse use = CallUse::kStop;
    SteadyTime started;
    std::vector<bool> knew_window;
    QuotaLimiter::Answer answer;
  };

  double Uniform(double low, double high) {
    constexpr double kRange = 1ULL << 53;
    return low + (high - low) * (static_cast<double>(random_.Next() >> 11) / kRange);
  }
  void Schedule(SteadyTime at, Kind kind, size_t call = 0) {
    events_.push({at, order_++, kind, call});
  }

  void Handle(const Event& event);
  void Dispatch();
  bool TryStart(CallUse use);
  void Start(CallUse use);
  void Arrive(size_t index);
  void CountArrival(const Call& call);
  void TakeAnswer(size_t index);
  void SetWake();
  bool stops_wait() const { return fresh_stops_ > 0; }
  bool needs_list() const {
    return !is_listing_ && fresh_stops_ < scenario_.stops_per_list && unlisted_stops_ > 0;
  }
  bool wants_idle_list() const {
    return scenario_.has_idle_lists && now_ >= last_idle_list_ + kIdleInterval;
  }

  const QuotaScenario scenario_;
  SeededRandom random_;
  QuotaGateway gateway_;
  QuotaLimiter limiter_;
  SteadyTime now_ = kBegin;
  std::priority_queue<Event> events_;
  int64_t order_ = 0;
  std::vector<Call> calls_;
  std::vector<std::deque<SteadyTime>> arrivals_;  // of ours that were served, within each window
  SteadyTime wake_ = SteadyTime::Infinite();      // the one that is scheduled
  int64_t fresh_stops_ = 0;                       // that have the list that they need
  int64_t unlisted_stops_ = 0;
  bool is_listing_ = false;
  SteadyTime last_idle_list_ = SteadyTime::Never();
  SteadyTime middle_ = SteadyTime::Never();
  QuotaResult result_;
};

QuotaResult QuotaRun::Run() {
  unlisted_stops_ = scenario_.stops;
  if (scenario_.others_every > absl::ZeroDuration()) {
    Schedule(kBegin - scenario_.others_before, Kind::kOthers);
  }
  if (scenario_.changes_after != absl::InfiniteDuration()) {
    Schedule(now_ + scenario_.changes_after, Kind::kChange);
  }
  wake_ = kBegin;
  Schedule(wake_, Kind::kWake);
  while (result_.stops < scenario_.stops) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    Handle(event);
  }
  result_.took = now_ - kBegin;
  result_.took_second_half = now_ - middle_;
  result_.true_eta = now_ - middle_;
  return result_;
}

void QuotaRun::Handle(const Event& event) {
  switch (event.kind) {
    case Kind::kArrival:
      return Arrive(event.call);
    case Kind::kAnswer:
      TakeAnswer(event.call);
      return Dispatch();
    case Kind::kWake:
      if (event.at != wake_) return;  // an earlier one was set since
      wake_ = SteadyTime::Infinite();
      ++result_.wakes;
      return Dispatch();
    case Kind::kOthers:
      for (int i = 0; i < scenario_.others_at_once; ++i) {
        const bool is_served = gateway_.AdmitFromElsewhere(now_);
        result_.others_served += is_served && now_ >= kBegin ? 1 : 0;
      }
      return Schedule(now_ + scenario_.others_every, Kind::kOthers);
    case Kind::kChange:
      return gateway_.SetCalls(0, scenario_.changes_to);
  }
}

void QuotaRun::Dispatch() {
  if (needs_list()) TryStart(CallUse::kNeededList);
  if (wants_idle_list()) TryStart(CallUse::kIdleList);
  while (fresh_stops_ > 0 && TryStart(CallUse::kStop)) {
  }
  SetWake();
}

bool QuotaRun::TryStart(CallUse use) {
  if (limiter_.Available(use, stops_wait(), now_) == 0) return false;
  Start(use);
  return true;
}

void QuotaRun::SetWake() {
  SteadyTime wake = SteadyTime::Infinite();
  const auto consider = [&](CallUse use) {
    if (limiter_.Available(use, stops_wait(), now_) > 0) return;
    const SteadyTime ready = limiter_.ReadyAt(use, stops_wait(), now_);
    result_.is_consistent = result_.is_consistent && ready > now_;
    if (!ready.is_infinite()) {
      const absl::Duration before = absl::Microseconds(1);
      result_.is_consistent =
          result_.is_consistent && limiter_.Available(use, stops_wait(), ready) > 0 &&
          (ready - before <= now_ || limiter_.Available(use, stops_wait(), ready - before) == 0);
    }
    wake = std::min(wake, ready);
  };
  if (needs_list()) consider(CallUse::kNeededList);
  if (wants_idle_list()) consider(CallUse::kIdleList);
  if (stops_wait()) consider(CallUse::kStop);
  if (wake >= wake_) return;
  wake_ = wake;
  Schedule(wake, Kind::kWake);
}

void QuotaRun::Start(CallUse use) {
  if (use == CallUse::kStop) --fresh_stops_;
  if (use == CallUse::kNeededList) is_listing_ = true;
  if (use == CallUse::kIdleList) last_idle_list_ = now_;
  Call call;
  call.use = use;
  call.started = now_;
  const std::vector<core::QuotaWindow> known = limiter_.windows();
  for (const GatewayWindow& window : scenario_.windows) {
    call.knew_window.push_back(std::find(known.begin(), known.end(), window.limit) != known.end());
  }
  limiter_.Started(use, now_);
  calls_.push_back(std::move(call));
  Schedule(now_ + scenario_.latency * Uniform(0.05, 0.5), Kind::kArrival, calls_.size() - 1);
}

void QuotaRun::Arrive(size_t index) {
  Call& call = calls_[index];
  const core::QuotaWindow* const full = gateway_.Admit(now_);
  if (full == nullptr) {
    CountArrival(call);
    call.answer.call_class = core::CallClass::kAccepted;
    const int factor = call.use == CallUse::kStop ? 1 : kListsFactor;
    return Schedule(now_ + scenario_.latency * Uniform(0.5, 1) * factor, Kind::kAnswer, index);
  }
  call.answer.call_class = core::CallClass::kThrottled;
  if (scenario_.names_windows) call.answer.window = *full;
  if (scenario_.tells_retry_after) {
    call.answer.retry_after = absl::Ceil(gateway_.FreeAt(now_) - now_, absl::Seconds(1));
  }
  Schedule(now_ + scenario_.latency * Uniform(0.05, 0.5), Kind::kAnswer, index);
}

void QuotaRun::CountArrival(const Call& call) {
  for (size_t i = 0; i < arrivals_.size(); ++i) {
    std::deque<SteadyTime>& times = arrivals_[i];
    times.push_back(now_);
    while (times.front() + scenario_.windows[i].limit.period <= now_) times.pop_front();
    if (!call.knew_window[i]) continue;
    result_.most_in_window[i] =
        std::max(result_.most_in_window[i], static_cast<int64_t>(times.size()));
  }
}

void QuotaRun::TakeAnswer(size_t index) {
  const Call& call = calls_[index];
  limiter_.Ended(call.use, call.started, call.answer, now_);
  const bool is_served = call.answer.call_class == core::CallClass::kAccepted;
  result_.refused += is_served ? 0 : 1;
  result_.refused_late += is_served || middle_.is_never() ? 0 : 1;
  if (call.use == CallUse::kStop && is_served && ++result_.stops == scenario_.stops / 2) {
    middle_ = now_;
    const int64_t left = unlisted_stops_ + fresh_stops_;
    result_.told_eta = limiter_.EtaOfStop(static_cast<size_t>(left - 1), now_) - now_;
  }
  if (call.use == CallUse::kStop && !is_served) ++fresh_stops_;
  if (call.use != CallUse::kStop && is_served) ++result_.lists;
  if (call.use != CallUse::kNeededList) return;
  is_listing_ = false;
  if (!is_served) return;
  const int64_t listed = std::min(scenario_.stops_per_list, unlisted_stops_);
  unlisted_stops_ -= listed;
  fresh_stops_ += listed;
}

}  // namespace

double QuotaResult::refused_share() const {
  return static_cast<double>(refused) / static_cast<double>(calls());
}

QuotaResult RunQuota(const QuotaScenario& scenario) { return QuotaRun(scenario).Run(); }

QuotaMinimum MinimumOf(const QuotaScenario& scenario, const QuotaResult& result) {
  std::vector<GatewayWindow> windows = scenario.windows;
  for (GatewayWindow& window : windows) {
    const double reserve = static_cast<double>(window.limit.calls) * scenario.options.reserve;
    window.limit.calls -= static_cast<int64_t>(std::ceil(reserve - 1e-6));
  }
  const int64_t calls = result.stops + result.lists;
  // Twice as many: a run that is faster than this must not look as if it were as fast.
  const std::vector<SteadyTime> times = ArithmeticMinimum(windows, 2 * calls, kBegin);
  QuotaMinimum minimum;
  minimum.took = times[static_cast<size_t>(calls - 1)] - kBegin;
  minimum.calls_meanwhile =
      std::upper_bound(times.begin(), times.end(), kBegin + result.took) - times.begin();
  return minimum;
}

std::vector<GatewayWindow> SeenInTheWild(bool is_fixed, uint64_t seed) {
  SeededRandom random(seed);
  const auto phase = [&random](absl::Duration period) {
    return absl::Microseconds(random.Next() %
                              static_cast<uint64_t>(absl::ToInt64Microseconds(period)));
  };
  using Policy = core::QuotaWindow::Policy;
  const core::QuotaWindow user = {Policy::kUser, 200, absl::Minutes(5)};
  const core::QuotaWindow ip = {Policy::kIp, 5, absl::Seconds(1)};
  return {{user, is_fixed, phase(user.period)}, {ip, is_fixed, phase(ip.period)}};
}

}  // namespace quiesce::benchmark
