#ifndef QUIESCE_DAEMON_ENGINE_WATCH_HUB_H_
#define QUIESCE_DAEMON_ENGINE_WATCH_HUB_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "daemon/core/facts.h"
#include "daemon/engine/registry.h"

namespace quiesce::engine {

// What a watcher gets next, in order of revision, each instance at most once and as it is now.
struct WatchBatch {
  struct Item {
    const Row* row = nullptr;  // null: removed
    Tombstone removed;
  };
  std::vector<Item> items;
  // Everything up to here has been handed out. A resume token.
  int64_t revision = 0;
  bool caught_up = false;  // nothing more is waiting now
};

// Watches of the fleet. Level-based: no event is kept anywhere; a watcher has a cursor into the
// registry's order of revisions and takes the latest state of what lies above it, when it is ready
// for more. A slow watcher therefore costs nothing and misses nothing but intermediate states.
//
// Lives on the engine's loop.
class WatchHub {
 public:
  // `recheck` brings what is noted about a row up to date; it is asked before the row is handed
  // out. A reader decides for itself, as of now. Were it ahead of the note, a change back would be
  // none to the note, and the reader would never hear of it.
  using Recheck = absl::AnyInvocable<void(Row&)>;
  WatchHub(Registry& registry, Recheck recheck)
      : registry_(registry), recheck_(std::move(recheck)) {}

  // Watches from after revision `after`; 0: from the beginning, so the first batches are a
  // snapshot. `ready` is called, on the loop, once after each time Next answered caught_up and
  // something came up since; and when the hub is closed. It must not call back into the hub.
  // OUT_OF_RANGE (REVISION_OUT_OF_RANGE): removals since `after` may be forgotten, or `after` is
  // not of this store; list again. RESOURCE_EXHAUSTED (OVERLOADED): too many watches.
  absl::StatusOr<uint64_t> Open(int64_t after, absl::AnyInvocable<void()> ready);
  void Close(uint64_t id) { watches_.erase(id); }

  // At most `limit` items. ABORTED when the watch lost changes of verdict that no revision tells
  // of, because it took none for too long; UNAVAILABLE when the hub is closed.
  absl::StatusOr<WatchBatch> Next(uint64_t id, size_t limit);

  // The registry changed.
  void Changed();
  // The verdict about a row changed without a commit.
  void VerdictChanged(const Row& row);
  // Ends every watch: Next answers UNAVAILABLE (SHUTTING_DOWN).
  void CloseAll();
  bool closed() const { return closed_; }
  size_t size() const { return watches_.size(); }

 private:
  struct Watch {
    int64_t cursor = 0;
    std::set<core::InstanceKey> verdicts;
    bool overflown = false;
    bool waiting = false;  // for `ready`
    absl::AnyInvocable<void()> ready;
  };
  void Wake(Watch& watch);

  Registry& registry_;
  Recheck recheck_;
  std::map<uint64_t, Watch> watches_;
  uint64_t next_id_ = 1;
  bool closed_ = false;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_WATCH_HUB_H_
