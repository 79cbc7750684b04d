#ifndef QUIESCE_TESTS_CONTRACT_STATE_STORE_CONTRACT_H_
#define QUIESCE_TESTS_CONTRACT_STATE_STORE_CONTRACT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/declare_operations.h"
#include "daemon/store/hold_operations.h"
#include "daemon/store/list_operations.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/records.h"
#include "daemon/store/state_store.h"
#include "gtest/gtest.h"
#include "tests/contract/manual_clock.h"
#include "tests/contract/pumped_executor.h"
#include "tests/contract/store_model.h"

namespace quiesce::store {

// How a process ends.
enum class Ending { kOrderly, kKilled };

// A store under test: one process after the other on the same data.
class StoreHarness {
 public:
  virtual ~StoreHarness() = default;

  virtual StateStore& store() = 0;
  virtual PumpedExecutor& executor() = 0;
  virtual ManualClock& clock() = 0;
  // Ends the process and starts another on the same data. Returns what it loads before anything
  // else happens; nothing is recovered.
  virtual std::vector<Change> Restart(Ending ending) = 0;
  // What the feed has delivered so far, in order, across processes.
  virtual const std::vector<Change>& feed() const = 0;
};

// Creates a harness on new, empty data, with these projects configured.
using StoreFactory = std::function<std::unique_ptr<StoreHarness>(ProjectMap projects)>;

// What every StateStore must do, whatever it is made of. To run it on an implementation, depend on
// :state_store_contract and write
//     INSTANTIATE_TEST_SUITE_P(Sqlite, StateStoreContract, testing::Values(&NewSqliteHarness));
class StateStoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  static const std::string kProject;   // observed by lists
  static const std::string kUnlisted;  // observation: none
  static constexpr const char* kWorkspace = "billing";

  StateStoreContract();

  // --- running operations -----------------------------------------------------------------------
  template <typename Op>
  absl::StatusOr<typename Op::Result> Execute(Op op) {
    std::optional<absl::StatusOr<typename Op::Result>> result;
    harness_->store().Submit(
        std::move(op), [&result](absl::StatusOr<typename Op::Result> r) { result = std::move(r); });
    harness_->executor().RunUntil([&result] { return result.has_value(); });
    return *std::move(result);
  }
  // Of an operation that must succeed.
  template <typename Op>
  typename Op::Result Do(Op op) {
    absl::StatusOr<typename Op::Result> result = Execute(std::move(op));
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : typename Op::Result();
  }
  void Advance(absl::Duration by) { harness_->clock().Advance(by); }
  Now now() { return harness_->clock().Read(); }

  // Restarts and recovers, as a daemon does.
  Recover::Result RestartAndRecover(Ending ending);

  // --- short ways to a situation ----------------------------------------------------------------
  // The i-th instance of a project.
  static core::InstanceKey Key(int i, const std::string& project = kProject);

  // Declares it in kWorkspace (DIRECT), with this policy.
  Declared Declare(const core::InstanceKey& key, core::Policy policy = {});
  SetDesired SetOne(const core::InstanceKey& key, core::Policy policy = {});

  // A complete list of kProject, begun and committed now, that shows exactly these states.
  struct Shown {
    core::InstanceKey key;
    core::PowerState state = core::PowerState::kRunning;
  };
  Observe::Result List(const std::vector<Shown>& shown,
                       const std::vector<core::InstanceKey>& missing = {});
  static core::ListedInstance Listed(const Shown& shown);

  // Declared and shown running: a call is due.
  void MakeDue(const core::InstanceKey& key);
  // The call, which must be granted.
  ClaimedCall ClaimIt(const core::InstanceKey& key);
  std::optional<ClaimedCall> TryClaim(const core::InstanceKey& key);
  core::Decision WhyNotClaimed(const core::InstanceKey& key);
  Finished FinishIt(const ClaimedCall& call, core::CallResult result);
  static core::CallResult Accepted();
  static core::CallResult Unknown();
  static core::CallResult Rejected(core::CallClass call_class);
  // Declared, called, shown stopped and latched; longer than `settle` ago.
  void Stop(const core::InstanceKey& key);

  // --- plans, of workspace kPlanned -------------------------------------------------------------
  static constexpr const char* kPlanned = "billing-prod";

  // An item that does this to the instance as it is now.
  core::PlanItem Planned(core::Change change, const core::InstanceKey& key,
                         core::Effect effect = core::Effect::kStop, core::Policy policy = {});
  // A plan of these items, of the workspace as it is now.
  CreatePlan PlanOf(std::vector<core::PlanItem> items);
  // Stored, applied, and its items committed.
  store::Run ApplyAll(std::vector<core::PlanItem> items);
  store::Run ApplyIt(const Plan& plan);
  store::Run FinishApplying(store::Run run);
  // Declared by a plan and shown running: a call is due.
  store::Run ApplyDue(const std::vector<core::InstanceKey>& keys);
  RunItem Item(const std::string& run_id, int64_t index);
  Workspace ReadWorkspaceRow(const std::string& name);

  CreateHold HoldOn(const core::InstanceKey& key, absl::Duration ttl = absl::Hours(1));

  // --- reading ----------------------------------------------------------------------------------
  core::InstanceRecord Read(const core::InstanceKey& key);
  bool Exists(const core::InstanceKey& key);
  Project ReadProjectRow(const std::string& id);
  // How many changes the feed has delivered.
  size_t FeedSize() const { return harness_->feed().size(); }
  // The changes since then.
  std::vector<Change> FeedSince(size_t size) const;

  std::unique_ptr<StoreHarness> harness_;
};

// Of an error that MakeError made; empty for others.
std::string ReasonOf(const absl::Status& status);

}  // namespace quiesce::store

#endif  // QUIESCE_TESTS_CONTRACT_STATE_STORE_CONTRACT_H_
