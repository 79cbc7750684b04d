#ifndef QUIESCE_TESTS_SIMULATION_WORKLOAD_H_
#define QUIESCE_TESTS_SIMULATION_WORKLOAD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/store/declare_operations.h"
#include "daemon/store/hold_operations.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/cloud_truth.h"
#include "tests/simulation/process.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_world.h"
#include "tests/simulation/verdict.h"

namespace quiesce::simulation {

// The users: services that declare single instances, a team that plans and applies sets, on-call
// engineers that hold, release, ask to stop now, wait, and cancel. They come in through the same
// doors as the RPC handlers, get no answer when the process dies, and sometimes ask again.
class Workload {
 public:
  Workload(SimWorld& world, const Scenario& scenario, CloudTruth& truth, Checker& checker,
           Verdict& verdict);

  void Connect(Process* process) { process_ = process; }
  void Disconnect();

  // One user does one thing.
  void Act();
  // Somebody changes what is said about an instance that is just being called.
  void Meddle();
  // Somebody asks how a project stands.
  void Look();
  // From now on nobody wants anything new.
  void Rest() { resting_ = true; }
  // The operators' part of getting well: ends every hold, and says that what is gone is gone.
  void Mend();
  // Every wait and every plan in the making has had its answer.
  bool AllAnswered() const { return open_answers_ == 0; }

 private:
  // What a request was, to be asked again with the same id.
  struct Remembered {
    store::SetDesired set;
    std::optional<std::vector<core::Change>> answer;  // as it was given the first time
  };

  void SetDesired();
  void Hold(core::Hold hold);
  void Submit(store::SetDesired set, bool again);
  void CheckAnswer(const std::string& request_id, const store::SetDesired::Result& result);
  void Release();
  void RequestReconcile();
  void CreateHold();
  void ExtendHold();
  void EndHold();
  void MakePlan();
  void ApplyPlan(const std::string& plan_id);
  void ApplyOldPlan();
  void CancelRun();
  void Wait();
  void Refresh(bool accept_absence);
  void AskAgain();

  core::InstanceKey AnyInstance();
  core::Policy AnyPolicy(const core::InstanceKey& key);
  store::RequestIdentity AnyIdentity(const std::string& method);
  std::optional<core::InstanceKey> AnyDeclared();
  // Submits on behalf of a user; `done` gets the answer if the process lives to give it.
  template <typename Op, typename Fn>
  void Ask(Op op, Fn done);

  SimWorld& world_;
  const Scenario& scenario_;
  CloudTruth& truth_;
  Checker& checker_;
  Verdict& verdict_;
  Process* process_ = nullptr;
  int64_t process_number_ = 0;
  int open_answers_ = 0;
  bool resting_ = false;
  int64_t requests_ = 0;
  std::vector<Remembered> remembered_;
  std::vector<std::string> plans_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_WORKLOAD_H_
