#include "tests/simulation/model_watcher.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace quiesce::simulation {

void ModelWatcher::Connect(Process* process) {
  process_ = process;
  connected_ = std::make_shared<bool>(true);
  caught_up_ = false;
  engine::WatchHub& hub = process->engine->watches();
  const auto ready = [this, connected = connected_] {
    if (*connected) ReadLater();
  };
  absl::StatusOr<uint64_t> id = hub.Open(revision_, ready);
  if (absl::IsOutOfRange(id.status())) {
    world_.Hit("watch: starts over");
    revision_ = 0;
    beliefs_.clear();
    id = hub.Open(0, ready);
  }
  if (!id.ok()) {
    // Closed, because the process is about to stop.
    Disconnect();
    return;
  }
  id_ = *id;
  ReadLater();
}

void ModelWatcher::Disconnect() {
  if (connected_) *connected_ = false;
  connected_.reset();
  process_ = nullptr;
}

// Comes through the network, so a little later, and onto the loop.
void ModelWatcher::ReadLater() {
  caught_up_ = false;
  const absl::Duration delay = world_.dice().Skewed(absl::ZeroDuration(), absl::Seconds(20));
  world_.After(delay, [this, connected = connected_] {
    if (!connected || !*connected) return;
    process_->executor.Post([this, connected] {
      if (*connected) Read();
    });
  });
}

void ModelWatcher::Read() {
  const auto limit = static_cast<size_t>(world_.dice().Between(1, 20));
  absl::StatusOr<engine::WatchBatch> batch = process_->engine->watches().Next(id_, limit);
  if (!batch.ok()) {
    if (absl::IsAborted(batch.status())) return Connect(process_);
    return Disconnect();
  }
  if (batch->revision < revision_) {
    verdict_.Fail(
        "I9", absl::StrCat("a watch goes back to revision ", batch->revision, " from ", revision_));
  }
  const engine::Registry& registry = process_->engine->registry();
  for (const engine::WatchBatch::Item& item : batch->items) {
    if (item.row == nullptr) {
      beliefs_.erase(item.removed.key);
      continue;
    }
    Belief& belief = beliefs_[registry.KeyOf(*item.row)];
    if (item.row->revision < belief.revision) {
      verdict_.Fail("I9", absl::StrCat("a watch takes ", std::string(item.row->instance_id),
                                       " back to revision ", item.row->revision));
    }
    const core::Decision decision = process_->engine->Decide(*item.row, process_->clock.Read());
    belief = Belief{item.row->revision, decision.phase, decision.reason};
  }
  revision_ = batch->revision;
  caught_up_ = batch->caught_up;
  if (!caught_up_) ReadLater();
}

void ModelWatcher::CheckFinal() {
  if (process_ == nullptr) return;
  engine::Registry& registry = process_->engine->registry();
  size_t rows = 0;
  for (const auto& [id, project] : registry.projects()) {
    for (const auto& [instance_id, row] : project->rows()) {
      ++rows;
      const Belief& belief = beliefs_[registry.KeyOf(*row)];
      const core::Decision now = process_->engine->Decide(*row, process_->clock.Read());
      if (belief.revision == row->revision && belief.phase == now.phase &&
          belief.reason == now.reason) {
        continue;
      }
      verdict_.Fail(
          "I9", absl::StrCat("a watcher believes ", std::string(row->instance_id), " r",
                             belief.revision, " ", std::string(core::ToString(belief.phase)), "/",
                             std::string(core::ToString(belief.reason)), ", and the daemon says r",
                             row->revision, " ", std::string(core::ToString(now.phase)), "/",
                             std::string(core::ToString(now.reason))));
    }
  }
  if (rows != beliefs_.size()) {
    verdict_.Fail("I9",
                  absl::StrCat("a watcher believes in ", beliefs_.size(), " instances of ", rows));
  }
}

}  // namespace quiesce::simulation
