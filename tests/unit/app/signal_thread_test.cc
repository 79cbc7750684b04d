#include "daemon/app/signal_thread.h"

#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "daemon/base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::app {
namespace {

using ::testing::ElementsAre;

class Received {
 public:
  void Add(int signal) {
    MutexLock lock(mu_);
    signals_.push_back(signal);
    changed_.NotifyAll();
  }
  std::vector<int> WaitFor(size_t count) {
    MutexLock lock(mu_);
    while (signals_.size() < count) changed_.Wait(mu_);
    return signals_;
  }

 private:
  Mutex mu_;
  CondVar changed_;
  std::vector<int> signals_ ABSL_GUARDED_BY(mu_);
};

TEST(SignalThread, HandsOverEachSignalInTurn) {
  SignalThread::Block();
  Received received;
  SignalThread signals([&received](int signal) { received.Add(signal); });
  kill(getpid(), SIGHUP);
  received.WaitFor(1);
  kill(getpid(), SIGINT);
  received.WaitFor(2);
  kill(getpid(), SIGTERM);
  EXPECT_THAT(received.WaitFor(3), ElementsAre(SIGHUP, SIGINT, SIGTERM));
}

TEST(SignalThread, ASignalThatComesEarlyWaits) {
  SignalThread::Block();
  kill(getpid(), SIGTERM);
  Received received;
  SignalThread signals([&received](int signal) { received.Add(signal); });
  EXPECT_THAT(received.WaitFor(1), ElementsAre(SIGTERM));
}

TEST(SignalThread, OtherThreadsAreNotInterrupted) {
  SignalThread::Block();
  Received received;
  SignalThread signals([&received](int signal) { received.Add(signal); });
  std::thread other([] {
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    EXPECT_EQ(sigismember(&blocked, SIGTERM), 1);
    EXPECT_EQ(sigismember(&blocked, SIGHUP), 1);
  });
  other.join();
}

TEST(SignalThread, EndsWithoutASignal) {
  SignalThread::Block();
  SignalThread signals([](int) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace quiesce::app
