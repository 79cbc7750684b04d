#include "daemon/engine/run_driver.h"

#include <optional>
#include <utility>

#include "daemon/base/limits.h"

namespace quiesce::engine {
namespace {

struct End {
  store::ItemState state;
  std::optional<core::Reason> reason;
};

// Declared so by the plan itself: nothing is left to wait for once it is committed.
bool IsDeclaredInaction(core::Reason reason) {
  return reason == core::Reason::kProtected || reason == core::Reason::kReportOnly ||
         reason == core::Reason::kStartGrace;
}

std::optional<End> EndOf(const store::RunItem& item, const Row& row,
                         const core::Decision& decision) {
  if (!row.declared || row.uid_view() != item.uid || row.generation != item.generation) {
    return End{store::ItemState::kSuperseded, std::nullopt};
  }
  if (decision.action == core::Action::kLatch) return std::nullopt;
  if (decision.phase == core::Phase::kStopped) {
    return End{store::ItemState::kConverged, decision.reason};
  }
  if (decision.phase == core::Phase::kGone) return End{store::ItemState::kGone, decision.reason};
  if (item.effect == core::Effect::kNone && IsDeclaredInaction(decision.reason)) {
    return End{store::ItemState::kConverged, decision.reason};
  }
  if (core::BlocksRun(decision.reason)) {
    return End{store::ItemState::kBlocked, decision.reason};
  }
  if (decision.phase == core::Phase::kStalled) {
    return End{store::ItemState::kStalled, decision.reason};
  }
  return std::nullopt;
}

}  // namespace

RunDriver::RunDriver(Executor& executor, Clock& clock, store::StateStore& store, Registry& registry)
    : executor_(executor), clock_(clock), store_(store), registry_(registry) {}

void RunDriver::Start() {
  started_ = true;
  for (auto& [run_id, in_flight] : applying_) {
    if (!in_flight) Apply(run_id);
  }
}

void RunDriver::RunChanged(const store::Run& run) {
  if (run.state != store::RunState::kApplying) {
    applying_.erase(run.id);
    return;
  }
  auto [it, fresh] = applying_.emplace(run.id, false);
  if (started_ && !it->second) Apply(run.id);
}

void RunDriver::Apply(const std::string& run_id) {
  if (stopped_) return;
  applying_[run_id] = true;
  store::ApplyRunSlice slice{run_id, static_cast<int64_t>(limits::kSliceRows)};
  store_.Submit(std::move(slice), [this, run_id](absl::StatusOr<store::Run> run) {
    auto it = applying_.find(run_id);
    if (it == applying_.end()) return;  // all applied, or cancelled
    it->second = false;
    if (run.ok()) {
      Apply(run_id);
      return;
    }
    executor_.PostAt(clock_.Read().steady + limits::kBackoffBase, [this, run_id] {
      auto again = applying_.find(run_id);
      if (again != applying_.end() && !again->second) Apply(run_id);
    });
  });
}

void RunDriver::RunItemChanged(const store::RunItem& item) {
  if (item.state != store::ItemState::kPending) {
    auto it = open_.find(item.key);
    if (it == open_.end()) return;
    it->second.erase(item.run_id);
    if (it->second.empty()) open_.erase(it);
    return;
  }
  open_[item.key][item.run_id] = OpenItem{item, false};
}

void RunDriver::OnDecision(const Row& row, const core::Decision& decision) {
  if (open_.empty()) return;
  auto it = open_.find(registry_.KeyOf(row));
  if (it == open_.end()) return;
  for (auto& [run_id, open] : it->second) {
    if (open.ending) continue;
    if (const std::optional<struct End> end = EndOf(open.item, row, decision)) {
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
  ends_[open.item.run_id].push_back(store::ItemEnd{open.item.index, state, reason});
  if (flush_posted_) return;
  flush_posted_ = true;
  executor_.Post([this] { Flush(); });
}

void RunDriver::Flush() {
  flush_posted_ = false;
  if (stopped_) return;
  std::map<std::string, std::vector<store::ItemEnd>> ends;
  ends.swap(ends_);
  for (auto& [run_id, items] : ends) {
    for (size_t from = 0; from < items.size(); from += limits::kSliceRows) {
      const size_t to = std::min(items.size(), from + limits::kSliceRows);
      std::vector<store::ItemEnd> some(items.begin() + from, items.begin() + to);
      store_.Submit(store::EndRunItems{run_id, some}, [this, run_id = run_id,
                                                       some](absl::StatusOr<store::Run> result) {
        if (!absl::IsUnavailable(result.status()) || stopped_) return;
        executor_.PostAt(clock_.Read().steady + limits::kBackoffBase, [this, run_id, some] {
          auto& again = ends_[run_id];
          again.insert(again.end(), some.begin(), some.end());
          Flush();
        });
      });
    }
  }
}

}  // namespace quiesce::engine
