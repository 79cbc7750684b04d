#ifndef QUIESCE_CLIENT_LIB_CANCEL_TOKEN_H_
#define QUIESCE_CLIENT_LIB_CANCEL_TOKEN_H_

#include <cstdint>
#include <functional>
#include <map>

#include "absl/time/time.h"
#include "daemon/base/mutex.h"

namespace quiesce::client {

// Ends calls from outside: Ctrl-C, a service that shuts down. Given to any number of calls, of any
// number of threads and clients; must outlive them. Thread-safe. Not for use inside a signal
// handler: block the signal, and call Cancel() from a thread in sigwait().
class CancelToken {
 public:
  CancelToken() = default;
  CancelToken(const CancelToken&) = delete;
  CancelToken& operator=(const CancelToken&) = delete;

  // Ends all calls that have the token, now and later, with CANCELLED (Trouble::kCancelled).
  void Cancel();
  bool cancelled() const;

  // Sleeps; returns early with false when the token is cancelled.
  bool SleepFor(absl::Duration duration);

  // Runs a function when the token is cancelled, at once if it is already. For the library and for
  // whoever waits for something else than a call. The function runs at most once, in the thread
  // that cancels, and never after the end of the destructor.
  class Callback {
   public:
    Callback(CancelToken* token, std::function<void()> function);  // null: never runs
    ~Callback();
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;

   private:
    CancelToken* const token_;
    uint64_t id_ = 0;
  };

 private:
  mutable Mutex mu_;
  CondVar cancelled_cv_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  // Run under the lock, so that a destructor waits for its function.
  std::map<uint64_t, std::function<void()>> callbacks_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_CANCEL_TOKEN_H_
