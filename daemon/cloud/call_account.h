#ifndef QUIESCE_DAEMON_CLOUD_CALL_ACCOUNT_H_
#define QUIESCE_DAEMON_CLOUD_CALL_ACCOUNT_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/time/time.h"
#include "daemon/base/time.h"

namespace quiesce::cloud {

// What was sent with one credential, for as long as any gateway may count it: a limit is mostly
// learned after the calls that it counts. Pure: time is an argument, and never goes back.
//
// Nobody knows when between its start and its end the gateway counted a call. So a call is within
// every period from its start until the period after its end, and what is not ended always is.
// Bounded: before the last few thousand calls only some ends are kept, ever fewer the more came
// after them, and the calls in between count until the next end that is: that much too long is
// less than one in a hundred.
class CallAccount {
 public:
  struct Counts {
    int64_t calls = 0;         // all of them
    int64_t refused = 0;       // of those, answered 429: perhaps counted by the gateway as well
    int64_t needed_lists = 0;  // of those, lists that somebody waits for
  };

  void Started(bool needed_list);
  void Ended(bool needed_list, bool refused, SteadyTime now);
  // It was not sent after all.
  void Dropped(bool needed_list);

  int64_t in_flight() const { return in_flight_.calls; }
  // Within `period` before `at`; nothing before `at` ended later.
  Counts Within(absl::Duration period, SteadyTime at) const;
  // When `count` within `period` is `at_most`, if nothing else starts or ends. Infinite: what is in
  // flight is more.
  SteadyTime WhenAtMost(int64_t at_most, int64_t Counts::*count, absl::Duration period) const;

  size_t entries() const { return entries_.size(); }

 private:
  struct Entry {
    SteadyTime end;
    Counts until;  // all that ended up to then
  };

  Counts Until(SteadyTime at) const;
  void Forget(SteadyTime now);
  void MakeRoom();
  void ThinOut(int64_t part);

  std::deque<Entry> entries_;  // by end, each once
  Counts ended_;               // all of them
  Counts forgotten_;           // of those, before the first entry
  Counts in_flight_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_CALL_ACCOUNT_H_
