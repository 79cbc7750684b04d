#ifndef QUIESCE_DAEMON_RPC_WATCH_VIEW_H_
#define QUIESCE_DAEMON_RPC_WATCH_VIEW_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "daemon/core/facts.h"
#include "daemon/engine/watch_hub.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/instance_filter.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// What one watcher sees of the fleet: makes the messages of a stream out of what the hub hands
// out. On the executor only; knows nothing of streams.
class WatchView {
 public:
  // `after`: what the watch resumes from; 0: nothing is known to the client. `target`: the last
  // revision when it began; the present is reached there.
  WatchView(Backend& backend, InstanceFilter filter, int64_t after, int64_t target);

  // The messages for a batch: instances that match, those to be forgotten, and a bookmark when it
  // is due.
  std::deque<v1::WatchInstancesResponse> Messages(const engine::WatchBatch& batch);

  // A bookmark of the revision reached; only after the first one of Messages().
  std::optional<v1::WatchInstancesResponse> IdleBookmark() const;

 private:
  // The message about one item, if the client has to hear of it.
  std::optional<v1::WatchInstancesResponse> MessageOf(const engine::WatchBatch::Item& item,
                                                      const Now& now);
  std::optional<v1::WatchInstancesResponse> Removed(const core::InstanceKey& key, int64_t revision);
  void Remember(const core::InstanceKey& key);
  v1::WatchInstancesResponse Bookmark(bool snapshot_complete) const;

  Backend& backend_;
  const InstanceFilter filter_;
  const int64_t target_;
  int64_t revision_;
  bool complete_ = false;  // the first bookmark was made
  bool sent_ = false;      // something since the last bookmark

  // Hashes of the keys that the client has. While it is exact, what the client never had is not
  // reported as removed.
  absl::flat_hash_set<uint64_t> had_;
  bool exact_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_WATCH_VIEW_H_
