#include "daemon/cloud/auth/secret_trial.h"

#include <algorithm>

#include "daemon/base/limits.h"

namespace quiesce::cloud::auth {

void SecretTrial::Offer(uint64_t version, SteadyTime now) {
  if (version == 0) {
    in_use_ = next_ = {};
    return;
  }
  if (version == in_use_.version) {
    next_ = {};
    return;
  }
  if (version == next_.version) return;
  Slot fresh;
  fresh.version = version;
  fresh.state = State::kUntried;
  fresh.since = now;
  if (in_use_.state == State::kGood) {
    next_ = fresh;
  } else {
    in_use_ = fresh;
  }
}

bool SecretTrial::MayTry(const Slot& slot, SteadyTime now) const {
  if (slot.version == 0 || slot.trying) return false;
  // Whatever the source is given, the gateway's limit is not reached.
  if (wrong_signatures_.size() >= limits::kMaxWrongSignaturesInWindow &&
      now - wrong_signatures_[wrong_signatures_.size() - limits::kMaxWrongSignaturesInWindow] <
          limits::kSignatureWindow) {
    return false;
  }
  return slot.state == State::kUntried ||
         ((slot.state == State::kRejected || slot.state == State::kLocked) &&
          slot.next_probe <= now);
}

SecretTrial::Choice SecretTrial::Try(Slot& slot) {
  slot.trying = true;
  return {Choice::Kind::kSend, slot.version, true};
}

SecretTrial::Choice SecretTrial::Choose(bool is_list, SteadyTime now) {
  if (!is_counted_) return ChooseSlot(is_list, now);
  // After a first refusal, whoever is still under way may be refused, too: the next one waits.
  const bool waits =
      in_use_.state == State::kUntried
          ? in_flight_ > 0
          : in_use_.state == State::kGood && in_flight_ >= limits::kMaxSignedInFlight;
  if (waits) return {Choice::Kind::kWait, 0, false};
  const Choice choice = ChooseSlot(is_list, now);
  if (choice.kind == Choice::Kind::kSend) ++in_flight_;
  return choice;
}

SecretTrial::Choice SecretTrial::ChooseSlot(bool is_list, SteadyTime now) {
  if (in_use_.state == State::kGood) {
    if (is_list && MayTry(next_, now)) return Try(next_);
    return {Choice::Kind::kSend, in_use_.version, false};
  }
  if (in_use_.state == State::kUntried && !is_counted_) {
    return {Choice::Kind::kSend, in_use_.version, false};
  }
  if (MayTry(in_use_, now)) return Try(in_use_);
  if (in_use_.state == State::kUntried && in_use_.trying) return {Choice::Kind::kWait, 0, false};
  return {};
}

void SecretTrial::Reject(Slot& slot, State state, SteadyTime now) {
  slot.state = state;
  slot.next_probe = now + limits::kRejectedProbe;
}

void SecretTrial::Judge(Slot& slot, bool trial, Evidence evidence, SteadyTime now) {
  switch (evidence) {
    case Evidence::kNone:
      return;
    case Evidence::kWorks:
    case Evidence::kKnown:
    case Evidence::kForbidden:
      // A request that was sent before the secret was refused proves nothing against that.
      if (!trial && is_counted_ && slot.state == State::kUntried) return;
      if (!trial && (slot.state == State::kRejected || slot.state == State::kLocked)) return;
      slot.state = State::kGood;
      slot.wrong_signatures = 0;
      slot.last_good = now;
      slot.next_probe = SteadyTime::Never();
      return;
    case Evidence::kRefused:
      return Reject(slot, State::kRejected, now);
    case Evidence::kLockedOut:
      return Reject(slot, State::kLocked, now);
    case Evidence::kWrongSignature:
      ++slot.wrong_signatures;
      if (slot.wrong_signatures >= limits::kMaxWrongSignatures) {
        return Reject(slot, State::kLocked, now);
      }
      slot.state = State::kUntried;
  }
}

void SecretTrial::Report(uint64_t version, bool trial, Evidence evidence, SteadyTime now) {
  if (in_flight_ > 0) --in_flight_;
  if (evidence == Evidence::kWrongSignature) {
    wrong_signatures_.push_back(now);
    while (wrong_signatures_.size() > limits::kMaxWrongSignaturesInWindow) {
      wrong_signatures_.pop_front();
    }
  }
  if (version == 0) return;
  if (version == next_.version) {
    if (trial) next_.trying = false;
    // It would take the place of one that can do more.
    if (evidence == Evidence::kForbidden) return Reject(next_, State::kRejected, now);
    Judge(next_, trial, evidence, now);
  } else if (version == in_use_.version) {
    if (trial) in_use_.trying = false;
    Judge(in_use_, trial, evidence, now);
  }
  const bool is_refused = in_use_.state == State::kRejected || in_use_.state == State::kLocked;
  if (next_.version != 0 && (next_.state == State::kGood || is_refused)) {
    in_use_ = next_;
    next_ = {};
  }
}

SteadyTime SecretTrial::NextProbe() const {
  SteadyTime probe = in_use_.next_probe;
  if (wrong_signatures_.size() >= limits::kMaxWrongSignaturesInWindow) {
    probe = std::max(probe, wrong_signatures_.front() + limits::kSignatureWindow);
  }
  return probe;
}

}  // namespace quiesce::cloud::auth
