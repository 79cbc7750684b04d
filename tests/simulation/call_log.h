#ifndef QUIESCE_TESTS_SIMULATION_CALL_LOG_H_
#define QUIESCE_TESTS_SIMULATION_CALL_LOG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_world.h"
#include "tests/simulation/verdict.h"

namespace quiesce::simulation {

// One stop call as it really went.
struct StopRecord {
  int64_t number = 0;
  core::InstanceKey key;
  std::string attempt_id;
  std::string uid;
  int64_t generation = 0;
  int64_t fence = 0;
  SteadyTime intended;
  SteadyTime handed;
  std::optional<SteadyTime> sent;       // empty: no byte went out
  std::optional<SteadyTime> processed;  // from then on it has no further effect
  // When the engine got the answer. Of a call whose process was killed: when the next one started.
  std::optional<SteadyTime> ended;
  core::Outcome outcome = core::Outcome::kOpen;
  core::CallClass call_class = core::CallClass::kNone;

  bool may_have_had_effect() const {
    return outcome == core::Outcome::kAccepted || outcome == core::Outcome::kUnknown ||
           call_class == core::CallClass::kAlreadyInState ||
           call_class == core::CallClass::kBlocked;
  }
  // Refused by what stands in front of the service, or never sent.
  bool ended_before_the_service() const {
    return outcome == core::Outcome::kNotSent || call_class == core::CallClass::kAuth ||
           call_class == core::CallClass::kForbidden || call_class == core::CallClass::kThrottled;
  }
};

// Every stop call, across processes, and the rules that calls alone can break: I1 (one request for
// each intent), I2 (of what is configured), I4 (one at a time), I5 (so many an hour), I6
// (connections, pause after a 429).
class CallLog {
 public:
  CallLog(SimWorld& world, const Scenario& scenario, Verdict& verdict)
      : world_(world), scenario_(scenario), verdict_(verdict) {}

  // Only projects with these ids are configured from now on.
  void SetConfigured(std::set<std::string> project_ids) { configured_ = std::move(project_ids); }

  // `row`: what the store has committed about the instance at this moment.
  int64_t Handed(const core::InstanceKey& key, const core::InstanceRecord* row, int64_t fence);
  void Sent(int64_t number);
  void Processed(int64_t number);
  void Over(int64_t number);
  void Answered(int64_t number, const core::CallResult& result);

  void ListHanded(const std::string& project_id);
  // By an answer that says until when, or names a limit, or does neither.
  void Throttled(const std::string& project_id, std::optional<absl::Duration> retry_after,
                 bool names_limit);

  // The process was killed; the next one has read its store.
  void ProcessKilled();
  void ProcessStarted();

  // The last call of the instance that was sent. Null: none.
  const StopRecord* LastSent(const core::InstanceKey& key) const;
  const std::vector<StopRecord*>& CallsOf(const core::InstanceKey& key) const;
  const std::map<int64_t, StopRecord>& all() const { return calls_; }
  int64_t sent_count() const { return sent_count_; }

 private:
  const std::string& CredentialOf(const std::string& project_id) const;
  void CheckBudget(const StopRecord& call);
  void CheckAlone(const StopRecord& call);

  SimWorld& world_;
  const Scenario& scenario_;
  Verdict& verdict_;
  std::map<int64_t, StopRecord> calls_;
  std::map<core::InstanceKey, std::vector<StopRecord*>> by_key_;
  std::set<std::string> configured_;
  std::set<std::string> used_attempts_;
  std::map<std::string, SteadyTime> paused_until_;  // by credential, of this process
  std::map<std::string, int> handed_open_;          // by credential, of this process
  std::map<std::string, int> sent_open_;
  int64_t sent_count_ = 0;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_CALL_LOG_H_
