#include "daemon/engine/registry.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace quiesce::engine {
namespace {

std::string PolicyFingerprint(const core::Policy& policy) {
  return absl::StrCat(static_cast<int>(policy.enforcement), "/",
                      absl::ToInt64Microseconds(policy.start_grace), "/",
                      policy.is_protected ? 1 : 0, "/", policy.asserted_name);
}

// A uid is an id of 128 bits, written as hexadecimal digits.
std::array<uint8_t, 16> PackUid(const std::string& uid) {
  const std::string bytes = absl::HexStringToBytes(uid);
  std::array<uint8_t, 16> packed{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), packed.size()), packed.begin());
  return packed;
}

void PutDesired(const core::Desired& desired, Row& row) {
  row.declared = true;
  row.uid = PackUid(desired.uid);
  row.generation = static_cast<uint32_t>(desired.generation);
  row.adopted_floor_seq = desired.adopted_floor_seq;
  row.floor_seq = desired.floor_seq;
}

void PutAttempt(const core::Attempt& attempt, Row& row) {
  row.outcome = attempt.outcome;
  row.call_class = attempt.call_class;
  row.resolved = attempt.resolved;
  row.attempt_generation = static_cast<uint32_t>(attempt.generation);
  row.attempt_floor_seq = attempt.floor_seq;
  row.attempt_ended = attempt.ended;
}

void PutObservation(const core::Observation& seen, Row& row) {
  row.cloud_name = seen.cloud_name;
  row.state = seen.state;
  row.presence = seen.presence;
  row.missing_lists = static_cast<uint8_t>(seen.missing_lists);
  row.since = seen.since;
  row.start_seen = seen.start_seen;
  row.list_seq = seen.list_seq;
  row.shown_seq = seen.shown_seq;
  row.shown_at = seen.shown_at;
  row.nodes_digest = DigestNodes(seen.nodes);
}

void PutHistory(const core::History& history, Row& row) {
  row.failures = history.failures;
  row.stopped_generation = static_cast<uint32_t>(history.stopped_generation);
  row.next_attempt = history.next_attempt;
  if (history.intents.empty()) {
    row.intents.reset();
  } else {
    row.intents = std::make_unique<std::vector<SteadyTime>>(history.intents);
  }
}

}  // namespace

std::string Row::uid_text() const {
  return absl::BytesToHexString({reinterpret_cast<const char*>(uid.data()), uid.size()});
}

uint64_t DigestNodes(const std::vector<core::Node>& nodes) {
  size_t digest = nodes.size();
  for (const core::Node& node : nodes) {
    digest = absl::HashOf(digest, node.name, node.status, node.task_status, node.scene);
  }
  return digest;
}

Row* ProjectRows::Find(std::string_view instance_id) const {
  auto it = rows_.find(instance_id);
  return it == rows_.end() ? nullptr : it->second.get();
}

std::vector<Row*> ProjectRows::AllRows() const {
  std::vector<Row*> rows;
  rows.reserve(rows_.size());
  for (const auto& [id, row] : rows_) rows.push_back(row.get());
  return rows;
}

Registry::Registry() : workspaces_(1), policies_(1) {}

Row* Registry::Put(const core::InstanceRecord& record) {
  ProjectRows& project = Project(record.key.project_id);
  Row* row = project.Find(record.key.instance_id);
  if (row == nullptr) {
    auto fresh = std::make_unique<Row>();
    row = fresh.get();
    row->project = &project;
    row->instance_id = record.key.instance_id;
    project.rows_.emplace(row->instance_id.view(), std::move(fresh));
    ++size_;
  } else {
    by_revision_.erase(row->revision);
  }
  row->revision = record.revision;
  by_revision_[record.revision] = row;
  SawRevision(record.revision);

  row->declared = false;
  row->workspace = 0;
  row->policy = 0;
  if (record.desired) {
    PutDesired(*record.desired, *row);
    row->workspace = InternWorkspace(record.desired->workspace);
    row->policy = InternPolicy(record.desired->policy);
  }
  PutAttempt(record.attempt, *row);
  PutObservation(record.observation, *row);
  PutHistory(record.history, *row);
  return row;
}

void Registry::Forget(const core::InstanceKey& key, int64_t revision, SteadyTime now) {
  SawRevision(revision);
  tombstones_.push_back(Tombstone{key, revision, now});
  Row* row = Find(key);
  if (row == nullptr) return;
  by_revision_.erase(row->revision);
  // By iterator: the map's key points into the row that goes with it.
  auto& rows = row->project->rows_;
  rows.erase(rows.find(row->instance_id.view()));
  --size_;
}

ProjectRows& Registry::Project(std::string_view project_id) {
  auto it = projects_.find(project_id);
  if (it == projects_.end()) {
    auto rows = std::make_unique<ProjectRows>(std::string(project_id),
                                              static_cast<uint32_t>(projects_.size()));
    it = projects_.emplace(std::string(project_id), std::move(rows)).first;
  }
  return *it->second;
}

Row* Registry::Find(const core::InstanceKey& key) const {
  auto it = projects_.find(key.project_id);
  return it == projects_.end() ? nullptr : it->second->Find(key.instance_id);
}

core::InstanceRecord Registry::Expand(const Row& row) const {
  core::InstanceRecord record;
  record.key = KeyOf(row);
  record.revision = row.revision;
  if (row.declared) {
    core::Desired& desired = record.desired.emplace();
    desired.uid = row.uid_text();
    desired.generation = row.generation;
    desired.adopted_floor_seq = row.adopted_floor_seq;
    desired.floor_seq = row.floor_seq;
    desired.workspace = WorkspaceOf(row);
    desired.policy = PolicyOf(row);
  }
  record.attempt.outcome = row.outcome;
  record.attempt.call_class = row.call_class;
  record.attempt.resolved = row.resolved;
  record.attempt.generation = row.attempt_generation;
  record.attempt.floor_seq = row.attempt_floor_seq;
  record.attempt.ended = row.attempt_ended;
  record.observation.state = row.state;
  record.observation.presence = row.presence;
  record.observation.missing_lists = row.missing_lists;
  record.observation.since = row.since;
  record.observation.start_seen = row.start_seen;
  record.observation.list_seq = row.list_seq;
  record.observation.shown_seq = row.shown_seq;
  record.observation.shown_at = row.shown_at;
  record.observation.cloud_name = std::string(row.cloud_name);
  record.history.failures = row.failures;
  record.history.stopped_generation = row.stopped_generation;
  record.history.next_attempt = row.next_attempt;
  if (row.intents != nullptr) record.history.intents = *row.intents;
  return record;
}

std::vector<Row*> Registry::ChangedSince(int64_t after, size_t limit) const {
  std::vector<Row*> rows;
  for (auto it = by_revision_.upper_bound(after); it != by_revision_.end(); ++it) {
    if (rows.size() == limit) break;
    rows.push_back(it->second);
  }
  return rows;
}

std::vector<Tombstone> Registry::ForgottenSince(int64_t after, size_t limit) const {
  auto it = std::upper_bound(
      tombstones_.begin(), tombstones_.end(), after,
      [](int64_t revision, const Tombstone& tombstone) { return revision < tombstone.revision; });
  std::vector<Tombstone> found;
  for (; it != tombstones_.end() && found.size() < limit; ++it) found.push_back(*it);
  return found;
}

void Registry::PruneTombstones(SteadyTime before) {
  while (!tombstones_.empty() && tombstones_.front().at < before) {
    oldest_resumable_ = std::max(oldest_resumable_, tombstones_.front().revision);
    tombstones_.pop_front();
  }
}

uint32_t Registry::InternWorkspace(const std::string& name) {
  auto [it, fresh] = workspace_index_.emplace(name, workspaces_.size());
  if (fresh) workspaces_.push_back(name);
  return it->second;
}

uint32_t Registry::InternPolicy(const core::Policy& policy) {
  auto [it, fresh] = policy_index_.emplace(PolicyFingerprint(policy), policies_.size());
  if (fresh) policies_.push_back(policy);
  return it->second;
}

}  // namespace quiesce::engine
