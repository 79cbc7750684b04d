#include "daemon/core/hold.h"

#include <tuple>

namespace quiesce::core {
namespace {

// What makes one hold stronger than another; of equal ones, the first by id stays.
auto Strength(const Hold& hold) {
  return std::make_tuple(hold.scope == HoldScope::kFleet, hold.expires);
}

}  // namespace

bool Covers(const Hold& hold, const InstanceKey& key, std::string_view workspace) {
  switch (hold.scope) {
    case HoldScope::kInstance:
      return hold.instance == key;
    case HoldScope::kWorkspace:
      // An instance that nobody declares is in no workspace, not in the one without a name.
      return !workspace.empty() && hold.workspace == workspace;
    case HoldScope::kProject:
      return hold.project_id == key.project_id;
    case HoldScope::kFleet:
      return true;
  }
  return true;
}

void HoldIndex::Put(const Hold& hold) {
  if (hold.ended == absl::InfiniteFuture()) {
    holds_.insert_or_assign(hold.id, hold);
  } else {
    holds_.erase(hold.id);
  }
}

const Hold* HoldIndex::Strongest(const InstanceKey& key, std::string_view workspace,
                                 absl::Time now) const {
  const Hold* strongest = nullptr;
  for (const auto& [id, hold] : holds_) {
    if (!hold.InForce(now) || !Covers(hold, key, workspace)) continue;
    if (strongest == nullptr || Strength(hold) > Strength(*strongest)) strongest = &hold;
  }
  return strongest;
}

std::vector<const Hold*> HoldIndex::InForce(absl::Time now) const {
  std::vector<const Hold*> in_force;
  for (const auto& [id, hold] : holds_) {
    if (hold.InForce(now)) in_force.push_back(&hold);
  }
  return in_force;
}

}  // namespace quiesce::core
