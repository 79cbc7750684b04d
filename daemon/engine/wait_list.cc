#include "daemon/engine/wait_list.h"

#include <optional>
#include <utility>
#include <vector>

namespace quiesce::engine {
namespace {

std::optional<WaitResult> ResultOf(const std::string& awaited, const std::string& current,
                                   const core::Decision& decision) {
  if (awaited != current) return WaitResult::kSuperseded;
  if (decision.action == core::Action::kLatch) return std::nullopt;
  if (decision.phase == core::Phase::kStopped) return WaitResult::kConverged;
  if (decision.phase == core::Phase::kGone || decision.phase == core::Phase::kStalled ||
      core::BlocksRun(decision.reason)) {
    return WaitResult::kBlocked;
  }
  return std::nullopt;
}

}  // namespace

void WaitList::Wait(const Row& row, const core::Decision& current, std::string etag,
                    SteadyTime until, DoneFn done) {
  const std::string current_etag = core::EtagOf(registry_.Expand(row));
  if (etag.empty()) etag = current_etag;
  if (const auto result = ResultOf(etag, current_etag, current)) {
    std::move(done)(*result);
    return;
  }
  if (closed_) return std::move(done)(WaitResult::kNotYet);
  const core::InstanceKey key = registry_.KeyOf(row);
  const uint64_t id = next_id_++;
  waiters_[key].push_back(Waiter{id, std::move(etag), std::move(done)});
  ++size_;
  executor_.PostAt(until, [this, key, id] {
    auto it = waiters_.find(key);
    if (it == waiters_.end()) return;
    for (auto waiter = it->second.begin(); waiter != it->second.end(); ++waiter) {
      if (waiter->id != id) continue;
      DoneFn timed_out = std::move(waiter->done);
      it->second.erase(waiter);
      if (it->second.empty()) waiters_.erase(it);
      --size_;
      std::move(timed_out)(WaitResult::kNotYet);
      return;
    }
  });
}

void WaitList::OnDecision(const Row& row, const core::Decision& decision) {
  if (waiters_.empty()) return;
  auto it = waiters_.find(registry_.KeyOf(row));
  if (it == waiters_.end()) return;
  const std::string etag = core::EtagOf(registry_.Expand(row));
  std::vector<std::pair<DoneFn, WaitResult>> ended;
  for (auto waiter = it->second.begin(); waiter != it->second.end();) {
    const auto result = ResultOf(waiter->etag, etag, decision);
    if (!result) {
      ++waiter;
      continue;
    }
    ended.emplace_back(std::move(waiter->done), *result);
    waiter = it->second.erase(waiter);
    --size_;
  }
  if (it->second.empty()) waiters_.erase(it);
  for (auto& [done, result] : ended) std::move(done)(result);
}

void WaitList::RowForgotten(const core::InstanceKey& key) { EndAll(key, WaitResult::kSuperseded); }

void WaitList::EndAll(const core::InstanceKey& key, WaitResult result) {
  auto it = waiters_.find(key);
  if (it == waiters_.end()) return;
  std::list<Waiter> ended = std::move(it->second);
  waiters_.erase(it);
  size_ -= ended.size();
  for (Waiter& waiter : ended) std::move(waiter.done)(result);
}

void WaitList::CloseAll() {
  closed_ = true;
  while (!waiters_.empty()) {
    const core::InstanceKey key = waiters_.begin()->first;
    EndAll(key, WaitResult::kNotYet);
  }
}

}  // namespace quiesce::engine
