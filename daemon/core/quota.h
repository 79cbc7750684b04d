#ifndef QUIESCE_DAEMON_CORE_QUOTA_H_
#define QUIESCE_DAEMON_CORE_QUOTA_H_

#include <cstdint>

#include "absl/time/time.h"

namespace quiesce::core {

// A limit of the gateway, in its own words: "policy user over ratelimit,limit:200,time:5 minute".
struct QuotaWindow {
  enum class Policy : uint8_t {
    kUnsaid,
    kUser,  // counts the calls of the user whom the credential belongs to
    kIp,    // counts the calls from this machine's address, whoever makes them
  };
  Policy policy = Policy::kUnsaid;
  int64_t calls = 0;  // at least 1
  absl::Duration period = absl::ZeroDuration();

  friend bool operator==(const QuotaWindow& a, const QuotaWindow& b) {
    return a.policy == b.policy && a.calls == b.calls && a.period == b.period;
  }
  friend bool operator!=(const QuotaWindow& a, const QuotaWindow& b) { return !(a == b); }
};

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_QUOTA_H_
