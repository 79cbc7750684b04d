#ifndef QUIESCE_DAEMON_CORE_HOLD_H_
#define QUIESCE_DAEMON_CORE_HOLD_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "daemon/core/facts.h"

namespace quiesce::core {

enum class HoldScope : uint8_t { kInstance, kWorkspace, kProject, kFleet };

// "Do not act on this scope." Ends by itself at `expires` (wall time: it is what a person wrote).
struct Hold {
  std::string id;
  HoldScope scope = HoldScope::kInstance;
  InstanceKey instance;    // kInstance
  std::string workspace;   // kWorkspace
  std::string project_id;  // kProject
  std::string reason;
  std::string owner;
  std::string created_by;
  absl::Time created;
  absl::Time expires;
  absl::Time ended = absl::InfiniteFuture();  // ended by hand

  bool InForce(absl::Time now) const { return now < expires && now < ended; }
};

// The holds that are not ended, indexed by scope. A value; not thread-safe.
class HoldIndex {
 public:
  // Replaces the hold of the same id, or adds it; an ended one is dropped.
  void Put(const Hold& hold);
  void Remove(const std::string& id) { holds_.erase(id); }
  void Clear() { holds_.clear(); }

  // The hold that keeps this instance from being acted on at `now`: a freeze before any other,
  // then the one that lasts longest. Null: none. Valid until the next Put or Clear.
  const Hold* Strongest(const InstanceKey& key, std::string_view workspace, absl::Time now) const;

  std::vector<const Hold*> InForce(absl::Time now) const;
  const std::map<std::string, Hold>& all() const { return holds_; }

 private:
  std::map<std::string, Hold> holds_;  // by id; holds are written by people, so they are few
};

// True if `hold` covers the instance; says nothing about time.
bool Covers(const Hold& hold, const InstanceKey& key, std::string_view workspace);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_HOLD_H_
