#ifndef QUIESCE_CLIENT_CLI_SIGNAL_INTERRUPTS_H_
#define QUIESCE_CLIENT_CLI_SIGNAL_INTERRUPTS_H_

#include <signal.h>

#include <atomic>
#include <thread>

#include "client/cli/environment.h"

namespace quiesce::cli {

// SIGINT and SIGTERM as Interrupts. Create it before any other thread, which would otherwise get
// the signals: it blocks them, and waits for them in a thread of its own. A third Ctrl-C ends the
// process in any case.
class SignalInterrupts final : public Interrupts {
 public:
  SignalInterrupts();
  ~SignalInterrupts() override;
  void Handle() override { handled_ = true; }

 private:
  void Wait();

  sigset_t signals_;
  std::atomic<bool> handled_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_SIGNAL_INTERRUPTS_H_
