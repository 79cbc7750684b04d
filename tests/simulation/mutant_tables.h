#ifndef QUIESCE_TESTS_SIMULATION_MUTANT_TABLES_H_
#define QUIESCE_TESTS_SIMULATION_MUTANT_TABLES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/hold.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

namespace quiesce::simulation {

// Rows that pass everything on as it is. A mutation overrides what it falsifies.
class MutantTables : public store::Tables {
 public:
  MutantTables(store::Tables& real, const store::OpContext& context)
      : context_(context), real_(real) {}

  int64_t last_revision() const override { return real_.last_revision(); }
  int64_t oldest_resumable_revision() const override { return real_.oldest_resumable_revision(); }
  int64_t last_list_seq() const override { return real_.last_list_seq(); }
  absl::StatusOr<int64_t> AllocateListSeq() override { return real_.AllocateListSeq(); }

  absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstance(
      const core::InstanceKey& key) override {
    return real_.ReadInstance(key);
  }
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    return real_.WriteInstance(record);
  }
  absl::Status ForgetInstance(const core::InstanceKey& key, SteadyTime now) override {
    return real_.ForgetInstance(key, now);
  }
  absl::StatusOr<int64_t> PruneTombstones(SteadyTime before, int64_t count) override {
    return real_.PruneTombstones(before, count);
  }
  absl::StatusOr<std::vector<core::InstanceKey>> OpenAttempts() override {
    return real_.OpenAttempts();
  }

  absl::StatusOr<std::optional<store::Project>> ReadProject(std::string_view id) override {
    return real_.ReadProject(id);
  }
  absl::StatusOr<std::vector<store::Project>> ReadProjects() override {
    return real_.ReadProjects();
  }
  absl::Status WriteProject(const store::Project& project) override {
    return real_.WriteProject(project);
  }
  absl::StatusOr<std::optional<store::Workspace>> ReadWorkspace(std::string_view name) override {
    return real_.ReadWorkspace(name);
  }
  absl::Status WriteWorkspace(store::Workspace& workspace) override {
    return real_.WriteWorkspace(workspace);
  }
  absl::StatusOr<const core::HoldIndex*> Holds() override { return real_.Holds(); }
  absl::StatusOr<std::optional<store::HoldRecord>> ReadHold(std::string_view id) override {
    return real_.ReadHold(id);
  }
  absl::Status WriteHold(store::HoldRecord& hold) override { return real_.WriteHold(hold); }
  absl::StatusOr<std::vector<std::string>> FindHolds(std::string_view prefix,
                                                     int64_t count) override {
    return real_.FindHolds(prefix, count);
  }
  absl::Status PruneHolds(absl::Time before) override { return real_.PruneHolds(before); }

  absl::Status WritePlan(const store::Plan& plan) override { return real_.WritePlan(plan); }
  absl::Status InsertPlanItems(std::string_view plan_id,
                               const std::vector<core::PlanItem>& items) override {
    return real_.InsertPlanItems(plan_id, items);
  }
  absl::StatusOr<int64_t> CountPlanItems(std::string_view plan_id) override {
    return real_.CountPlanItems(plan_id);
  }
  absl::StatusOr<std::optional<store::Plan>> ReadPlan(std::string_view id) override {
    return real_.ReadPlan(id);
  }
  absl::StatusOr<std::vector<core::PlanItem>> ReadPlanItems(std::string_view plan_id, int64_t from,
                                                            int64_t count) override {
    return real_.ReadPlanItems(plan_id, from, count);
  }
  absl::StatusOr<std::vector<std::string>> FindPlans(std::string_view prefix,
                                                     int64_t count) override {
    return real_.FindPlans(prefix, count);
  }
  absl::StatusOr<std::optional<store::Run>> ReadRun(std::string_view id) override {
    return real_.ReadRun(id);
  }
  absl::Status WriteRun(store::Run& run) override { return real_.WriteRun(run); }
  absl::StatusOr<std::optional<store::RunItem>> ReadRunItem(std::string_view run_id,
                                                            int64_t index) override {
    return real_.ReadRunItem(run_id, index);
  }
  absl::StatusOr<std::vector<store::RunItem>> ReadRunItems(std::string_view run_id, int64_t from,
                                                           int64_t count) override {
    return real_.ReadRunItems(run_id, from, count);
  }
  absl::StatusOr<std::vector<store::RunItem>> ReadRunItemsAtCancel(std::string_view run_id,
                                                                   store::CallAtCancel at_cancel,
                                                                   int64_t count) override {
    return real_.ReadRunItemsAtCancel(run_id, at_cancel, count);
  }
  absl::Status WriteRunItem(const store::RunItem& item) override {
    return real_.WriteRunItem(item);
  }
  absl::StatusOr<std::vector<std::string>> FindRuns(std::string_view prefix,
                                                    int64_t count) override {
    return real_.FindRuns(prefix, count);
  }
  absl::StatusOr<int64_t> PrunePlans(absl::Time plans_expired, absl::Time runs_ended,
                                     int64_t count) override {
    return real_.PrunePlans(plans_expired, runs_ended, count);
  }

  absl::StatusOr<std::optional<store::RememberedRequest>> ReadRequest(
      std::string_view principal, std::string_view request_id) override {
    return real_.ReadRequest(principal, request_id);
  }
  absl::Status WriteRequest(std::string_view principal, std::string_view request_id,
                            const store::RememberedRequest& request) override {
    return real_.WriteRequest(principal, request_id, request);
  }
  absl::StatusOr<int64_t> PruneRequests(SteadyTime before, int64_t keep, int64_t count) override {
    return real_.PruneRequests(before, keep, count);
  }

 protected:
  const store::OpContext& context_;

 private:
  store::Tables& real_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_MUTANT_TABLES_H_
