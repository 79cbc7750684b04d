#ifndef QUIESCE_TESTS_SIMULATION_CHECKER_H_
#define QUIESCE_TESTS_SIMULATION_CHECKER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/core/decide.h"
#include "daemon/store/records.h"
#include "tests/simulation/call_log.h"
#include "tests/simulation/committed_state.h"
#include "tests/simulation/evidence.h"
#include "tests/simulation/gateway_log.h"
#include "tests/simulation/list_log.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_cloud.h"
#include "tests/simulation/sim_world.h"
#include "tests/simulation/verdict.h"

namespace quiesce::simulation {

// Compares what the daemon commits, calls and says with what really happened. It knows the rules
// of daemon/ARCHITECTURE.md and none of the daemon's code for them; it never asks core::Decide.
class Checker final : public CloudListener {
 public:
  Checker(SimWorld& world, const Scenario& scenario, Verdict& verdict);

  // --- one process after the other --------------------------------------------------------------
  // What the file holds as a new process finds it, before it changes anything.
  void ProcessOpened(int64_t fence, const CommittedState& found);
  // It has recovered, and is about to act.
  void ProcessStarted(const CommittedState& loaded);
  void ProcessKilled();
  // From now on this process hands no call over.
  void Draining() { draining_ = true; }
  // How the row is read that a call is compared with.
  using ReadRow = std::function<std::optional<core::InstanceRecord>(const core::InstanceKey&)>;
  void SetReadRow(ReadRow read_row) { read_row_ = std::move(read_row); }

  // --- the store --------------------------------------------------------------------------------
  // `releases`: the group had an operation that may end a declaration.
  void Committed(const std::vector<store::Change>& changes, const Now& ran, bool releases);
  void Answered(const absl::Status& status);

  // --- the cloud --------------------------------------------------------------------------------
  int64_t StopHanded(const core::InstanceKey& key) override;
  void StopSent(int64_t call) override;
  void StopProcessed(int64_t call) override;
  void StopOver(int64_t call) override;
  void StopAnswered(int64_t call, const core::CallResult& result) override;
  int64_t ListHanded(const std::string& project_id) override;
  void ListSent(int64_t list) override;
  void ListAnswered(int64_t list, const cloud::ListResult& result,
                    const std::map<std::string, CloudView>& shown) override;

  // --- what people are told ---------------------------------------------------------------------
  // What the daemon says about an instance at this moment, and the facts it says it from.
  void Told(const core::InstanceRecord& record, const core::ProjectFreshness& freshness,
            const core::Decision& decision);
  // A write was acknowledged with this row.
  void Acknowledged(const core::InstanceRecord& record);
  void HoldAcknowledged(const std::string& id, const std::set<core::InstanceKey>& open_calls);
  // A wait for the declaration `etag` was answered, so long after it was to end.
  void WaitEnded(const std::optional<core::InstanceRecord>& record,
                 const core::ProjectFreshness& freshness, const std::string& etag, bool converged,
                 absl::Duration late);
  void PlanApplied(const std::string& plan_id, const store::Run& run);
  // No further call of the run can start.
  void RunCancelled(const store::Run& run);
  void OperatorAcceptsAbsence(const std::string& project_id) {
    absence_accepted_.insert(project_id);
  }

  const CommittedState& committed() const { return committed_; }
  const CallLog& calls() const { return calls_; }
  CallLog& calls() { return calls_; }
  const ListLog& lists() const { return lists_; }
  GatewayLog& gateway() { return gateway_; }

 private:
  void Check(const store::InstanceChanged& change, const Now& ran);
  void Check(const store::InstanceForgotten& change, const Now& ran);
  void Check(const store::HoldChanged& change, const Now& ran);
  void Check(const store::HoldForgotten& change, const Now& ran);
  void Check(const store::WorkspaceChanged& change, const Now& ran);
  void Check(const store::ProjectChanged& change, const Now& ran);
  void Check(const store::RunChanged& change, const Now& ran);
  void Check(const store::RunItemChanged& change, const Now& ran);

  void CheckRevision(int64_t revision, const std::string& what);
  void CheckDeclaration(const core::InstanceRecord* before, const core::InstanceRecord& after,
                        const Now& ran);
  void CheckAttempt(const core::InstanceRecord* before, const core::InstanceRecord& after,
                    const Now& ran);
  void CheckIntent(const core::InstanceRecord* before, const core::InstanceRecord& after,
                   const Now& ran);
  void CheckLatch(const core::InstanceRecord* before, const core::InstanceRecord& after,
                  const Now& ran);
  void CheckListRecorded(const store::Project& project);
  bool CheckSuspicion(const ListRecord& list);
  bool IsHeld(const core::InstanceRecord& record, absl::Time now) const;

  SimWorld& world_;
  const Scenario& scenario_;
  Verdict& verdict_;
  CommittedState committed_;
  CallLog calls_;
  ListLog lists_;
  GatewayLog gateway_;
  std::map<int64_t, GatewayLog::Call> stops_;  // that are not answered, by number
  Evidence evidence_;
  ReadRow read_row_;
  int64_t fence_ = 0;
  // While a process starts, it closes what an earlier one left open.
  bool recovering_ = false;
  bool draining_ = false;
  bool releases_ = false;  // of the group at hand
  std::map<std::string, std::string> run_of_plan_;
  // Calls that were open when a hold was committed, by hold.
  std::map<std::string, std::set<core::InstanceKey>> open_at_hold_;
  // (uid, generation) that no call may be made for any more.
  std::set<std::pair<std::string, int64_t>> never_again_;
  // Those that keep their declaration after a cancel, because a call was accepted.
  std::set<std::pair<std::string, int64_t>> kept_;
  std::map<std::string, std::map<int64_t, store::RunItem>> items_of_run_;
  std::set<std::string> absence_accepted_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_CHECKER_H_
