#ifndef QUIESCE_DAEMON_STORE_SQLITE_TABLES_H_
#define QUIESCE_DAEMON_STORE_SQLITE_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/core/hold.h"
#include "daemon/store/records.h"
#include "daemon/store/sqlite_database.h"
#include "daemon/store/sqlite_setting_rows.h"
#include "daemon/store/tables.h"

namespace quiesce::store {

// Tables over one SQLite connection. Counters, projects and holds are kept in memory, because
// every claim asks for them; a savepoint covers them as it covers the rows.
class SqliteTables final : public Tables {
 public:
  explicit SqliteTables(SqliteDatabase& db) : db_(db) {}

  // Reads what is kept in memory. Before anything else.
  absl::Status Load();

  // --- one operation ----------------------------------------------------------------------------
  absl::Status OpenSavepoint();
  // Keeps what was done since OpenSavepoint.
  absl::Status KeepSavepoint();
  // Undoes what was done since OpenSavepoint: rows, changes, revisions, everything in memory.
  absl::Status UndoSavepoint();

  // --- one group --------------------------------------------------------------------------------
  // The counters, to be written before COMMIT where the group changed anything.
  StoreRow& store_row() { return store_; }
  // The changes of the group so far, in the order of their revisions. Empties the feed.
  std::vector<Change> TakeFeed();

  // --- Tables -----------------------------------------------------------------------------------
  int64_t last_revision() const override { return store_.revision; }
  int64_t oldest_resumable_revision() const override { return store_.oldest_resumable; }
  int64_t last_list_seq() const override { return store_.list_seq; }
  absl::StatusOr<int64_t> AllocateListSeq() override;

  absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstance(
      const core::InstanceKey& key) override;
  absl::Status WriteInstance(core::InstanceRecord& record) override;
  absl::Status ForgetInstance(const core::InstanceKey& key, SteadyTime now) override;
  absl::StatusOr<int64_t> PruneTombstones(SteadyTime before, int64_t count) override;
  absl::StatusOr<std::vector<core::InstanceKey>> OpenAttempts() override;

  absl::StatusOr<std::optional<Project>> ReadProject(std::string_view id) override;
  absl::StatusOr<std::vector<Project>> ReadProjects() override;
  absl::Status WriteProject(const Project& project) override;
  absl::StatusOr<std::optional<Workspace>> ReadWorkspace(std::string_view name) override;
  absl::Status WriteWorkspace(Workspace& workspace) override;
  absl::StatusOr<const core::HoldIndex*> Holds() override { return &holds_; }
  absl::StatusOr<std::optional<HoldRecord>> ReadHold(std::string_view id) override;
  absl::Status WriteHold(HoldRecord& hold) override;
  absl::StatusOr<std::vector<std::string>> FindHolds(std::string_view prefix,
                                                     int64_t count) override;
  absl::Status PruneHolds(absl::Time before) override;

  absl::Status WritePlan(const Plan& plan) override;
  absl::Status InsertPlanItems(std::string_view plan_id,
                               const std::vector<core::PlanItem>& items) override;
  absl::StatusOr<int64_t> CountPlanItems(std::string_view plan_id) override;
  absl::StatusOr<std::optional<Plan>> ReadPlan(std::string_view id) override;
  absl::StatusOr<std::vector<core::PlanItem>> ReadPlanItems(std::string_view plan_id, int64_t from,
                                                            int64_t count) override;
  absl::StatusOr<std::vector<std::string>> FindPlans(std::string_view prefix,
                                                     int64_t count) override;
  absl::StatusOr<std::optional<Run>> ReadRun(std::string_view id) override;
  absl::Status WriteRun(Run& run) override;
  absl::StatusOr<std::optional<RunItem>> ReadRunItem(std::string_view run_id,
                                                     int64_t index) override;
  absl::StatusOr<std::vector<RunItem>> ReadRunItems(std::string_view run_id, int64_t from,
                                                    int64_t count) override;
  absl::StatusOr<std::vector<RunItem>> ReadRunItemsAtCancel(std::string_view run_id,
                                                            CallAtCancel at_cancel,
                                                            int64_t count) override;
  absl::Status WriteRunItem(const RunItem& item) override;
  absl::StatusOr<std::vector<std::string>> FindRuns(std::string_view prefix,
                                                    int64_t count) override;
  absl::StatusOr<int64_t> PrunePlans(absl::Time plans_expired, absl::Time runs_ended,
                                     int64_t count) override;

  absl::StatusOr<std::optional<RememberedRequest>> ReadRequest(
      std::string_view principal, std::string_view request_id) override;
  absl::Status WriteRequest(std::string_view principal, std::string_view request_id,
                            const RememberedRequest& request) override;
  absl::StatusOr<int64_t> PruneRequests(SteadyTime before, int64_t keep, int64_t count) override;

 private:
  absl::Status LoadProjects();
  absl::Status LoadHolds();
  int64_t NextRevision() { return ++store_.revision; }

  SqliteDatabase& db_;
  StoreRow store_;
  std::map<std::string, Project, std::less<>> projects_;
  core::HoldIndex holds_;
  std::vector<Change> feed_;

  // As they were at OpenSavepoint, and whether the copies in memory have changed since.
  StoreRow store_before_;
  size_t feed_before_ = 0;
  bool projects_changed_ = false;
  bool holds_changed_ = false;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_TABLES_H_
