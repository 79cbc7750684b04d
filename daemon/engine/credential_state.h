#ifndef QUIESCE_DAEMON_ENGINE_CREDENTIAL_STATE_H_
#define QUIESCE_DAEMON_ENGINE_CREDENTIAL_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"
#include "daemon/cloud/circuit.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/cloud/quota_limiter.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "daemon/engine/call_queue.h"

namespace quiesce::engine {

// An answer 429, for people.
struct ThrottleNotice {
  absl::Time at;
  std::string message;  // the cloud's words, which usually name the limit
};

// What is special about the quota of a credential, if anything is.
struct QuotaConfig {
  double reserve = limits::kDefaultQuotaReserve;  // the share that is left to others
  std::optional<core::QuotaWindow> told;
  // How long before a stop its list may be made; the list waits until the stop can follow so soon.
  // Empty: half of look_max_age, and at most limits::kMaxListLead.
  std::optional<absl::Duration> list_lead{};
};

// One credential at one endpoint, and what all its projects there share: the connections, the
// quota, and whether anybody answers at all. Knows what may start now; whoever starts it tells
// Started and Ended. Lives on the engine's loop.
class CredentialState {
 public:
  CredentialState(std::string name, std::string endpoint, int max_in_flight,
                  const QuotaConfig& quota);

  const std::string name;
  const std::string endpoint;

  // From now on it may use this many connections, and this quota. What was learned stays. Calls
  // under way may be on connections of before: until they end, no more calls are made than there
  // are connections now.
  void Configure(int max_in_flight, const QuotaConfig& quota, SteadyTime now);
  int max_in_flight() const { return max_in_flight_; }

  // --- counted by the reconciler -----------------------------------------------------------------
  int in_flight = 0;  // stops handed to the cloud adapter, not answered
  int claiming = 0;   // in a claim, not decided
  CallQueue ready;
  SteadyTime resumes_at = SteadyTime::Never();  // a timer dispatches what is ready then
  // What QuotaUntil said when it was last asked for the sake of all.
  bool waits_for_quota = false;

  int observed_projects = 0;  // that use it and can be listed

  // --- what may start ----------------------------------------------------------------------------
  // Stops that may start now, with regard to connections, quota and circuit.
  int StopsAllowed(SteadyTime now) const;
  // When StopsAllowed may be positive again. Infinite: something else will tell (the end of a call,
  // a list that closes the circuit).
  SteadyTime StopsReadyAt(SteadyTime now) const;
  // Who wants a list. A person is served before everything else. A stop that is due has its list at
  // once where no other one could be called meanwhile, and else from what looking may use.
  enum class ListFor : uint8_t { kPerson, kDueStop, kNobody };
  // Whether a list may start now; and when, like StopsReadyAt. A person may also try an endpoint
  // that does not answer.
  bool ListAllowed(ListFor whom, SteadyTime now) const;
  SteadyTime ListReadyAt(ListFor whom, SteadyTime now) const;
  cloud::CallUse UseOf(ListFor whom) const;
  // How far apart the lists of one project must be on the whole, so that looking does not use up
  // the quota.
  absl::Duration MinListInterval() const;
  // The same while stops wait, whether or not there are any: what can be promised.
  absl::Duration MinListIntervalWhenBusy() const;
  // When the quota has let through the last of the stops that are ready, and a list, more or less;
  // Never where no quota is known, and where it is too soon to be worth telling.
  SteadyTime QuotaUntil(SteadyTime now) const;

  SteadyTime paused_until() const { return quota_.paused_until(); }
  bool endpoint_down() const { return circuit_.is_open(); }
  const cloud::QuotaLimiter& quota() const { return quota_; }
  const cloud::Circuit& circuit() const { return circuit_; }

  // --- what happened -----------------------------------------------------------------------------
  void Started(cloud::CallUse use, SteadyTime now);
  // What changed with an answer for more than the call itself.
  struct Change {
    bool pause_began = false;
    bool circuit_opened = false;
    bool circuit_closed = false;
    bool any() const { return pause_began || circuit_opened || circuit_closed; }
  };
  // It was told to Started, and will not start after all.
  Change NotStarted(cloud::CallUse use, SteadyTime started, SteadyTime now);
  Change Ended(cloud::CallUse use, SteadyTime started, const core::CallResult& result,
               const Now& now);
  Change Ended(cloud::CallUse use, SteadyTime started, const cloud::ListResult& result,
               const Now& now);

  // The last answer 429 since the start.
  const std::optional<ThrottleNotice>& last_throttle() const { return last_throttle_; }
  // Answers that no row of the error table knows, and the last of them in words.
  int64_t unmapped_answers() const { return unmapped_answers_; }
  const std::string& last_unmapped() const { return last_unmapped_; }

 private:
  int FreePlaces() const;
  absl::Duration ListIntervalAt(double lists_per_second) const;
  bool GivesWay(ListFor whom) const;
  bool HasPlaceForList(SteadyTime now) const;
  bool StopCanFollow(ListFor whom, SteadyTime now) const;
  bool ListsProbe() const;
  // When the quota has a place; `now` if it has one.
  SteadyTime PlaceAt(cloud::CallUse use, bool gives_way, SteadyTime now) const;
  // What is to be remembered of an answer for people.
  template <typename Result>
  void Note(const Result& result, absl::Time at);
  Change Take(cloud::CallUse use, SteadyTime started, const cloud::QuotaLimiter::Answer& answer,
              cloud::Circuit::Evidence evidence, SteadyTime now);

  int max_in_flight_;
  SteadyTime configured_ = SteadyTime::Never();
  int from_before_ = 0;  // calls under way that began before that
  absl::Duration list_lead_;
  cloud::QuotaLimiter quota_;
  cloud::Circuit circuit_;
  int lists_in_flight_ = 0;
  // About the endpoint: the last one was not sent at all, or its peer was not believed.
  bool lists_say_nothing_ = false;
  std::optional<ThrottleNotice> last_throttle_;
  int64_t unmapped_answers_ = 0;
  std::string last_unmapped_;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_CREDENTIAL_STATE_H_
