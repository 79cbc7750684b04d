#include "daemon/engine/watch_hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"

namespace quiesce::engine {
namespace {

absl::Status OutOfRange(int64_t after, const Registry& registry) {
  return core::MakeError(
      absl::StatusCode::kOutOfRange,
      absl::StrCat("revision ", after,
                   " is too old or not of this server; list the instances again and watch from "
                   "the revision that the list answers with"),
      {"REVISION_OUT_OF_RANGE",
       {{"revision", absl::StrCat(after)},
        {"oldest", absl::StrCat(registry.oldest_resumable())},
        {"newest", absl::StrCat(registry.last_revision())}},
       {}});
}

}  // namespace

absl::StatusOr<uint64_t> WatchHub::Open(int64_t after, absl::AnyInvocable<void()> ready) {
  if (closed_) {
    return core::MakeError(absl::StatusCode::kUnavailable, "the server is stopping; try again",
                           {"SHUTTING_DOWN", {}, {}});
  }
  if (watches_.size() >= limits::kMaxWatchers) {
    return core::MakeError(
        absl::StatusCode::kResourceExhausted,
        absl::StrCat("the server has ", limits::kMaxWatchers, " watches open already; close some"),
        {"OVERLOADED", {}, {}});
  }
  const bool too_old = after != 0 && after < registry_.oldest_resumable();
  if (after < 0 || too_old || after > registry_.last_revision())
    return OutOfRange(after, registry_);
  const uint64_t id = next_id_++;
  Watch& watch = watches_[id];
  watch.cursor = after;
  watch.ready = std::move(ready);
  return id;
}

absl::StatusOr<WatchBatch> WatchHub::Next(uint64_t id, size_t limit) {
  auto it = watches_.find(id);
  if (it == watches_.end()) {
    return core::MakeError(absl::StatusCode::kUnavailable, "the server is stopping; try again",
                           {"SHUTTING_DOWN", {}, {}});
  }
  Watch& watch = it->second;
  if (watch.overflown) {
    return core::MakeError(absl::StatusCode::kAborted,
                           "the watch fell too far behind; watch again from the last bookmark",
                           {"OVERLOADED", {}, {}});
  }
  const std::vector<Row*> rows = registry_.ChangedSince(watch.cursor, limit);
  for (Row* row : rows) recheck_(*row);
  // A watch from the beginning has nothing to be told as removed.
  const std::vector<Tombstone> removed =
      watch.cursor == 0 ? std::vector<Tombstone>{} : registry_.ForgottenSince(watch.cursor, limit);
  // Both lists are whole up to here.
  int64_t upto = registry_.last_revision();
  if (rows.size() == limit) upto = std::min(upto, rows.back()->revision);
  if (removed.size() == limit) upto = std::min(upto, removed.back().revision);

  WatchBatch batch;
  auto gone = removed.begin();
  for (const Row* row : rows) {
    if (row->revision > upto) break;
    for (; gone != removed.end() && gone->revision < row->revision; ++gone) {
      batch.items.push_back({nullptr, *gone});
    }
    batch.items.push_back({row, {}});
    watch.verdicts.erase(registry_.KeyOf(*row));
  }
  for (; gone != removed.end() && gone->revision <= upto; ++gone) {
    batch.items.push_back({nullptr, *gone});
  }
  watch.cursor = upto;
  batch.revision = upto;
  const bool rows_done = upto == registry_.last_revision();
  while (rows_done && !watch.verdicts.empty() && batch.items.size() < limit) {
    const auto first = watch.verdicts.begin();
    if (Row* row = registry_.Find(*first)) {
      recheck_(*row);
      batch.items.push_back({row, {}});
    }
    watch.verdicts.erase(first);
  }
  batch.caught_up = rows_done && watch.verdicts.empty();
  watch.waiting = batch.caught_up;
  return batch;
}

void WatchHub::Wake(Watch& watch) {
  if (!watch.waiting) return;
  watch.waiting = false;
  watch.ready();
}

void WatchHub::Changed() {
  for (auto& [id, watch] : watches_) Wake(watch);
}

void WatchHub::VerdictChanged(const Row& row) {
  for (auto& [id, watch] : watches_) {
    // Not handed out yet: it will be, as it is then.
    if (row.revision > watch.cursor) continue;
    watch.verdicts.insert(registry_.KeyOf(row));
    if (watch.verdicts.size() > limits::kMaxWatchBacklog) watch.overflown = true;
    Wake(watch);
  }
}

void WatchHub::CloseAll() {
  closed_ = true;
  std::map<uint64_t, Watch> watches = std::move(watches_);
  watches_.clear();
  for (auto& [id, watch] : watches) watch.ready();
}

}  // namespace quiesce::engine
