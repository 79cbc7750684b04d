#ifndef QUIESCE_TESTS_SIMULATION_COMMITTED_STATE_H_
#define QUIESCE_TESTS_SIMULATION_COMMITTED_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "daemon/core/facts.h"
#include "daemon/store/records.h"

namespace quiesce::simulation {

// What the store has committed, built from the change feed alone. What a process that starts reads
// from the file must be the same, row for row (I13), so the feed leaves nothing out either.
class CommittedState {
 public:
  void Apply(const store::Change& change);

  const core::InstanceRecord* Find(const core::InstanceKey& key) const;
  const std::map<core::InstanceKey, core::InstanceRecord>& instances() const { return instances_; }
  const std::map<std::string, store::HoldRecord>& holds() const { return holds_; }
  const store::Project* FindProject(const std::string& id) const;
  // Those that are not over.
  const std::map<std::string, store::Run>& runs() const { return runs_; }
  const std::map<std::pair<std::string, int64_t>, store::RunItem>& pending_items() const {
    return pending_;
  }
  int64_t last_revision() const { return last_revision_; }

  // The first row that differs, as text.
  std::optional<std::string> DifferenceFrom(const CommittedState& other) const;

 private:
  void Take(const store::InstanceChanged& change);
  void Take(const store::InstanceForgotten& change);
  void Take(const store::HoldChanged& change);
  void Take(const store::HoldForgotten& change);
  void Take(const store::WorkspaceChanged& change);
  void Take(const store::ProjectChanged& change);
  void Take(const store::RunChanged& change);
  void Take(const store::RunItemChanged& change);

  std::map<core::InstanceKey, core::InstanceRecord> instances_;
  std::map<std::string, store::HoldRecord> holds_;
  std::map<std::string, store::Workspace> workspaces_;
  std::map<std::string, store::Project> projects_;
  std::map<std::string, store::Run> runs_;
  std::map<std::pair<std::string, int64_t>, store::RunItem> pending_;
  int64_t last_revision_ = 0;
};

// All facts of a row, for comparing and for people.
std::string Describe(const core::InstanceRecord& record);
std::string Describe(const store::Change& change);

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_COMMITTED_STATE_H_
