#include "client/cli/signal_interrupts.h"

#include <pthread.h>
#include <unistd.h>

namespace quiesce::cli {

SignalInterrupts::SignalInterrupts() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

SignalInterrupts::~SignalInterrupts() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void SignalInterrupts::Wait() {
  for (int count = 1;; ++count) {
    int signal = 0;
    if (sigwait(&signals_, &signal) != 0) continue;
    if (ending_) return;
    // No destructors: the main thread is still at work.
    if (!handled_ || count > 2) _exit(static_cast<int>(ExitCode::kInterrupted));
    (count == 1 ? first : second).Cancel();
  }
}

}  // namespace quiesce::cli
