#include "daemon/engine/run_driver.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"

namespace quiesce::engine {
namespace {

struct ItemEnd {
  store::ItemState state;
  std::optional<core::Reason> reason;
};

// Declared so by the plan itself: nothing is left to wait for once it is committed.
bool IsDeclaredInaction(core::Reason reason) {
  return reason == core::Reason::kProtected || reason == core::Reason::kReportOnly ||
         reason == core::Reason::kStartGrace;
}

std::optional<ItemEnd> EndOf(const store::RunItem& item, const Row& row,
                             const core::Decision& decision) {
  if (!row.declared || row.uid_text() != item.uid || row.generation != item.generation) {
    return ItemEnd{store::ItemState::kSuperseded, std::nullopt};
  }
  if (decision.action == core::Action::kLatch) return std::nullopt;
  if (decision.phase == core::Phase::kStopped) {
    return ItemEnd{store::ItemState::kConverged, decision.reason};
  }
  if (decision.phase == core::Phase::kGone)
    return ItemEnd{store::ItemState::kGone, decision.reason};
  if (item.effect == core::Effect::kNone && IsDeclaredInaction(decision.reason)) {
    return ItemEnd{store::ItemState::kConverged, decision.reason};
  }
  if (core::BlocksRun(decision.reason)) {
    return ItemEnd{store::ItemState::kBlocked, decision.reason};
  }
  if (decision.phase == core::Phase::kStalled) {
    return ItemEnd{store::ItemState::kStalled, decision.reason};
  }
  return std::nullopt;
}

absl::Status Stopping() {
  return core::MakeError(absl::StatusCode::kUnavailable,
                         "the server is stopping; cancel the run again", {"SHUTTING_DOWN", {}, {}});
}

}  // namespace

RunDriver::RunDriver(Executor& executor, Clock& clock, store::StateStore& store, Registry& registry)
    : executor_(executor), clock_(clock), store_(store), registry_(registry) {}

// --- runs ----------------------------------------------------------------------------------------

void RunDriver::Start() {
  started_ = true;
  std::vector<std::string> ids;
  for (const auto& [id, active] : active_) ids.push_back(id);
  for (const std::string& id : ids) Step(id);
  EndOrphans();
}

// An earlier process may have ended between the commit that took an instance away from a run and
// the one that ended its item. Nothing decides about such a row, so nothing else would.
void RunDriver::EndOrphans() {
  for (auto& [key, items] : open_) {
    const Row* row = registry_.Find(key);
    if (row != nullptr && row->declared) continue;
    for (auto& [run_id, open] : items) {
      const bool applied = !open.item.uid.empty();
      if (applied && !open.ending && open.item.at_cancel != store::CallAtCancel::kOpen) {
        End(open, store::ItemState::kSuperseded, std::nullopt);
      }
    }
  }
}

void RunDriver::Stop() {
  stopped_ = true;
  for (auto& [id, active] : active_) {
    for (Done<store::Run>& done : active.waiters) {
      std::move(done)(Stopping());
    }
    active.waiters.clear();
  }
}

void RunDriver::RunChanged(const store::Run& run) {
  const bool over = run.state == store::RunState::kCancelled || run.state == store::RunState::kDone;
  if (over) {
    auto it = active_.find(run.id);
    if (it == active_.end()) return;
    it->second.run = run;
    AnswerWaiters(it->second);
    active_.erase(it);
    return;
  }
  ActiveRun& active = active_[run.id];
  active.run = run;
  if (started_) Step(run.id);
}

// Applies, or takes back, the next items; nothing when the run needs neither.
void RunDriver::Step(const std::string& run_id) {
  auto it = active_.find(run_id);
  if (it == active_.end() || stopped_) return;
  ActiveRun& active = it->second;
  if (active.stepping) {
    active.step_again = true;
    return;
  }
  if (active.run.state == store::RunState::kApplying) {
    active.stepping = true;
    store::ApplyRunSlice slice;
    slice.run_id = run_id;
    store_.Submit(std::move(slice), [this, run_id](absl::StatusOr<store::Run> run) {
      Applied(run_id, std::move(run));
    });
  } else if (active.run.state == store::RunState::kCancelling && !active.settled) {
    active.stepping = true;
    store::CancelRunSlice slice;
    slice.run_id = run_id;
    store_.Submit(std::move(slice),
                  [this, run_id](absl::StatusOr<store::CancelRunSlice::Result> result) {
                    TakenBack(run_id, std::move(result));
                  });
  }
}

void RunDriver::StepLater(const std::string& run_id) {
  executor_.PostAt(clock_.Read().steady + limits::kBackoffBase, [this, run_id] { Step(run_id); });
}

void RunDriver::Applied(const std::string& run_id, absl::StatusOr<store::Run> run) {
  auto it = active_.find(run_id);
  if (it == active_.end()) return;
  it->second.stepping = false;
  it->second.step_again = false;
  run.ok() ? Step(run_id) : StepLater(run_id);
}

void RunDriver::TakenBack(const std::string& run_id,
                          absl::StatusOr<store::CancelRunSlice::Result> result) {
  auto it = active_.find(run_id);
  if (it == active_.end()) return;
  ActiveRun& active = it->second;
  active.stepping = false;
  const bool again = std::exchange(active.step_again, false);
  if (!result.ok()) return StepLater(run_id);
  if (result->settled()) {
    active.settled = true;
    active.run = result->run;
    AnswerWaiters(active);
  } else if (!result->looked_at_all || again) {
    Step(run_id);
  }
  // Otherwise a call is in flight, and its end steps again.
}

void RunDriver::AnswerWaiters(ActiveRun& active) {
  std::vector<Done<store::Run>> waiters = std::move(active.waiters);
  active.waiters.clear();
  for (Done<store::Run>& done : waiters) std::move(done)(active.run);
}

void RunDriver::Cancel(std::string run_id, std::string principal, Done<store::Run> done) {
  store::CancelRun cancel;
  cancel.run_id = std::move(run_id);
  cancel.principal = std::move(principal);
  store_.Submit(std::move(cancel),
                [this, done = std::move(done)](absl::StatusOr<store::Run> run) mutable {
                  if (!run.ok()) return std::move(done)(std::move(run));
                  auto it = active_.find(run->id);
                  if (it == active_.end() || it->second.settled) {
                    return std::move(done)(std::move(run));
                  }
                  // Marked, and taken back by the next process: until then calls may still start.
                  if (stopped_) return std::move(done)(Stopping());
                  it->second.waiters.push_back(std::move(done));
                });
}

// --- items ---------------------------------------------------------------------------------------

void RunDriver::RunItemChanged(const store::RunItem& item) {
  if (item.state == store::ItemState::kPending) {
    open_[item.key][item.run_id] = OpenItem{item, false};
    return;
  }
  auto it = open_.find(item.key);
  if (it == open_.end()) return;
  it->second.erase(item.run_id);
  if (it->second.empty()) open_.erase(it);
}

void RunDriver::OnDecision(const Row& row, const core::Decision& decision) {
  if (open_.empty()) return;
  auto it = open_.find(registry_.KeyOf(row));
  if (it == open_.end()) return;
  for (auto& [run_id, open] : it->second) {
    if (open.ending) continue;
    if (open.item.at_cancel == store::CallAtCancel::kOpen) {
      // The cancel waits for the end of this call, and then says what becomes of the item.
      if (row.outcome != core::Outcome::kOpen) Step(run_id);
      continue;
    }
    if (const std::optional<ItemEnd> end = EndOf(open.item, row, decision)) {
      End(open, end->state, end->reason);
    }
  }
}

void RunDriver::RowForgotten(const core::InstanceKey& key) {
  auto it = open_.find(key);
  if (it == open_.end()) return;
  for (auto& [run_id, open] : it->second) {
    if (!open.ending) End(open, store::ItemState::kSuperseded, std::nullopt);
  }
}

void RunDriver::End(OpenItem& open, store::ItemState state, std::optional<core::Reason> reason) {
  open.ending = true;
  ends_[open.item.run_id].push_back({open.item.index, state, reason});
  if (flush_posted_) return;
  flush_posted_ = true;
  executor_.Post([this] { Flush(); });
}

void RunDriver::Flush() {
  flush_posted_ = false;
  if (stopped_) return;
  std::map<std::string, std::vector<store::EndRunItems::End>> ends;
  ends.swap(ends_);
  for (auto& [run_id, items] : ends) {
    for (size_t from = 0; from < items.size(); from += limits::kApplySliceRows) {
      const size_t to = std::min(items.size(), from + limits::kApplySliceRows);
      Submit(run_id, {items.begin() + from, items.begin() + to});
    }
  }
}

void RunDriver::Submit(const std::string& run_id, std::vector<store::EndRunItems::End> ends) {
  store::EndRunItems end{run_id, ends};
  store_.Submit(std::move(end),
                [this, run_id, ends = std::move(ends)](absl::StatusOr<store::Run> result) {
                  // An overloaded store took nothing; the ends are as true a little later.
                  if (!absl::IsUnavailable(result.status()) || stopped_) return;
                  executor_.PostAt(clock_.Read().steady + limits::kBackoffBase,
                                   [this, run_id, ends] { Submit(run_id, ends); });
                });
}

}  // namespace quiesce::engine
