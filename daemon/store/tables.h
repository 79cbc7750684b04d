#ifndef QUIESCE_DAEMON_STORE_TABLES_H_
#define QUIESCE_DAEMON_STORE_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/plan.h"
#include "daemon/store/records.h"

namespace quiesce::store {

// A remembered request: the answer to a retry of it.
struct RememberedRequest {
  std::string method;
  std::string body_hash;
  std::string result;  // encoded by the operation that made it
  SteadyTime at;       // when it was remembered
};

// The rows, inside one transaction. What an operation means is written once, above this interface;
// an implementation knows SQL and nothing else.
//
// Not thread-safe: only the store's writer uses it, for the duration of Operation::Run. Reads see
// the writes before them. Every write stamps a fresh revision where the row has one and adds the
// row to the change feed of the transaction; both are undone when the operation is rolled back.
// Errors: NOT_FOUND where stated; INTERNAL for a row that cannot be read (the message names table
// and column); any error of the database itself ends the group (see StateStore).
class Tables {
 public:
  virtual ~Tables() = default;

  // --- counters ---------------------------------------------------------------------------------
  virtual int64_t last_revision() const = 0;
  // A watch can be resumed after this revision, or a later one.
  virtual int64_t oldest_resumable_revision() const = 0;
  virtual int64_t last_list_seq() const = 0;
  virtual absl::StatusOr<int64_t> AllocateListSeq() = 0;

  // --- instances --------------------------------------------------------------------------------
  virtual absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstance(
      const core::InstanceKey& key) = 0;
  // Inserts or replaces; sets record.revision, which is 0 for a row that is not there yet.
  virtual absl::Status WriteInstance(core::InstanceRecord& record) = 0;
  // Deletes the row and leaves a tombstone of a fresh revision.
  virtual absl::Status ForgetInstance(const core::InstanceKey& key, SteadyTime now) = 0;
  // Forgets at most `count` of the tombstones made before `before`, and moves
  // oldest_resumable_revision. Returns how many.
  virtual absl::StatusOr<int64_t> PruneTombstones(SteadyTime before, int64_t count) = 0;
  // Keys of instances whose attempt is open, in key order.
  virtual absl::StatusOr<std::vector<core::InstanceKey>> OpenAttempts() = 0;

  // --- projects, workspaces, holds --------------------------------------------------------------
  virtual absl::StatusOr<std::optional<Project>> ReadProject(std::string_view id) = 0;
  virtual absl::StatusOr<std::vector<Project>> ReadProjects() = 0;  // all, by id
  virtual absl::Status WriteProject(const Project& project) = 0;
  virtual absl::StatusOr<std::optional<Workspace>> ReadWorkspace(std::string_view name) = 0;
  virtual absl::Status WriteWorkspace(Workspace& workspace) = 0;
  // All holds that are not ended by hand, as of this point of the transaction; those that expired
  // are among them until they are pruned. Valid until the operation ends.
  virtual absl::StatusOr<const core::HoldIndex*> Holds() = 0;
  virtual absl::StatusOr<std::optional<HoldRecord>> ReadHold(std::string_view id) = 0;
  virtual absl::Status WriteHold(HoldRecord& hold) = 0;
  // Ids of holds that start with `prefix`, at most `count`, in order.
  virtual absl::StatusOr<std::vector<std::string>> FindHolds(std::string_view prefix,
                                                             int64_t count) = 0;
  // Forgets holds that ended or expired before `before`.
  virtual absl::Status PruneHolds(absl::Time before) = 0;

  // --- plans and runs ---------------------------------------------------------------------------
  virtual absl::Status WritePlan(const Plan& plan) = 0;
  virtual absl::Status InsertPlanItems(std::string_view plan_id,
                                       const std::vector<core::PlanItem>& items) = 0;
  virtual absl::StatusOr<int64_t> CountPlanItems(std::string_view plan_id) = 0;
  virtual absl::StatusOr<std::optional<Plan>> ReadPlan(std::string_view id) = 0;
  virtual absl::StatusOr<std::vector<core::PlanItem>> ReadPlanItems(std::string_view plan_id,
                                                                    int64_t from,
                                                                    int64_t count) = 0;
  // Ids of complete plans that start with `prefix`, at most `count`, in order.
  virtual absl::StatusOr<std::vector<std::string>> FindPlans(std::string_view prefix,
                                                             int64_t count) = 0;
  virtual absl::StatusOr<std::optional<Run>> ReadRun(std::string_view id) = 0;
  virtual absl::Status WriteRun(Run& run) = 0;
  virtual absl::StatusOr<std::optional<RunItem>> ReadRunItem(std::string_view run_id,
                                                             int64_t index) = 0;
  virtual absl::StatusOr<std::vector<RunItem>> ReadRunItems(std::string_view run_id, int64_t from,
                                                            int64_t count) = 0;
  // Items of which CancelRun found this (not kNotCancelled), at most `count`, in order.
  virtual absl::StatusOr<std::vector<RunItem>> ReadRunItemsAtCancel(std::string_view run_id,
                                                                    CallAtCancel at_cancel,
                                                                    int64_t count) = 0;
  virtual absl::Status WriteRunItem(const RunItem& item) = 0;
  virtual absl::StatusOr<std::vector<std::string>> FindRuns(std::string_view prefix,
                                                            int64_t count) = 0;
  // Deletes plans that expired unapplied before `plans_expired`, and runs that ended before
  // `runs_ended` with their plans; at most about `count` rows at a time, items first. Returns how
  // many rows.
  virtual absl::StatusOr<int64_t> PrunePlans(absl::Time plans_expired, absl::Time runs_ended,
                                             int64_t count) = 0;

  // --- requests ---------------------------------------------------------------------------------
  virtual absl::StatusOr<std::optional<RememberedRequest>> ReadRequest(
      std::string_view principal, std::string_view request_id) = 0;
  virtual absl::Status WriteRequest(std::string_view principal, std::string_view request_id,
                                    const RememberedRequest& request) = 0;
  // Forgets at most `count` of the requests that are older than `before` or among the oldest above
  // `keep`. Returns how many.
  virtual absl::StatusOr<int64_t> PruneRequests(SteadyTime before, int64_t keep, int64_t count) = 0;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_TABLES_H_
