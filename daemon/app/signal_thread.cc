#include "daemon/app/signal_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <utility>

namespace quiesce::app {
namespace {

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

int SignalDescriptor() {
  const sigset_t signals = Signals();
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

}  // namespace

void SignalThread::Block() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

SignalThread::SignalThread(std::function<void(int)> on_signal)
    : on_signal_(std::move(on_signal)),
      signals_(SignalDescriptor()),
      stop_(eventfd(0, EFD_CLOEXEC)) {
  if (signals_ < 0 || stop_ < 0) std::abort();  // a daemon that cannot be stopped must not start
  thread_ = std::thread([this] { Run(); });
}

SignalThread::~SignalThread() {
  const uint64_t one = 1;
  if (write(stop_, &one, sizeof(one)) != sizeof(one)) std::abort();
  thread_.join();
  close(signals_);
  close(stop_);
}

void SignalThread::Run() {
  while (true) {
    pollfd descriptors[] = {{stop_, POLLIN, 0}, {signals_, POLLIN, 0}};
    if (poll(descriptors, 2, -1) < 0) continue;
    if (descriptors[0].revents != 0) return;
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof(info)) == sizeof(info)) {
      on_signal_(static_cast<int>(info.ssi_signo));
    }
  }
}

}  // namespace quiesce::app
