#ifndef QUIESCE_DAEMON_STORE_TABLES_H_
#define QUIESCE_DAEMON_STORE_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
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
  virtual int64_t last_list_seq() const = 0;
  virtual absl::StatusOr<int64_t> AllocateListSeq() = 0;

  // --- instances --------------------------------------------------------------------------------
  virtual absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstance(
      const core::InstanceKey& key) = 0;
  // Inserts or replaces; sets record.revision.
  virtual absl::Status WriteInstance(core::InstanceRecord& record) = 0;
  // Deletes the row and leaves a tombstone of a fresh revision.
  virtual absl::Status ForgetInstance(const core::InstanceKey& key) = 0;
  // Oldest revision from which a watch can still be resumed.
  virtual absl::StatusOr<int64_t> PruneTombstones(SteadyTime before) = 0;
  // Keys of instances whose attempt is open, in key order.
  virtual absl::StatusOr<std::vector<core::InstanceKey>> OpenAttempts() = 0;

  // --- projects, workspaces, holds
  // ----------------------------------------------------------------
  virtual absl::StatusOr<std::optional<Project>> ReadProject(std::string_view id) = 0;
  virtual absl::Status WriteProject(const Project& project) = 0;
  virtual absl::StatusOr<std::optional<Workspace>> ReadWorkspace(std::string_view name) = 0;
  virtual absl::Status WriteWorkspace(Workspace& workspace) = 0;
  // All holds that are not ended, as of this point of the transaction.
  virtual absl::StatusOr<const core::HoldIndex*> Holds() = 0;
  virtual absl::StatusOr<std::optional<core::Hold>> ReadHold(std::string_view id) = 0;
  virtual absl::Status WriteHold(const core::Hold& hold) = 0;

  // --- plans and runs
  // -----------------------------------------------------------------------------
  virtual absl::Status InsertPlan(const Plan& plan, const std::vector<core::PlanItem>& items) = 0;
  virtual absl::StatusOr<std::optional<Plan>> ReadPlan(std::string_view id) = 0;
  virtual absl::Status MarkPlanConsumed(std::string_view id, std::string_view run_id) = 0;
  virtual absl::StatusOr<std::vector<core::PlanItem>> ReadPlanItems(std::string_view plan_id,
                                                                    int64_t from,
                                                                    int64_t count) = 0;
  // Ids of plans that start with `prefix`, at most `count`, for the command line's short ids.
  virtual absl::StatusOr<std::vector<std::string>> FindPlans(std::string_view prefix,
                                                             int64_t count) = 0;
  virtual absl::StatusOr<std::optional<Run>> ReadRun(std::string_view id) = 0;
  virtual absl::Status WriteRun(Run& run) = 0;
  virtual absl::StatusOr<std::optional<RunItem>> ReadRunItem(std::string_view run_id,
                                                             int64_t index) = 0;
  virtual absl::StatusOr<std::vector<RunItem>> ReadRunItems(std::string_view run_id, int64_t from,
                                                            int64_t count) = 0;
  virtual absl::Status WriteRunItem(const RunItem& item) = 0;
  virtual absl::StatusOr<std::vector<std::string>> FindRuns(std::string_view prefix,
                                                            int64_t count) = 0;

  // --- requests
  // -----------------------------------------------------------------------------------
  virtual absl::StatusOr<std::optional<RememberedRequest>> ReadRequest(
      std::string_view principal, std::string_view request_id) = 0;
  virtual absl::Status WriteRequest(std::string_view principal, std::string_view request_id,
                                    const RememberedRequest& request, SteadyTime now) = 0;
  // Forgets requests older than `before`, and the oldest above `keep`.
  virtual absl::Status PruneRequests(SteadyTime before, int64_t keep) = 0;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_TABLES_H_
