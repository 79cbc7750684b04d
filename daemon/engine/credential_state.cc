#include "daemon/engine/credential_state.h"

#include <algorithm>
#include <utility>

#include "daemon/base/limits.h"

namespace quiesce::engine {
namespace {

using cloud::CallUse;
using cloud::Circuit;

// One call on each connection, and one waiting for each.
int Slots(int max_in_flight) { return 2 * max_in_flight; }

cloud::QuotaLimiter::Options LimiterOptions(int max_in_flight, const QuotaConfig& config) {
  cloud::QuotaLimiter::Options options;
  options.max_in_flight = Slots(max_in_flight);
  options.reserve = config.reserve;
  options.told = config.told;
  return options;
}

absl::Duration ListLead(const QuotaConfig& quota) {
  return quota.list_lead.value_or(limits::kMaxListLead);
}

Circuit::Evidence EvidenceOf(core::Outcome outcome, core::CallClass call_class, int http_status,
                             bool distrusted) {
  // Others have another ca_file.
  if (distrusted) return Circuit::Evidence::kNone;
  if (cloud::IsEndpointFailure(outcome, call_class, http_status)) return Circuit::Evidence::kDead;
  // Without an answer and without a failure to get one, nothing was asked.
  return http_status > 0 ? Circuit::Evidence::kAlive : Circuit::Evidence::kNone;
}

}  // namespace

CredentialState::CredentialState(std::string credential, std::string at, int most,
                                 const QuotaConfig& quota)
    : name(std::move(credential)),
      endpoint(std::move(at)),
      max_in_flight_(most),
      list_lead_(ListLead(quota)),
      quota_(LimiterOptions(most, quota)) {}

void CredentialState::Configure(int max_in_flight, const QuotaConfig& quota, SteadyTime now) {
  configured_ = now;
  from_before_ = quota_.in_flight();
  max_in_flight_ = max_in_flight;
  list_lead_ = ListLead(quota);
  quota_.SetOptions(LimiterOptions(max_in_flight, quota));
}

// Lists probe, where there are any that tell something: they change nothing.
bool CredentialState::ListsProbe() const { return observed_projects > 0 && !lists_say_nothing_; }

SteadyTime CredentialState::PlaceAt(CallUse use, bool gives_way, SteadyTime now) const {
  return quota_.Available(use, gives_way, now) > 0 ? now : quota_.ReadyAt(use, gives_way, now);
}

int CredentialState::FreePlaces() const {
  const int stops = in_flight + claiming;
  return from_before_ > 0 ? max_in_flight_ - stops - lists_in_flight_
                          : Slots(max_in_flight_) - stops;
}

int CredentialState::StopsAllowed(SteadyTime now) const {
  const int free = FreePlaces();
  if (circuit_.is_open()) {
    if (ListsProbe() || !circuit_.Allows(now)) return 0;
    return std::min({free, 1, quota_.Available(CallUse::kStop, true, now)});
  }
  return std::min(free, quota_.Available(CallUse::kStop, true, now));
}

SteadyTime CredentialState::StopsReadyAt(SteadyTime now) const {
  SteadyTime at = now;
  if (circuit_.is_open()) {
    if (ListsProbe()) return SteadyTime::Infinite();
    at = circuit_.NextProbe();
  }
  at = std::max(at, PlaceAt(CallUse::kStop, true, now));
  // No free connection: an answer will tell.
  return at <= now ? SteadyTime::Infinite() : at;
}

CallUse CredentialState::UseOf(ListFor whom) const {
  const bool needed = whom == ListFor::kPerson || (whom == ListFor::kDueStop && ready.empty());
  return needed ? CallUse::kNeededList : CallUse::kIdleList;
}

// Whether lists must leave room for the stops that are ready.
bool CredentialState::GivesWay(ListFor whom) const {
  return whom != ListFor::kDueStop && !ready.empty();
}

// Lists take seconds where stops take milliseconds: more of them than have a connection would only
// wait, in the places of stops, and but for the first one each leaves a place free.
bool CredentialState::HasPlaceForList(SteadyTime now) const {
  if (from_before_ > 0 && FreePlaces() <= 0) return false;
  if (lists_in_flight_ == 0) return true;
  const int most = std::max(1, max_in_flight_ / limits::kConnectionsPerList);
  return lists_in_flight_ < most && quota_.Available(CallUse::kStop, true, now) > 1;
}

// The list for a stop is of use only if the stop can follow before the list is too old. With a
// small quota the two must not take turns at one place; where there is only one, nothing helps.
bool CredentialState::StopCanFollow(ListFor whom, SteadyTime now) const {
  if (whom != ListFor::kDueStop || !ready.empty() || quota_.windows().empty()) return true;
  const SteadyTime second = quota_.EtaOfStop(1, now);
  return second <= now + list_lead_ ||
         second - quota_.EtaOfStop(0, now) >= quota_.windows().front().period;
}

bool CredentialState::ListAllowed(ListFor whom, SteadyTime now) const {
  return (whom == ListFor::kPerson || circuit_.Allows(now)) && HasPlaceForList(now) &&
         StopCanFollow(whom, now) && quota_.Available(UseOf(whom), GivesWay(whom), now) > 0;
}

SteadyTime CredentialState::ListReadyAt(ListFor whom, SteadyTime now) const {
  if (!HasPlaceForList(now)) return SteadyTime::Infinite();
  SteadyTime at = now;
  if (whom != ListFor::kPerson && !circuit_.Allows(now)) at = circuit_.NextProbe();
  at = std::max(at, PlaceAt(UseOf(whom), GivesWay(whom), now));
  if (!StopCanFollow(whom, now)) {
    at = std::max(at, quota_.EtaOfStop(1, now) + absl::Microseconds(1));
  }
  return at;
}

absl::Duration CredentialState::ListIntervalAt(double lists_per_second) const {
  if (lists_per_second <= 0) return absl::InfiniteDuration();
  // The store keeps what a list promises, in whole microseconds.
  return absl::Ceil(absl::Seconds(observed_projects / lists_per_second), absl::Microseconds(1));
}

absl::Duration CredentialState::MinListInterval() const {
  return ListIntervalAt(quota_.IdleListsPerSecond(!ready.empty()));
}

absl::Duration CredentialState::MinListIntervalWhenBusy() const {
  return ListIntervalAt(quota_.IdleListsPerSecond(/*stops_wait=*/true));
}

SteadyTime CredentialState::QuotaUntil(SteadyTime now) const {
  if (quota_.windows().empty()) return SteadyTime::Never();
  SteadyTime until = ready.empty() ? now : quota_.EtaOfStop(ready.size() - 1, now);
  if (!StopCanFollow(ListFor::kDueStop, now)) until = std::max(until, quota_.EtaOfStop(1, now));
  const SteadyTime list = PlaceAt(UseOf(ListFor::kDueStop), GivesWay(ListFor::kDueStop), now);
  if (!list.is_infinite()) until = std::max(until, list);
  return until > now + limits::kQuotaWaitShown ? until : SteadyTime::Never();
}

void CredentialState::Started(CallUse use, SteadyTime now) {
  if (use != CallUse::kStop) ++lists_in_flight_;
  quota_.Started(use, now);
  circuit_.Started(now);
}

CredentialState::Change CredentialState::NotStarted(CallUse use, SteadyTime started,
                                                    SteadyTime now) {
  cloud::QuotaLimiter::Answer nothing;
  nothing.sent = false;
  return Take(use, started, nothing, Circuit::Evidence::kNone, now);
}

template <typename Result>
void CredentialState::Note(const Result& result, absl::Time at) {
  if (result.call_class == core::CallClass::kThrottled) {
    last_throttle_ = ThrottleNotice{at, result.message};
  }
  if (result.unmapped) {
    ++unmapped_answers_;
    last_unmapped_ = result.message;
  }
}

CredentialState::Change CredentialState::Ended(CallUse use, SteadyTime started,
                                               const core::CallResult& result, const Now& now) {
  Note(result, now.wall);
  const bool sent = result.outcome != core::Outcome::kNotSent;
  return Take(use, started, {result.call_class, sent, result.quota, result.retry_after},
              EvidenceOf(result.outcome, result.call_class, result.http_status, result.distrusted),
              now.steady);
}

CredentialState::Change CredentialState::Ended(CallUse use, SteadyTime started,
                                               const cloud::ListResult& result, const Now& now) {
  Note(result, now.wall);
  const core::CallClass call_class = result.ok ? core::CallClass::kAccepted : result.call_class;
  const core::Outcome outcome = result.ok     ? core::Outcome::kAccepted
                                : result.sent ? core::Outcome::kUnknown
                                              : core::Outcome::kNotSent;
  const Circuit::Evidence evidence =
      result.tried ? EvidenceOf(outcome, call_class, result.http_status, result.distrusted)
                   : Circuit::Evidence::kNone;
  lists_say_nothing_ = evidence == Circuit::Evidence::kNone;
  return Take(use, started, {call_class, result.sent, result.quota, result.retry_after}, evidence,
              now.steady);
}

CredentialState::Change CredentialState::Take(CallUse use, SteadyTime started,
                                              const cloud::QuotaLimiter::Answer& answer,
                                              Circuit::Evidence evidence, SteadyTime now) {
  if (use != CallUse::kStop) --lists_in_flight_;
  if (from_before_ > 0 && started <= configured_) --from_before_;
  const bool was_paused = quota_.paused_until() > now;
  const bool was_open = circuit_.is_open();
  quota_.Ended(use, started, answer, now);
  circuit_.Ended(started, evidence, now);
  Change change;
  change.pause_began = !was_paused && quota_.paused_until() > now;
  change.circuit_opened = !was_open && circuit_.is_open();
  change.circuit_closed = was_open && !circuit_.is_open();
  return change;
}

}  // namespace quiesce::engine
