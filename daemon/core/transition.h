#ifndef QUIESCE_DAEMON_CORE_TRANSITION_H_
#define QUIESCE_DAEMON_CORE_TRANSITION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/quota.h"

// How facts change: one pure function per event. The store applies them inside its transactions
// and the simulation checks them; nobody else writes a fact.
namespace quiesce::core {

// --- declarations -------------------------------------------------------------------------------

// Adopts, or changes the declaration of, an instance.
struct Declaration {
  std::string workspace;
  Policy policy;
  Authority authority;
};
// `new_uid` is used for an adoption only. `stop_effect`: the request, once committed, leads to a
// stop. `last_seq`: the last list_seq allocated. An unchanged declaration without a stop effect
// changes nothing and keeps the authority; one with a stop effect starts a new generation only
// where the current one was already seen stopped (so that repeating a request that is still being
// carried out is a no-op). Returns whether anything changed.
bool Declare(InstanceRecord& record, const Declaration& declaration, const std::string& new_uid,
             bool stop_effect, int64_t last_seq);

// A request to act now: starts a new generation, forgets failures and backoff.
void Reassert(InstanceRecord& record, int64_t last_seq);

// Stops managing. Never touches the cloud; attempt, observation and history stay.
void Release(InstanceRecord& record);

// --- calls --------------------------------------------------------------------------------------

// Opens an intent. Requires that Decide says CALL.
void BeginAttempt(InstanceRecord& record, const std::string& attempt_id, int64_t fence,
                  int64_t based_on_seq, SteadyTime now);

// What came of one call, as the cloud adapter classified it.
struct CallResult {
  Outcome outcome = Outcome::kUnknown;
  CallClass call_class = CallClass::kUnknown;
  int32_t http_status = 0;
  std::string error_code;
  std::string message;
  std::string cloud_request_id;
  // Of a throttled call: how long the credential should pause, and the limit that was passed, where
  // the gateway says so.
  std::optional<absl::Duration> retry_after;
  std::optional<QuotaWindow> quota;
  // No row of the error table knows this answer.
  bool unmapped = false;
  // Not sent, because the certificate of whoever answers at the endpoint was not believed.
  bool distrusted = false;
};
// Closes the intent, counts a failure where it is one (or may turn out to be one) and sets the
// time of the next call. `last_seq` is the last list_seq allocated.
void FinishAttempt(InstanceRecord& record, const CallResult& result,
                   const ProjectSettings& settings, int64_t last_seq, SteadyTime now);

// Records that the current generation was observed (or, unobservable, assumed) stopped. Requires
// that Decide says LATCH.
void Latch(InstanceRecord& record);

// --- lists --------------------------------------------------------------------------------------

// An instance as one complete list shows it, already folded.
struct ListedInstance {
  std::string instance_id;
  std::string cloud_name;
  PowerState state = PowerState::kUnknown;
  std::vector<Node> nodes;
};

struct ListInfo {
  int64_t seq = 0;
  SteadyTime started;
};

// Folds a list that shows the instance. Returns
// whether the row changed; an older list than the row's changes nothing.
bool ObservePresent(InstanceRecord& record, const ListedInstance& listed, const ListInfo& list);

// Folds a complete list that does not show it. `suspect`: the list lost too much to be believed.
bool ObserveMissing(InstanceRecord& record, bool suspect, const ListInfo& list,
                    const ProjectFreshness& before);

// Whether a list that shows `listed` of the `tracked` instances (and is empty or not) is one to be
// suspicious of: it lost more than max(1, 20%) of them, or is empty where some are tracked.
bool IsSuspect(size_t tracked, size_t lost, bool list_is_empty);

// Whether a row says nothing that anybody needs any more: no declaration, no call that is open or
// was unclear within the hour, no budget that still counts, and no list shows it.
bool IsForgettable(const InstanceRecord& record, SteadyTime now);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_TRANSITION_H_
