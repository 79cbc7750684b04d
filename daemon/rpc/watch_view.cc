#include "daemon/rpc/watch_view.h"

#include <utility>

#include "absl/hash/hash.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_instance.h"
#include "daemon/rpc/instance_reads.h"

namespace quiesce::rpc {
namespace {

uint64_t HashOf(const core::InstanceKey& key) { return absl::Hash<core::InstanceKey>()(key); }

}  // namespace

WatchView::WatchView(Backend& backend, InstanceFilter filter, int64_t after, int64_t target)
    : backend_(backend),
      filter_(std::move(filter)),
      target_(target),
      revision_(after),
      exact_(after == 0) {}

void WatchView::Remember(const core::InstanceKey& key) {
  if (!exact_) return;
  had_.insert(HashOf(key));
  if (had_.size() <= limits::kMaxWatchMemory) return;
  // Too many to remember: from now on the client is told of each that goes, had or not.
  exact_ = false;
  had_ = {};
}

std::optional<v1::WatchInstancesResponse> WatchView::Removed(const core::InstanceKey& key,
                                                             int64_t revision) {
  if (!filter_.MayMatch(key.project_id, key.instance_id)) return std::nullopt;
  if (exact_ && had_.erase(HashOf(key)) == 0) return std::nullopt;
  v1::WatchInstancesResponse message;
  message.mutable_removed()->set_name(core::FormatInstanceName(key));
  message.mutable_removed()->set_revision(revision);
  return message;
}

std::optional<v1::WatchInstancesResponse> WatchView::MessageOf(const engine::WatchBatch::Item& item,
                                                               const Now& now) {
  if (item.row == nullptr) return Removed(item.removed.key, item.removed.revision);
  const engine::Row& row = *item.row;
  if (!filter_.MayMatch(row.project->id(), row.instance_id)) return std::nullopt;
  const core::InstanceRecord record = backend_.engine.registry().Expand(row);
  const core::Decision decision = core::Decide(record, backend_.engine.SurroundingsOf(row), now);
  if (!Exists(record) || !filter_.Matches(record, decision)) {
    return Removed(record.key, record.revision);
  }
  Remember(record.key);
  v1::WatchInstancesResponse message;
  *message.mutable_instance() = InstanceOfRow(backend_, row, now);
  return message;
}

v1::WatchInstancesResponse WatchView::Bookmark(bool snapshot_complete) const {
  v1::WatchInstancesResponse message;
  message.mutable_bookmark()->set_revision(revision_);
  message.mutable_bookmark()->set_snapshot_complete(snapshot_complete);
  return message;
}

std::deque<v1::WatchInstancesResponse> WatchView::Messages(const engine::WatchBatch& batch) {
  const Now now = backend_.clock.Read();
  std::deque<v1::WatchInstancesResponse> messages;
  for (const engine::WatchBatch::Item& item : batch.items) {
    if (auto message = MessageOf(item, now)) messages.push_back(*std::move(message));
  }
  sent_ |= !messages.empty();
  revision_ = batch.revision;
  if (!complete_ && revision_ >= target_) {
    complete_ = true;
    sent_ = false;
    messages.push_back(Bookmark(/*snapshot_complete=*/true));
  } else if (complete_ && sent_ && batch.caught_up) {
    sent_ = false;
    messages.push_back(Bookmark(/*snapshot_complete=*/false));
  }
  return messages;
}

std::optional<v1::WatchInstancesResponse> WatchView::IdleBookmark() const {
  if (!complete_) return std::nullopt;
  return Bookmark(/*snapshot_complete=*/false);
}

}  // namespace quiesce::rpc
