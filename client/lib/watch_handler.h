#ifndef QUIESCE_CLIENT_LIB_WATCH_HANDLER_H_
#define QUIESCE_CLIENT_LIB_WATCH_HANDLER_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::client {

// What a stream of changes says. A watch has one handler and calls it from the thread that called
// Watch(). Each function returns whether to go on; false ends the watch with OK.
class WatchHandler {
 public:
  virtual ~WatchHandler() = default;
  // Everything matching follows, up to a bookmark with snapshot_complete: forget what you have.
  // The first event of a watch from revision 0, and again when the daemon no longer knows the
  // revision to go on from.
  virtual bool OnSnapshot() { return true; }
  virtual bool OnInstance(const v1::Instance& instance) = 0;
  virtual bool OnRemoved(const v1::RemovedInstance& removed) = 0;
  virtual bool OnBookmark(const v1::Bookmark&) { return true; }
  // The connection was lost; the watch goes on from the last bookmark after a pause. Events since
  // that bookmark may come again, never an older state.
  virtual bool OnReconnect(const absl::Status& /*why*/, absl::Duration /*pause*/) { return true; }
};

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_WATCH_HANDLER_H_
