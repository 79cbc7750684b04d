#include "client/lib/cancel_token.h"

#include <chrono>
#include <utility>

namespace quiesce::client {

void CancelToken::Cancel() {
  MutexLock lock(mu_);
  if (std::exchange(cancelled_, true)) return;
  for (auto& [id, function] : callbacks_) function();
  cancelled_cv_.NotifyAll();
}

bool CancelToken::cancelled() const {
  MutexLock lock(mu_);
  return cancelled_;
}

bool CancelToken::SleepFor(absl::Duration duration) {
  const auto begin = std::chrono::steady_clock::now();
  MutexLock lock(mu_);
  while (!cancelled_) {
    const absl::Duration slept = absl::FromChrono(std::chrono::steady_clock::now() - begin);
    if (slept >= duration) return true;
    cancelled_cv_.WaitFor(mu_, duration - slept);
  }
  return false;
}

CancelToken::Callback::Callback(CancelToken* token, std::function<void()> function)
    : token_(token) {
  if (token_ == nullptr) return;
  MutexLock lock(token_->mu_);
  if (token_->cancelled_) {
    function();
    return;
  }
  id_ = token_->next_id_++;
  token_->callbacks_.emplace(id_, std::move(function));
}

CancelToken::Callback::~Callback() {
  if (token_ == nullptr) return;
  MutexLock lock(token_->mu_);
  token_->callbacks_.erase(id_);
}

}  // namespace quiesce::client
