#include "daemon/cloud/call_account.h"

#include <algorithm>
#include <iterator>

#include "daemon/base/limits.h"

namespace quiesce::cloud {

void CallAccount::Started(bool needed_list) {
  ++in_flight_.calls;
  in_flight_.needed_lists += needed_list ? 1 : 0;
}

void CallAccount::Dropped(bool needed_list) {
  --in_flight_.calls;
  in_flight_.needed_lists -= needed_list ? 1 : 0;
}

void CallAccount::Ended(bool needed_list, bool refused, SteadyTime now) {
  Dropped(needed_list);
  ++ended_.calls;
  ended_.refused += refused ? 1 : 0;
  ended_.needed_lists += needed_list ? 1 : 0;
  if (!entries_.empty() && entries_.back().end >= now) {
    entries_.back().until = ended_;
    return;
  }
  entries_.push_back({now, ended_});
  Forget(now);
  if (entries_.size() > limits::kMaxAccountEntries) MakeRoom();
}

void CallAccount::Forget(SteadyTime now) {
  while (entries_.front().end + limits::kMaxQuotaPeriod <= now) {
    forgotten_ = entries_.front().until;
    entries_.pop_front();
  }
}

void CallAccount::MakeRoom() {
  constexpr size_t kEnough = limits::kMaxAccountEntries / 4 * 3;
  for (int64_t part = limits::kAccountPart; entries_.size() > kEnough && part > 0; part /= 2) {
    ThinOut(part);
  }
}

// Drops what may go of all but the newest. The calls of an entry that goes count with the next one,
// which ended later: more is counted than there was, never less, and at most by one in `part`.
void CallAccount::ThinOut(int64_t part) {
  const size_t oldest = entries_.size() - limits::kMaxAccountEntries / 2;
  size_t kept = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i < oldest) {
      const int64_t before = kept == 0 ? forgotten_.calls : entries_[kept - 1].until.calls;
      const int64_t together = entries_[i + 1].until.calls - before;
      const int64_t later = ended_.calls - entries_[i].until.calls;
      if (together <= later / part) continue;
    }
    entries_[kept++] = entries_[i];
  }
  entries_.resize(kept);
}

CallAccount::Counts CallAccount::Until(SteadyTime at) const {
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), at,
                       [](SteadyTime time, const Entry& entry) { return time < entry.end; });
  return after == entries_.begin() ? forgotten_ : std::prev(after)->until;
}

CallAccount::Counts CallAccount::Within(absl::Duration period, SteadyTime at) const {
  const Counts left = Until(at - period);
  return {in_flight_.calls + ended_.calls - left.calls,
          in_flight_.refused + ended_.refused - left.refused,
          in_flight_.needed_lists + ended_.needed_lists - left.needed_lists};
}

SteadyTime CallAccount::WhenAtMost(int64_t at_most, int64_t Counts::*count,
                                   absl::Duration period) const {
  const int64_t of_ended = at_most - in_flight_.*count;
  if (of_ended < 0) return SteadyTime::Infinite();
  const int64_t must_leave = ended_.*count - of_ended;
  if (must_leave <= forgotten_.*count) return SteadyTime::Never();
  const auto last = std::lower_bound(
      entries_.begin(), entries_.end(), must_leave,
      [count](const Entry& entry, int64_t leave) { return entry.until.*count < leave; });
  return last->end + period;
}

}  // namespace quiesce::cloud
