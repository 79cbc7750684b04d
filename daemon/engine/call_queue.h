#ifndef QUIESCE_DAEMON_ENGINE_CALL_QUEUE_H_
#define QUIESCE_DAEMON_ENGINE_CALL_QUEUE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "daemon/core/facts.h"

namespace quiesce::engine {

// The calls that are due under one credential. Within a project first come, first served; the
// projects take turns, so that one with a million instances does not keep another one's waiting.
class CallQueue {
 public:
  void Push(core::InstanceKey key);
  // Not on an empty queue.
  core::InstanceKey Pop();
  // Takes everything out.
  std::vector<core::InstanceKey> TakeAll();

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  std::map<std::string, std::deque<core::InstanceKey>> waiting_;  // by project; none is empty
  std::deque<std::string> turns_;                                 // the projects that wait
  size_t size_ = 0;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_CALL_QUEUE_H_
