#include "tests/simulation/sim_gateway.h"

#include <algorithm>

namespace quiesce::simulation {

void SimGateway::ComeBack() {
  if (reach_ == Reach::kAnswers) return;
  reach_ = Reach::kAnswers;
  back_since_ = world_.now();
}

// A period that slides forgets one call after the other, a fixed one all of them at its end.
void SimGateway::Forget(const CloudQuota& quota, Account& account) const {
  const SteadyTime now = world_.now();
  if (quota.slides) {
    while (!account.calls.empty() && account.calls.front() + quota.window.period <= now) {
      account.calls.pop_front();
    }
    return;
  }
  if (account.period_began.is_never()) account.period_began = now;
  while (account.period_began + quota.window.period <= now) {
    account.period_began = account.period_began + quota.window.period;
    account.calls.clear();
  }
}

SteadyTime SimGateway::NextPlaceAt(const CloudQuota& quota, const Account& account) const {
  if (!quota.slides) return account.period_began + quota.window.period;
  const auto most = static_cast<size_t>(quota.window.calls);
  return account.calls[account.calls.size() - most] + quota.window.period;
}

std::optional<SimGateway::Refusal> SimGateway::Count(const std::string& credential) {
  Dice& dice = world_.dice();
  const auto found = scenario_.quotas.find(credential);
  if (found == scenario_.quotas.end()) return std::nullopt;
  const CloudQuota& quota = found->second;
  Account& account = accounts_[credential];
  Forget(quota, account);
  const auto most = static_cast<size_t>(quota.window.calls);
  if (dice.Chance(faults_.others_call) && account.calls.size() < most) {
    world_.Hit("fault: somebody else uses the quota");
    account.calls.push_back(world_.now());
  }
  const bool full = account.calls.size() >= most;
  if (!full || quota.counts_refused) account.calls.push_back(world_.now());
  if (!full) return std::nullopt;
  world_.Hit("fault: the quota is used up");
  Refusal refusal{quota.window, std::nullopt};
  if (quota.says_when) {
    const absl::Duration wait = NextPlaceAt(quota, account) - world_.now();
    refusal.retry_after = std::max(absl::Seconds(1), absl::Ceil(wait, absl::Seconds(1)));
  }
  return refusal;
}

}  // namespace quiesce::simulation
