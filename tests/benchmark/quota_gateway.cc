#include "tests/benchmark/quota_gateway.h"

#include <algorithm>

namespace quiesce::benchmark {

QuotaGateway::QuotaGateway(const std::vector<GatewayWindow>& windows, bool counts_refused)
    : counts_refused_(counts_refused) {
  for (const GatewayWindow& window : windows) {
    Entry entry;
    entry.window = window;
    entries_.push_back(std::move(entry));
  }
}

int64_t QuotaGateway::NumberAt(const Entry& entry, SteadyTime at) {
  const absl::Duration since = at - SteadyTime() + entry.window.phase;
  absl::Duration rest;
  return absl::IDivDuration(since, entry.window.limit.period, &rest);
}

SteadyTime QuotaGateway::FreeIn(const Entry& entry, SteadyTime at) {
  const core::QuotaWindow& limit = entry.window.limit;
  if (entry.window.is_fixed) {
    const int64_t number = NumberAt(entry, at);
    if (number != entry.number || entry.used < limit.calls) return at;
    return SteadyTime() + (limit.period * (number + 1) - entry.window.phase);
  }
  const auto size = static_cast<int64_t>(entry.times.size());
  if (size < limit.calls) return at;
  return std::max(at, entry.times[static_cast<size_t>(size - limit.calls)] + limit.period);
}

void QuotaGateway::Count(Entry& entry, SteadyTime at) {
  const core::QuotaWindow& limit = entry.window.limit;
  if (entry.window.is_fixed) {
    const int64_t number = NumberAt(entry, at);
    if (number != entry.number) entry.used = 0;
    entry.number = number;
    ++entry.used;
    return;
  }
  entry.times.push_back(at);
  while (entry.times.front() + limit.period <= at) entry.times.pop_front();
}

const core::QuotaWindow* QuotaGateway::Admit(SteadyTime at) {
  const auto full = std::find_if(entries_.begin(), entries_.end(),
                                 [at](const Entry& entry) { return FreeIn(entry, at) > at; });
  const bool is_admitted = full == entries_.end();
  if (is_admitted || counts_refused_) {
    for (Entry& entry : entries_) Count(entry, at);
  }
  return is_admitted ? nullptr : &full->window.limit;
}

bool QuotaGateway::AdmitFromElsewhere(SteadyTime at) {
  const auto concerns = [](const Entry& entry) {
    return entry.window.limit.policy != core::QuotaWindow::Policy::kIp;
  };
  for (const Entry& entry : entries_) {
    if (concerns(entry) && FreeIn(entry, at) > at) return false;
  }
  for (Entry& entry : entries_) {
    if (concerns(entry)) Count(entry, at);
  }
  return true;
}

SteadyTime QuotaGateway::FreeAt(SteadyTime at) const {
  for (bool moved = true; moved;) {
    moved = false;
    for (const Entry& entry : entries_) {
      const SteadyTime free = FreeIn(entry, at);
      moved = moved || free > at;
      at = free;
    }
  }
  return at;
}

std::vector<SteadyTime> ArithmeticMinimum(const std::vector<GatewayWindow>& windows, int64_t calls,
                                          SteadyTime begin) {
  QuotaGateway gateway(windows, false);
  std::vector<SteadyTime> times;
  for (SteadyTime at = begin; calls > 0; --calls) {
    at = gateway.FreeAt(at);
    gateway.Admit(at);
    times.push_back(at);
  }
  return times;
}

}  // namespace quiesce::benchmark
