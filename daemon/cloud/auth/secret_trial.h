#ifndef QUIESCE_DAEMON_CLOUD_AUTH_SECRET_TRIAL_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_SECRET_TRIAL_H_

#include <cstdint>
#include <deque>

#include "daemon/base/time.h"
#include "daemon/cloud/auth/evidence.h"

namespace quiesce::cloud::auth {

// Which version of a secret to send: the one in use, or one that is to be tried. Pure: time is an
// argument. Knows versions by number, and never what they are.
//
//   UNTRIED   nothing is known. If the gateway counts failures: one request at a time is sent with
//             it, until one tells
//   GOOD      used by all; where the gateway counts failures, by limits::kMaxSignedInFlight at a
//             time, so that they cannot lock it all together
//   REJECTED  not sent, but for one probe every limits::kRejectedProbe
//   LOCKED    the same, after limits::kMaxWrongSignatures wrong signatures in a row (or when the
//             gateway says so). The first of them makes a version UNTRIED again.
//
// A version that comes when the one in use is GOOD is `next`: lists try it, one at a time, and
// everything else goes on with the one in use. It takes its place when a list works, and when the
// one in use is rejected. In any other case it takes its place at once.
class SecretTrial {
 public:
  enum class State : uint8_t { kNone, kUntried, kGood, kRejected, kLocked };
  struct Slot {
    uint64_t version = 0;
    State state = State::kNone;
    bool trying = false;       // the request that tries it is under way
    int wrong_signatures = 0;  // in a row
    SteadyTime since;          // when it was offered
    SteadyTime last_good = SteadyTime::Never();
    SteadyTime next_probe = SteadyTime::Never();  // of a rejected or locked one
  };
  struct Choice {
    enum class Kind : uint8_t { kSend, kWait, kRefuse };
    Kind kind = Kind::kRefuse;
    uint64_t version = 0;  // to send
    bool trial = false;
  };

  // `is_counted`: whether the gateway counts failures and locks.
  explicit SecretTrial(bool is_counted) : is_counted_(is_counted) {}

  // The source holds this version now; 0: none. A number never comes back for another secret, nor
  // for the same one after it was replaced.
  void Offer(uint64_t version, SteadyTime now);

  // For one request, which is under way from here to its Report. kRefuse also when there is none.
  Choice Choose(bool is_list, SteadyTime now);

  void Report(uint64_t version, bool trial, Evidence evidence, SteadyTime now);

  const Slot& in_use() const { return in_use_; }
  const Slot& next() const { return next_; }  // version 0: none
  // After Choose refused: when a probe may be sent.
  SteadyTime NextProbe() const;

 private:
  Choice ChooseSlot(bool is_list, SteadyTime now);
  bool MayTry(const Slot& slot, SteadyTime now) const;
  static Choice Try(Slot& slot);
  void Judge(Slot& slot, bool trial, Evidence evidence, SteadyTime now);
  static void Reject(Slot& slot, State state, SteadyTime now);

  bool is_counted_;
  int in_flight_ = 0;  // where failures are counted
  Slot in_use_;
  Slot next_;
  // Of all versions: they may be of one access key. Within limits::kSignatureWindow.
  std::deque<SteadyTime> wrong_signatures_;
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_SECRET_TRIAL_H_
