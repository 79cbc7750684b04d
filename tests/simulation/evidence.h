#ifndef QUIESCE_TESTS_SIMULATION_EVIDENCE_H_
#define QUIESCE_TESTS_SIMULATION_EVIDENCE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/core/facts.h"
#include "tests/simulation/call_log.h"
#include "tests/simulation/list_log.h"
#include "tests/simulation/scenario.h"

namespace quiesce::simulation {

// When a list is evidence, by what really happened: which list, when it was asked for,
// what its answer showed, when the calls before it ended. Each question answers with what is wrong,
// or nothing.
class Evidence {
 public:
  using Problem = std::optional<std::string>;

  Evidence(const Scenario& scenario, const CallLog& calls, const ListLog& lists)
      : scenario_(scenario), calls_(calls), lists_(lists) {}

  void SetFence(int64_t fence) { fence_ = fence; }
  // The declaration of `uid` reached this generation.
  void Declared(const std::string& uid, int64_t generation, SteadyTime when);

  // The daemon says that this declaration is carried out: stopped, or assumed so.
  Problem AgainstStopped(const core::InstanceRecord& record,
                         const core::ProjectFreshness& freshness, SteadyTime now) const;
  // Whether any list since the declaration reached this generation showed it off.
  bool WasEverShownOff(const core::InstanceKey& key, const std::string& uid,
                       int64_t generation) const;
  // It intends a call, from this project's last list.
  Problem AgainstCall(const core::InstanceRecord& before, const core::ProjectFreshness& freshness,
                      SteadyTime now) const;
  // It says that the instance is gone for good.
  Problem AgainstAbsence(const core::InstanceRecord& record, bool absence_accepted) const;

 private:
  core::ObservationMode ModeOf(const std::string& project_id) const;
  SteadyTime DeclaredAt(const std::string& uid, int64_t generation) const;
  Problem AgainstStoppedBy(const core::InstanceRecord& record,
                           const core::ProjectFreshness& freshness, const ListRecord& list,
                           SteadyTime now) const;
  Problem AgainstCallBy(const core::InstanceRecord& before, const core::ProjectFreshness& freshness,
                        const ListRecord& list, SteadyTime now) const;
  Problem AgainstUnobservedCall(const core::InstanceRecord& before, SteadyTime now) const;
  // The rules on what runs after a call.
  Problem AgainstRepeat(const core::InstanceRecord& before, const ListRecord& list, bool half,
                        SteadyTime now) const;
  // The rules on what runs although it was stopped already.
  Problem AgainstDriftCall(const core::InstanceRecord& before, const ListRecord& list,
                           SteadyTime now) const;

  const Scenario& scenario_;
  const CallLog& calls_;
  const ListLog& lists_;
  int64_t fence_ = 0;
  std::map<std::pair<std::string, int64_t>, SteadyTime> declared_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_EVIDENCE_H_
