#ifndef QUIESCE_DAEMON_ENGINE_REGISTRY_H_
#define QUIESCE_DAEMON_ENGINE_REGISTRY_H_

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/engine/packed_text.h"

namespace quiesce::engine {

class ProjectRows;

// What the registry keeps of one instance: everything a decision needs, packed, and nothing that
// only people read (messages, nodes). Expand() makes the core's record of it.
struct Row {
  ProjectRows* project = nullptr;
  PackedText instance_id;
  PackedText cloud_name;
  int64_t revision = 0;
  // Start of every intent within the last hour; null: none, as for most.
  std::unique_ptr<std::vector<SteadyTime>> intents;

  // Small things together: between larger ones each would take eight bytes.
  // desired
  bool declared = false;
  // attempt
  core::Outcome outcome = core::Outcome::kNone;
  core::CallClass call_class = core::CallClass::kNone;
  bool resolved = true;
  // observation
  core::PowerState state = core::PowerState::kUnknown;
  core::Presence presence = core::Presence::kNever;
  uint8_t missing_lists = 0;
  // The last decision, and what the engine is doing about it. Rebuildable.
  core::Phase phase = core::Phase::kUnknown;
  core::Reason reason = core::Reason::kStale;
  bool claiming = false;    // in a claim, or waiting for a slot
  bool latching = false;    // in a latch
  bool sweeping = false;    // waits for its turn to be decided about
  bool unsettled = false;   // its next change is expected from the cloud
  uint32_t list_stamp = 0;  // the list that last showed it, by ProjectRows::stamp

  // desired
  uint32_t workspace = 0;  // interned
  uint32_t policy = 0;     // interned
  uint32_t generation = 0;
  std::array<uint8_t, 16> uid{};
  int64_t adopted_floor_seq = 0;
  int64_t floor_seq = 0;

  // attempt
  uint32_t attempt_generation = 0;
  uint32_t stopped_generation = 0;  // of the history
  int64_t attempt_floor_seq = 0;
  SteadyTime attempt_ended;

  // observation
  SteadyTime since = SteadyTime::Never();
  SteadyTime start_seen = SteadyTime::Never();
  int64_t list_seq = 0;
  int64_t shown_seq = 0;
  SteadyTime shown_at = SteadyTime::Never();
  uint64_t nodes_digest = 0;

  // history
  SteadyTime next_attempt;
  int32_t failures = 0;

  SteadyTime due = SteadyTime::Infinite();  // of its live timer

  // As it was: 32 lower-case hexadecimal digits.
  std::string uid_text() const;
};

// A stable digest of an instance's nodes, to tell whether a list says anything new.
uint64_t DigestNodes(const std::vector<core::Node>& nodes);

// The rows of one project.
class ProjectRows {
 public:
  ProjectRows(std::string id, uint32_t index) : id_(std::move(id)), index_(index) {}

  const std::string& id() const { return id_; }
  uint32_t index() const { return index_; }

  Row* Find(std::string_view instance_id) const;
  // In the order of instance ids, so that a reader can go on where an earlier slice ended. Rows may
  // be changed, not added or removed, meanwhile.
  using RowMap = absl::btree_map<std::string_view, std::unique_ptr<Row>>;
  const RowMap& rows() const { return rows_; }
  std::vector<Row*> AllRows() const;

  core::ProjectFreshness freshness;
  absl::Time listed_at = absl::InfinitePast();
  uint32_t stamp = 0;  // raised by every list

 private:
  friend class Registry;
  const std::string id_;
  const uint32_t index_;
  RowMap rows_;  // keys point into the rows
};

// A forgotten instance, for watchers.
struct Tombstone {
  core::InstanceKey key;
  int64_t revision = 0;
  SteadyTime at;
};

// Memory of all instances, fed by the change feed and by nothing else. Not thread-safe: lives on
// the engine's loop. Row pointers stay valid until the row is forgotten.
class Registry {
 public:
  Registry();

  // Takes a committed row. Returns it as it is now.
  Row* Put(const core::InstanceRecord& record);
  void Forget(const core::InstanceKey& key, int64_t revision, SteadyTime now);

  ProjectRows& Project(std::string_view project_id);  // made when new
  const std::map<std::string, std::unique_ptr<ProjectRows>, std::less<>>& projects() const {
    return projects_;
  }
  Row* Find(const core::InstanceKey& key) const;

  // The core's view of a row. Without messages, node details, ids of attempts and authority: those
  // are in the store's row.
  core::InstanceRecord Expand(const Row& row) const;
  core::InstanceKey KeyOf(const Row& row) const {
    return {row.project->id(), std::string(row.instance_id)};
  }
  const std::string& WorkspaceOf(const Row& row) const { return workspaces_[row.workspace]; }
  const core::Policy& PolicyOf(const Row& row) const { return policies_[row.policy]; }

  size_t size() const { return size_; }
  int64_t last_revision() const { return last_revision_; }
  void SawRevision(int64_t revision) { last_revision_ = std::max(last_revision_, revision); }

  // The rows with a revision above `after`, in order of revision, at most `limit`.
  std::vector<Row*> ChangedSince(int64_t after, size_t limit) const;
  // The same for forgotten ones.
  std::vector<Tombstone> ForgottenSince(int64_t after, size_t limit) const;
  // A watch from below this revision would miss a removal.
  int64_t oldest_resumable() const { return oldest_resumable_; }
  void SetOldestResumable(int64_t revision) { oldest_resumable_ = revision; }
  void PruneTombstones(SteadyTime before);

 private:
  uint32_t InternWorkspace(const std::string& name);
  uint32_t InternPolicy(const core::Policy& policy);

  std::map<std::string, std::unique_ptr<ProjectRows>, std::less<>> projects_;
  absl::btree_map<int64_t, Row*> by_revision_;
  std::deque<Tombstone> tombstones_;  // in order of revision
  int64_t oldest_resumable_ = 0;
  int64_t last_revision_ = 0;
  size_t size_ = 0;

  std::vector<std::string> workspaces_;
  absl::flat_hash_map<std::string, uint32_t> workspace_index_;
  std::vector<core::Policy> policies_;
  absl::flat_hash_map<std::string, uint32_t> policy_index_;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_REGISTRY_H_
