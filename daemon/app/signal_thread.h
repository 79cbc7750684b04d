#ifndef QUIESCE_DAEMON_APP_SIGNAL_THREAD_H_
#define QUIESCE_DAEMON_APP_SIGNAL_THREAD_H_

#include <functional>
#include <thread>

namespace quiesce::app {

// Turns SIGTERM, SIGINT and SIGHUP into calls on a thread of its own, where everything may be done
// that a signal handler may not.
class SignalThread {
 public:
  // Blocks the signals for the calling thread and those that it starts later. Call it before there
  // is any other; a signal that comes early waits.
  static void Block();

  // Starts the thread; `on_signal` runs there once for each signal, in turn. Block() was called.
  explicit SignalThread(std::function<void(int signal)> on_signal);
  // Ends the thread; the signals stay blocked.
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void Run();

  const std::function<void(int)> on_signal_;
  const int signals_;  // descriptor: signals to be taken
  const int stop_;     // descriptor: readable once the thread is to end
  std::thread thread_;
};

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_SIGNAL_THREAD_H_
