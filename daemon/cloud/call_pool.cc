#include "daemon/cloud/call_pool.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "daemon/base/limits.h"

namespace quiesce::cloud {
namespace {

// The HTTP library and OpenSSL write to sockets that may be closed. Blocked, the signal stays with
// the thread that caused it, and the write fails as it should.
void BlockSigpipe() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

void WaitUpTo(CondVar& condition, Mutex& mu, absl::Duration time)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
  if (time == absl::InfiniteDuration()) {
    condition.Wait(mu);
  } else {
    condition.WaitFor(mu, time);
  }
}

std::array<int, 2> MaxRunning(int workers) {
  std::array<int, 2> most{};
  most[static_cast<size_t>(Operation::kStop)] = std::max(1, workers - 1);
  most[static_cast<size_t>(Operation::kList)] = std::max(1, workers / limits::kConnectionsPerList);
  return most;
}

}  // namespace

CallPool::CallPool(int workers, Clock* clock, Tend tend)
    : max_running_(MaxRunning(workers)),
      max_stops_accepted_(static_cast<size_t>(workers) * 2),
      clock_(clock),
      tend_(std::move(tend)) {
  workers_.reserve(static_cast<size_t>(workers));
  for (int worker = 0; worker < workers; ++worker) {
    workers_.emplace_back([this, worker] { Work(worker); });
  }
  deadline_keeper_ = std::thread([this] { KeepDeadlines(); });
}

CallPool::~CallPool() { Close(absl::ZeroDuration()); }

bool CallPool::IsFull(Operation operation) const {
  const size_t waiting = waiting_[Index(operation)].size();
  if (operation == Operation::kList) return waiting >= limits::kMaxQueuedLists;
  return waiting + static_cast<size_t>(running_[Index(operation)]) >= max_stops_accepted_;
}

void CallPool::Submit(std::shared_ptr<PooledCall> call) {
  const SteadyTime now = clock_->Read().steady;
  const Operation operation = call->operation();
  PooledCall::Why why = PooledCall::Why::kClosing;
  {
    MutexLock lock(mu_);
    if (!closing_ && !IsFull(operation)) {
      auto entry = std::make_shared<Entry>();
      entry->call = std::move(call);
      entry->order = submitted_++;
      Queue& queue = waiting_[Index(operation)];
      entry->place = queue.insert(queue.end(), entry);
      const SteadyTime deadline = entry->call->deadline();
      SetTimer(entry, operation == Operation::kStop
                          ? std::min(deadline, now + limits::kMaxHandOverDelay)
                          : deadline);
      work_.NotifyOne();
      return;
    }
    if (!closing_) why = PooledCall::Why::kNoConnection;
  }
  call->Drop(why);
}

// The queue whose first call is next, or null.
CallPool::Queue* CallPool::NextQueue() {
  Queue* next = nullptr;
  for (size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].empty() || running_[i] >= max_running_[i]) continue;
    if (next == nullptr || waiting_[i].front()->order < next->front()->order) next = &waiting_[i];
  }
  return next;
}

std::shared_ptr<CallPool::Entry> CallPool::Take(absl::Duration patience) {
  const SteadyTime until = clock_->Read().steady + patience;
  MutexLock lock(mu_);
  Queue* queue = nullptr;
  while (!closing_ && (queue = NextQueue()) == nullptr) {
    const absl::Duration left = until - clock_->Read().steady;
    if (left <= absl::ZeroDuration()) return nullptr;
    WaitUpTo(work_, mu_, left);
  }
  if (closing_) return nullptr;
  std::shared_ptr<Entry> entry = queue->front();
  queue->pop_front();
  // The deadline keeper may be late, or the machine may have slept.
  if (entry->timer->first <= clock_->Read().steady) {
    ClearTimer(*entry);
    return entry;
  }
  entry->running = true;
  ++running_[Index(entry->call->operation())];
  SetTimer(entry, entry->call->deadline());
  return entry;
}

void CallPool::Finish(const std::shared_ptr<Entry>& entry) {
  MutexLock lock(mu_);
  ClearTimer(*entry);
  --running_[Index(entry->call->operation())];
  if (running_[0] + running_[1] == 0) idle_.NotifyAll();
}

bool CallPool::closed() {
  MutexLock lock(mu_);
  return closing_;
}

// The credential has to pause: what waits was claimed before anybody knew.
void CallPool::DropWaitingStops() {
  std::vector<std::shared_ptr<PooledCall>> dropped;
  {
    MutexLock lock(mu_);
    Queue& stops = waiting_[Index(Operation::kStop)];
    for (const std::shared_ptr<Entry>& entry : stops) {
      ClearTimer(*entry);
      dropped.push_back(entry->call);
    }
    stops.clear();
  }
  for (const std::shared_ptr<PooledCall>& call : dropped) {
    call->Drop(PooledCall::Why::kNoConnection);
  }
}

void CallPool::DropLate(PooledCall& call) {
  call.Drop(call.deadline() <= clock_->Read().steady ? PooledCall::Why::kDeadline
                                                     : PooledCall::Why::kNoConnection);
}

void CallPool::Work(int worker) {
  BlockSigpipe();
  while (!closed()) {
    const absl::Duration patience = tend_(worker, /*closing=*/false);
    const std::shared_ptr<Entry> entry = Take(patience);
    if (entry == nullptr) continue;
    if (!entry->running) {
      DropLate(*entry->call);
      continue;
    }
    entry->call->Run(worker);
    if (entry->call->throttled()) DropWaitingStops();
    Finish(entry);
    entry->call->Conclude();
  }
  tend_(worker, /*closing=*/true);
}

void CallPool::SetTimer(const std::shared_ptr<Entry>& entry, SteadyTime when) {
  ClearTimer(*entry);
  entry->timer = timers_.emplace(when, entry);
  entry->has_timer = true;
  if (when < next_wake_) deadline_.NotifyOne();
}

void CallPool::ClearTimer(Entry& entry) {
  if (entry.has_timer) timers_.erase(entry.timer);
  entry.has_timer = false;
}

std::vector<std::shared_ptr<PooledCall>> CallPool::WaitForDue() {
  std::vector<std::shared_ptr<PooledCall>> dropped;
  const SteadyTime now = clock_->Read().steady;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::shared_ptr<Entry> entry = timers_.begin()->second;
    ClearTimer(*entry);
    if (entry->running) {
      // Under the lock, so that none comes after Finish, when the connection serves another call.
      entry->call->Cut();
    } else {
      waiting_[Index(entry->call->operation())].erase(entry->place);
      dropped.push_back(entry->call);
    }
  }
  if (!dropped.empty()) return dropped;
  next_wake_ = timers_.empty() ? SteadyTime::Infinite() : timers_.begin()->first;
  WaitUpTo(deadline_, mu_, next_wake_ - now);
  next_wake_ = SteadyTime::Never();
  return dropped;
}

void CallPool::KeepDeadlines() {
  BlockSigpipe();
  while (true) {
    std::vector<std::shared_ptr<PooledCall>> dropped;
    {
      MutexLock lock(mu_);
      if (finished_) return;
      dropped = WaitForDue();
    }
    for (const auto& call : dropped) DropLate(*call);
  }
}

void CallPool::Hurry(absl::Duration grace) {
  const SteadyTime until = clock_->Read().steady + grace;
  MutexLock lock(mu_);
  cut_at_ = std::min(cut_at_, until);
  idle_.NotifyAll();
}

void CallPool::Close(absl::Duration grace) {
  Hurry(grace);
  std::vector<std::shared_ptr<PooledCall>> dropped;
  {
    MutexLock lock(mu_);
    if (closing_) return;
    closing_ = true;
    for (Queue& queue : waiting_) {
      for (const auto& entry : queue) {
        ClearTimer(*entry);
        dropped.push_back(entry->call);
      }
      queue.clear();
    }
    work_.NotifyAll();
  }
  for (const auto& call : dropped) call->Drop(PooledCall::Why::kClosing);
  {
    MutexLock lock(mu_);
    while (running_[0] + running_[1] > 0 && clock_->Read().steady < cut_at_) {
      WaitUpTo(idle_, mu_, cut_at_ - clock_->Read().steady);
    }
    // Whoever still runs is overdue now.
    Timers running;
    running.swap(timers_);
    for (auto& [when, entry] : running) {
      entry->has_timer = false;
      entry->call->Cut();
    }
    finished_ = true;
    deadline_.NotifyAll();
  }
  deadline_keeper_.join();
  for (std::thread& worker : workers_) worker.join();
}

}  // namespace quiesce::cloud
