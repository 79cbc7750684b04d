#include "daemon/engine/call_queue.h"

#include <utility>

namespace quiesce::engine {

void CallQueue::Push(core::InstanceKey key) {
  std::deque<core::InstanceKey>& keys = waiting_[key.project_id];
  if (keys.empty()) turns_.push_back(key.project_id);
  keys.push_back(std::move(key));
  ++size_;
}

core::InstanceKey CallQueue::Pop() {
  std::string project_id = std::move(turns_.front());
  turns_.pop_front();
  const auto it = waiting_.find(project_id);
  core::InstanceKey key = std::move(it->second.front());
  it->second.pop_front();
  --size_;
  if (it->second.empty()) {
    waiting_.erase(it);
  } else {
    turns_.push_back(std::move(project_id));
  }
  return key;
}

std::vector<core::InstanceKey> CallQueue::TakeAll() {
  std::vector<core::InstanceKey> all;
  all.reserve(size_);
  while (!empty()) all.push_back(Pop());
  return all;
}

}  // namespace quiesce::engine
