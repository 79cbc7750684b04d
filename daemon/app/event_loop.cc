#include "daemon/app/event_loop.h"

#include <algorithm>

#include "absl/time/time.h"

namespace quiesce::app {
namespace {

// A waiting loop reads the clock again at least this often: steady time goes on while the machine
// sleeps, the condition variable's clock does not.
constexpr absl::Duration kMaxNap = absl::Seconds(1);

}  // namespace

EventLoop::~EventLoop() { Stop(); }

void EventLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void EventLoop::Stop() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  std::deque<Task> tasks;
  std::map<std::pair<SteadyTime, uint64_t>, Task> timed;
  {
    MutexLock lock(mu_);
    tasks.swap(tasks_);
    timed.swap(timed_);
  }
  // Destroyed outside the lock: what a task owns may post from its destructor.
}

void EventLoop::Post(Task task) {
  MutexLock lock(mu_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) wake_.NotifyOne();
}

void EventLoop::PostAt(SteadyTime when, Task task) {
  MutexLock lock(mu_);
  if (stopping_) return;
  timed_.emplace(std::make_pair(when, next_timed_++), std::move(task));
  wake_.NotifyOne();
}

void EventLoop::TakeDue() {
  if (timed_.empty()) return;
  const SteadyTime now = clock_.Read().steady;
  while (!timed_.empty() && timed_.begin()->first.first <= now) {
    tasks_.push_back(std::move(timed_.begin()->second));
    timed_.erase(timed_.begin());
  }
}

void EventLoop::Run() {
  std::deque<Task> batch;
  while (true) {
    {
      MutexLock lock(mu_);
      TakeDue();
      while (tasks_.empty() && !stopping_) {
        absl::Duration nap = kMaxNap;
        if (!timed_.empty()) {
          nap = std::min(nap, timed_.begin()->first.first - clock_.Read().steady);
        }
        wake_.WaitFor(mu_, std::max(nap, absl::Microseconds(1)));
        TakeDue();
      }
      if (stopping_) return;
      batch.swap(tasks_);
    }
    while (!batch.empty()) {
      std::move(batch.front())();
      batch.pop_front();
    }
  }
}

}  // namespace quiesce::app
