#ifndef QUIESCE_TESTS_SIMULATION_LIST_LOG_H_
#define QUIESCE_TESTS_SIMULATION_LIST_LOG_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "daemon/base/time.h"
#include "tests/simulation/cloud_truth.h"
#include "tests/simulation/gateway_log.h"

namespace quiesce::simulation {

// One list call as it really went.
struct ListRecord {
  int64_t number = 0;
  std::string project_id;
  int64_t fence = 0;  // of the process that asked
  SteadyTime started;
  GatewayLog::Call call;
  bool answered = false;
  bool ok = false;
  std::map<std::string, CloudView> shown;
  bool recorded = false;  // the daemon's store has taken it as the last complete list
  int64_t seq = 0;        // once recorded

  // kAbsent for what it does not show.
  Power PowerOf(const std::string& instance_id) const {
    auto it = shown.find(instance_id);
    return it == shown.end() ? Power::kAbsent : JudgePower(it->second);
  }
};

// Every list call, across processes.
class ListLog {
 public:
  ListRecord& Begin(const std::string& project_id, int64_t fence, SteadyTime started) {
    const auto number = static_cast<int64_t>(lists_.size());
    lists_.push_back(ListRecord{});
    ListRecord& list = lists_.back();
    list.number = number;
    list.project_id = project_id;
    list.fence = fence;
    list.started = started;
    by_start_[project_id][started] = &list;
    return list;
  }
  ListRecord& At(int64_t number) { return lists_[static_cast<size_t>(number)]; }

  // By what the daemon knows of it. Null: there was no such list.
  const ListRecord* Find(const std::string& project_id, SteadyTime started) const {
    auto lists = by_start_.find(project_id);
    if (lists == by_start_.end()) return nullptr;
    auto it = lists->second.find(started);
    return it == lists->second.end() ? nullptr : it->second;
  }
  // The complete ones that started then or later.
  std::vector<const ListRecord*> From(const std::string& project_id, SteadyTime started) const {
    std::vector<const ListRecord*> found;
    auto lists = by_start_.find(project_id);
    if (lists == by_start_.end()) return found;
    for (auto it = lists->second.lower_bound(started); it != lists->second.end(); ++it) {
      if (it->second->ok) found.push_back(it->second);
    }
    return found;
  }
  void SetRecorded(const ListRecord& list, int64_t seq) {
    ListRecord& mine = At(list.number);
    mine.recorded = true;
    mine.seq = seq;
  }

  // Those that were recorded, the latest first.
  std::vector<const ListRecord*> Recorded(const std::string& project_id) const {
    std::vector<const ListRecord*> recorded;
    auto lists = by_start_.find(project_id);
    if (lists == by_start_.end()) return recorded;
    for (auto it = lists->second.rbegin(); it != lists->second.rend(); ++it) {
      if (it->second->recorded) recorded.push_back(it->second);
    }
    return recorded;
  }
  size_t size() const { return lists_.size(); }

 private:
  std::deque<ListRecord> lists_;  // addresses stay
  std::map<std::string, std::map<SteadyTime, ListRecord*>> by_start_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_LIST_LOG_H_
