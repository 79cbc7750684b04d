#include "tests/fakes/dbss_sim/quota_book.h"

#include <utility>

#include "tests/fakes/dbss_sim/api_errors.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

std::int64_t WholeSeconds(microseconds duration) {
  return std::chrono::ceil<seconds>(duration).count();
}

}  // namespace

std::string PolicyText(const Quota& quota) {
  std::int64_t amount = WholeSeconds(quota.period);
  const char* unit = "second";
  if (amount % 3600 == 0) {
    amount /= 3600;
    unit = "hour";
  } else if (amount % 60 == 0) {
    amount /= 60;
    unit = "minute";
  }
  return std::string(quota.policy == Quota::Policy::kUser ? "user" : "ip") +
         " over ratelimit,limit:" + std::to_string(quota.limit) +
         ",time:" + std::to_string(amount) + " " + unit;
}

void QuotaBook::Set(std::vector<Quota> quotas) {
  std::lock_guard lock(mutex_);
  entries_.clear();
  for (Quota& quota : quotas) {
    Entry entry;
    entry.use.quota = std::move(quota);
    entries_.push_back(std::move(entry));
  }
  any_ = !entries_.empty();
}

microseconds QuotaBook::WaitIn(const Quota& quota, Window* window, SimTime now) {
  if (quota.window == Quota::Window::kFixed) {
    const SimTime::rep number = now / quota.period;
    if (number != window->number) *window = {{}, number, 0};
    if (window->used < quota.limit) return SimTime::zero();
    return (number + 1) * quota.period - now;
  }
  std::deque<SimTime>& times = window->times;
  while (!times.empty() && times.front() + quota.period <= now) times.pop_front();
  if (static_cast<std::int64_t>(times.size()) < quota.limit) return SimTime::zero();
  if (quota.limit == 0) return quota.period;
  // Room is when all but limit - 1 of them have left the window.
  return times[times.size() - static_cast<std::size_t>(quota.limit)] + quota.period - now;
}

void QuotaBook::CountIn(const Quota& quota, Window* window, SimTime now) {
  if (quota.window == Quota::Window::kFixed) {
    ++window->used;
  } else {
    window->times.push_back(now);
  }
}

std::optional<ApiReply> QuotaBook::Admit(Quota::Policy policy, Op op, const std::string& caller,
                                         SimTime now, std::string_view request_id) {
  if (!any_) return std::nullopt;
  std::lock_guard lock(mutex_);
  std::vector<std::pair<Entry*, Window*>> concerned;
  std::optional<ApiReply> refusal;
  for (Entry& entry : entries_) {
    const Quota& quota = entry.use.quota;
    if (quota.policy != policy || quota.counts.count(op) == 0) continue;
    Window& window = entry.by_caller[policy == Quota::Policy::kUser ? caller : ""];
    const microseconds wait = WaitIn(quota, &window, now);
    concerned.emplace_back(&entry, &window);
    if (wait <= wait.zero() || refusal) continue;
    ++entry.use.refused;
    refusal = Throttled(PolicyText(quota), request_id);
    if (quota.retry_after) {
      refusal->headers.emplace_back("Retry-After", std::to_string(WholeSeconds(wait)));
    }
  }
  for (const auto& [entry, window] : concerned) {
    if (!refusal) ++entry->use.admitted;
    if (!refusal || entry->use.quota.counts_refused) CountIn(entry->use.quota, window, now);
  }
  return refusal;
}

std::vector<QuotaBook::Use> QuotaBook::uses() const {
  std::lock_guard lock(mutex_);
  std::vector<Use> uses;
  for (const Entry& entry : entries_) uses.push_back(entry.use);
  return uses;
}

}  // namespace quiesce::dbss_sim
