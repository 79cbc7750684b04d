#include "daemon/rpc/watch_call.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/rpc/status.h"
#include "daemon/rpc/unary_call.h"

namespace quiesce::rpc {

grpc::ServerWriteReactor<v1::WatchInstancesResponse>* WatchCall::Run(
    Backend& backend, grpc::CallbackServerContext* context,
    const v1::WatchInstancesRequest& request) {
  auto call = std::make_shared<WatchCall>(backend, context);
  call->self_ = call;
  Barrier([&] { call->Begin(request); }, [&](absl::Status fault) { call->End(std::move(fault)); });
  return call.get();
}

WatchCall::WatchCall(Backend& backend, grpc::CallbackServerContext* context)
    : backend_(backend),
      context_(context),
      scope_(backend.calls, method::kWatchInstances, *context) {}

void WatchCall::Begin(const v1::WatchInstancesRequest& request) {
  if (absl::Status admitted = scope_.Admit(); !admitted.ok()) return End(std::move(admitted));
  absl::StatusOr<InstanceFilter> filter =
      InstanceFilter::Parse(request.filter(), backend_.projects);
  if (!filter.ok()) return End(filter.status());
  const int64_t after = request.revision();
  if (after < 0) {
    return End(core::InvalidField("revision", absl::StrCat(after, " is negative")));
  }
  backend_.executor().Post([self = self_, after, filter = *std::move(filter)]() mutable {
    Barrier(
        [&] {
          const int64_t target = self->backend_.engine.registry().last_revision();
          self->view_.emplace(self->backend_, std::move(filter), after, target);
          self->Open(after);
        },
        [&](absl::Status fault) { self->End(std::move(fault)); });
  });
}

// --- on the executor -----------------------------------------------------------------------------

void WatchCall::Open(int64_t after) {
  std::weak_ptr<WatchCall> weak = weak_from_this();
  absl::StatusOr<uint64_t> watch = backend_.engine.watches().Open(after, [weak] {
    // Not from within the hub: it must not be called back there.
    if (auto call = weak.lock()) call->Post(&WatchCall::Ready);
  });
  if (!watch.ok()) return End(watch.status());
  watch_ = *watch;
  ArmIdleTimer();
  Pull();
}

void WatchCall::Ready() {
  if (backend_.engine.watches().closed()) return End(ShuttingDown());
  {
    MutexLock lock(mu_);
    // A slow reader takes first what it was given; then what is newest.
    more_ = !queue_.empty();
    if (more_) return;
  }
  Pull();
}

void WatchCall::Pull() {
  {
    MutexLock lock(mu_);
    if (end_ || finished_) return;
  }
  absl::StatusOr<engine::WatchBatch> batch =
      backend_.engine.watches().Next(*watch_, limits::kWatchBatchRows);
  if (absl::IsAborted(batch.status())) {
    // Its reader is too slow for what only streams are told; to resume is the way on.
    return End(Overloaded("changes waiting for this stream's reader", limits::kMaxWatchBacklog));
  }
  if (!batch.ok()) return End(batch.status());
  const bool more = !batch->caught_up;
  Send(view_->Messages(*batch), more);
}

void WatchCall::ArmIdleTimer() {
  std::weak_ptr<WatchCall> weak = weak_from_this();
  backend_.executor().PostAt(backend_.clock.Read().steady + limits::kWatchBookmarkInterval, [weak] {
    auto call = weak.lock();
    if (call == nullptr) return;
    Barrier([&] { call->Idle(); }, [&](absl::Status fault) { call->End(std::move(fault)); });
  });
}

void WatchCall::Idle() {
  bool idle = false;
  {
    MutexLock lock(mu_);
    if (end_ || finished_) return;
    idle = queue_.empty();
  }
  if (idle) {
    if (auto bookmark = view_->IdleBookmark()) Send({*std::move(bookmark)}, /*more=*/false);
  }
  ArmIdleTimer();
}

// --- anywhere ------------------------------------------------------------------------------------

void WatchCall::Post(void (WatchCall::*step)()) {
  backend_.executor().Post([self = shared_from_this(), step] {
    Barrier([&] { ((*self).*step)(); }, [&](absl::Status fault) { self->End(std::move(fault)); });
  });
}

void WatchCall::Send(std::deque<v1::WatchInstancesResponse> messages, bool more) {
  bool pull = false;
  {
    MutexLock lock(mu_);
    for (v1::WatchInstancesResponse& message : messages) queue_.push_back(std::move(message));
    // Nothing of this batch concerns the client: there is no write to wait for.
    pull = more && queue_.empty();
    more_ |= more && !pull;
  }
  if (pull) return Post(&WatchCall::Pull);
  Advance();
}

void WatchCall::End(absl::Status status) {
  bool writing = false;
  {
    MutexLock lock(mu_);
    if (end_) return;
    end_ = std::move(status);
    writing = writing_;
  }
  if (writing) CutLater();
  Advance();
}

// A write waits for its reader, and the end for the write; so a reader that takes nothing could
// hold up the daemon's own end.
void WatchCall::CutLater() {
  std::weak_ptr<WatchCall> weak = weak_from_this();
  backend_.executor().PostAt(backend_.clock.Read().steady + limits::kWatchCutDelay, [weak] {
    if (auto call = weak.lock()) call->Cut();
  });
}

void WatchCall::Cut() {
  {
    MutexLock lock(mu_);
    if (finished_) return;
    cutting_ = true;
  }
  // Not under the lock: reactions may run before it returns.
  context_->TryCancel();
  {
    MutexLock lock(mu_);
    cutting_ = false;
  }
  Advance();
}

void WatchCall::Advance() {
  const v1::WatchInstancesResponse* next = nullptr;
  std::optional<absl::Status> end;
  {
    MutexLock lock(mu_);
    if (finished_ || writing_ || cutting_) return;
    if (end_) {
      finished_ = true;
      end = *end_;
    } else if (!queue_.empty()) {
      writing_ = true;
      next = &queue_.front();
    }
  }
  if (end) return Finish(scope_.End(*end));
  // Without a buffer hint: with one, the library may hold the message back for the next one and
  // not call OnWriteDone before that, which comes after it.
  if (next != nullptr) StartWrite(next);
}

// --- reactions -----------------------------------------------------------------------------------

void WatchCall::OnWriteDone(bool ok) {
  Barrier(
      [&] {
        bool pull = false;
        {
          MutexLock lock(mu_);
          writing_ = false;
          queue_.pop_front();
          if (!ok && !end_) end_ = Cancelled();
          pull = !end_ && queue_.empty() && std::exchange(more_, false);
        }
        if (pull) return Post(&WatchCall::Pull);
        Advance();
      },
      [&](absl::Status fault) { End(std::move(fault)); });
}

void WatchCall::OnCancel() {
  Barrier([&] { End(Cancelled()); }, [](absl::Status) {});
}

void WatchCall::OnDone() {
  const std::shared_ptr<WatchCall> self = std::move(self_);
  // The hub forgets it in a turn of the executor.
  backend_.executor().Post([self] {
    if (self->watch_) self->backend_.engine.watches().Close(*self->watch_);
  });
  scope_.Release();
}

}  // namespace quiesce::rpc
