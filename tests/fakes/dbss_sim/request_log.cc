#include "tests/fakes/dbss_sim/request_log.h"

#include <algorithm>
#include <utility>

namespace quiesce::dbss_sim {
namespace {

std::string KeyOf(std::string_view project, std::string_view instance) {
  std::string key;
  key.reserve(project.size() + 1 + instance.size());
  return key.append(project).append("/").append(instance);
}

}  // namespace

InstanceCounts& RequestLog::CountsLocked(std::string_view project, std::string_view instance) {
  InstanceCounts& counts = by_instance_[KeyOf(project, instance)];
  if (counts.instance.empty()) {
    counts.project = project;
    counts.instance = instance;
  }
  return counts;
}

LogEntry& RequestLog::AppendLocked(std::string_view op, std::string_view project,
                                   std::string_view instance, SimTime now) {
  entries_.emplace_back();
  LogEntry& entry = entries_.back();
  entry.seq = ++last_seq_;
  entry.op = op;
  entry.project = project;
  entry.instance = instance;
  entry.arrived = now;
  if (entries_.size() > capacity_) {
    entries_.pop_front();
    ++dropped_;
  }
  return entries_.back();
}

std::int64_t RequestLog::Begin(Op op, std::string_view project, std::string_view instance,
                               SimTime now) {
  std::lock_guard lock(mutex_);
  OpCounts& op_counts = by_op_[static_cast<std::size_t>(op)];
  ++op_counts.requests;
  op_counts.max_in_flight = std::max(op_counts.max_in_flight, ++op_counts.in_flight);
  if (op == Op::kStop) {
    InstanceCounts& counts = CountsLocked(project, instance);
    ++counts.stop_requests;
    if (counts.stopped_since_start) ++counts.redundant_stops;
    counts.max_stops_in_flight = std::max(counts.max_stops_in_flight, ++counts.stops_in_flight);
  }
  return AppendLocked(OpName(op), project, instance, now).seq;
}

void RequestLog::End(std::int64_t seq, Op op, std::string_view project, std::string_view instance,
                     SimTime now, int status, bool effect, std::string_view fault,
                     Delivery delivery) {
  std::lock_guard lock(mutex_);
  OpCounts& op_counts = by_op_[static_cast<std::size_t>(op)];
  --op_counts.in_flight;
  ++op_counts.replies_by_status[status];
  if (effect) ++op_counts.effects;
  if (op == Op::kStop) {
    InstanceCounts& counts = CountsLocked(project, instance);
    --counts.stops_in_flight;
    if (effect) {
      ++counts.stops_with_effect;
      counts.stopped_since_start = true;
    }
  }
  // Entries are numbered without gaps, except where Clear kept only some.
  const auto entry =
      std::lower_bound(entries_.begin(), entries_.end(), seq,
                       [](const LogEntry& e, std::int64_t wanted) { return e.seq < wanted; });
  if (entry == entries_.end() || entry->seq != seq) return;
  entry->replied = now;
  entry->status = status;
  entry->effect = effect;
  entry->fault = fault;
  entry->delivery = delivery;
}

void RequestLog::RecordManual(std::string_view op, std::string_view project,
                              std::string_view instance, SimTime now) {
  std::lock_guard lock(mutex_);
  InstanceCounts& counts = CountsLocked(project, instance);
  if (op == "manual_start") {
    ++counts.manual_starts;
    counts.stopped_since_start = false;
  } else {
    ++counts.manual_stops;
  }
  LogEntry& entry = AppendLocked(op, project, instance, now);
  entry.replied = now;
  entry.effect = true;
}

std::vector<LogEntry> RequestLog::Entries(const Filter& filter) const {
  std::lock_guard lock(mutex_);
  std::vector<LogEntry> selected;
  for (const LogEntry& entry : entries_) {
    if (selected.size() >= filter.limit) break;
    if (entry.seq <= filter.after) continue;
    if (!filter.op.empty() && entry.op != filter.op) continue;
    if (!filter.project.empty() && entry.project != filter.project) continue;
    if (!filter.instance.empty() && entry.instance != filter.instance) continue;
    selected.push_back(entry);
  }
  return selected;
}

std::vector<InstanceCounts> RequestLog::CountsByInstance() const {
  std::lock_guard lock(mutex_);
  std::vector<InstanceCounts> all;
  all.reserve(by_instance_.size());
  for (const auto& [key, counts] : by_instance_) all.push_back(counts);
  return all;
}

InstanceCounts RequestLog::CountsOf(std::string_view project, std::string_view instance) const {
  std::lock_guard lock(mutex_);
  const auto found = by_instance_.find(KeyOf(project, instance));
  if (found != by_instance_.end()) return found->second;
  InstanceCounts none;
  none.project = project;
  none.instance = instance;
  return none;
}

OpCounts RequestLog::CountsOf(Op op) const {
  std::lock_guard lock(mutex_);
  return by_op_[static_cast<std::size_t>(op)];
}

std::int64_t RequestLog::dropped() const {
  std::lock_guard lock(mutex_);
  return dropped_;
}

void RequestLog::Clear() {
  std::lock_guard lock(mutex_);
  entries_.clear();
  dropped_ = 0;
  for (auto it = by_instance_.begin(); it != by_instance_.end();) {
    InstanceCounts kept;
    kept.project = it->second.project;
    kept.instance = it->second.instance;
    kept.stops_in_flight = kept.max_stops_in_flight = it->second.stops_in_flight;
    it = kept.stops_in_flight == 0 ? by_instance_.erase(it) : (it->second = kept, std::next(it));
  }
  for (OpCounts& counts : by_op_) {
    OpCounts kept;
    kept.in_flight = kept.max_in_flight = counts.in_flight;
    counts = kept;
  }
}

}  // namespace quiesce::dbss_sim
