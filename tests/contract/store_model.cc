#include "tests/contract/store_model.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/store/stored_names.h"
#include "gtest/gtest.h"

namespace quiesce::store {
namespace {

std::string Name(std::string_view text) { return std::string(text); }
int64_t Wall(absl::Time time) { return absl::ToUnixNanos(time); }

std::string KeyOf(const core::InstanceKey& key) {
  return absl::StrCat(key.project_id, "/", key.instance_id);
}

std::string Describe(const std::optional<core::Desired>& d) {
  if (!d) return "undeclared";
  return absl::StrCat("uid=", d->uid, " generation=", d->generation,
                      " adopted_floor=", d->adopted_floor_seq, " floor=", d->floor_seq,
                      " workspace=", d->workspace, " ", Name(StoredName(d->policy.enforcement)),
                      " grace=", absl::FormatDuration(d->policy.start_grace),
                      " protected=", d->policy.is_protected, " name=", d->policy.asserted_name,
                      " by ", Name(StoredName(d->authority.kind)), " ", d->authority.reference, " ",
                      d->authority.principal, " at ", Wall(d->authority.at));
}

std::string Describe(const core::Attempt& a) {
  return absl::StrCat("id=", a.id, " fence=", a.fence, " generation=", a.generation,
                      " based_on=", a.based_on_seq, " ", Name(StoredName(a.outcome)), " ",
                      Name(StoredName(a.call_class)), " resolved=", a.resolved,
                      " floor=", a.floor_seq, " ", a.started.micros(), "..", a.ended.micros(),
                      " http=", a.http_status, " ", a.error_code, " ", a.message, " ",
                      a.cloud_request_id);
}

std::string Describe(const core::Observation& o) {
  std::string text = absl::StrCat(
      Name(StoredName(o.state)), " ", Name(StoredName(o.presence)), " missing=", o.missing_lists,
      " since=", o.since.micros(), " start=", o.start_seen.micros(), " seq=", o.list_seq,
      " shown=", o.shown_seq, "@", o.shown_at.micros(), " name=", o.cloud_name);
  for (const core::Node& node : o.nodes) {
    absl::StrAppend(&text, " [", node.name, " ", node.status, " ", node.task_status, " ",
                    node.scene, "]");
  }
  return text;
}

std::string Describe(const core::History& h) {
  std::string text = absl::StrCat("stopped=", h.stopped_generation, " failures=", h.failures,
                                  " next=", h.next_attempt.micros(), " intents");
  for (const SteadyTime intent : h.intents) absl::StrAppend(&text, " ", intent.micros());
  return text;
}

template <typename Key>
std::string DescribeCounts(const std::map<Key, int64_t>& counts) {
  std::string text;
  for (const auto& [key, count] : counts) {
    absl::StrAppend(&text, " ", Name(StoredName(key)), ":", count);
  }
  return text;
}

}  // namespace

std::string Describe(const core::InstanceRecord& r) {
  return absl::StrCat(KeyOf(r.key), " revision ", r.revision, "\n  desired ", Describe(r.desired),
                      "\n  attempt ", Describe(r.attempt), "\n  observed ", Describe(r.observation),
                      "\n  history ", Describe(r.history));
}

std::string Describe(const HoldRecord& record) {
  const core::Hold& h = record.hold;
  return absl::StrCat(h.id, " ", Name(StoredName(h.scope)), " ", KeyOf(h.instance), " ",
                      h.workspace, " ", h.project_id, " ", h.reason, " ", h.owner, " ",
                      h.created_by, " ", Wall(h.created), "..", Wall(h.expires), " ended ",
                      Wall(h.ended), " by ", record.ended_by, " revision ", record.revision);
}

std::string Describe(const Workspace& w) {
  std::string text = absl::StrCat(w.name, " ", Name(StoredName(w.kind)), " ", w.header.owner, " ",
                                  w.header.contact, " generation ", w.generation, " changing ",
                                  w.changing_run, " revision ", w.revision);
  for (const auto& [key, value] : w.header.labels) absl::StrAppend(&text, " ", key, "=", value);
  return text;
}

std::string Describe(const Project& p) {
  const core::ProjectFreshness& f = p.freshness;
  return absl::StrCat(
      p.id, " ", p.alias, " ", p.endpoint, " last=", f.last_seq,
      " started=", f.list_started.micros(), " took=", absl::FormatDuration(f.list_took),
      " interval=", absl::FormatDuration(f.interval), " floor=", f.process_floor_seq, "@",
      f.process_started.micros(), " observed=", p.observed_seq, " listed_at=", Wall(p.listed_at));
}

std::string Describe(const Run& r) {
  return absl::StrCat(r.id, " of ", r.plan_id, " ", r.workspace, " ", Name(StoredName(r.state)),
                      " ", r.cursor, "/", r.cancel_cursor, "/", r.item_count,
                      DescribeCounts(r.counts), " cancel", DescribeCounts(r.cancel_counts), " by ",
                      r.created_by, " ", r.cancelled_by, " ", Wall(r.created), "..", Wall(r.ended),
                      " revision ", r.revision);
}

std::string Describe(const RunItem& i) {
  return absl::StrCat(i.run_id, "#", i.index, " ", KeyOf(i.key), " ", Name(StoredName(i.change)),
                      " ", Name(StoredName(i.effect)), " ", Name(StoredName(i.state)), " ",
                      Name(StoredName(i.at_cancel)), " ",
                      i.reason ? Name(StoredName(*i.reason)) : "-", " uid=", i.uid,
                      " generation=", i.generation, " ended ", Wall(i.ended));
}

void StoreModel::Follow(const std::vector<Change>& changes) {
  for (const Change& change : changes) Take(change, /*in_order=*/true);
}

void StoreModel::Load(const std::vector<Change>& changes) {
  for (const Change& change : changes) Take(change, /*in_order=*/false);
}

void StoreModel::Revision(int64_t revision, bool in_order) {
  if (in_order) {
    EXPECT_GT(revision, last_revision_) << "the feed went back";
  }
  last_revision_ = std::max(last_revision_, revision);
}

void StoreModel::Take(const Change& change, bool in_order) {
  if (const auto* instance = std::get_if<InstanceChanged>(&change)) {
    Revision(instance->record.revision, in_order);
    tombstones_.erase(KeyOf(instance->record.key));
    rows_["instance " + KeyOf(instance->record.key)] = Describe(instance->record);
  } else if (const auto* forgotten = std::get_if<InstanceForgotten>(&change)) {
    Revision(forgotten->revision, in_order);
    rows_.erase("instance " + KeyOf(forgotten->key));
    tombstones_[KeyOf(forgotten->key)] = forgotten->revision;
  } else if (const auto* hold = std::get_if<HoldChanged>(&change)) {
    Revision(hold->hold.revision, in_order);
    rows_["hold " + hold->hold.hold.id] = Describe(hold->hold);
  } else if (const auto* gone = std::get_if<HoldForgotten>(&change)) {
    rows_.erase("hold " + gone->id);
  } else if (const auto* workspace = std::get_if<WorkspaceChanged>(&change)) {
    Revision(workspace->workspace.revision, in_order);
    rows_["workspace " + workspace->workspace.name] = Describe(workspace->workspace);
  } else if (const auto* project = std::get_if<ProjectChanged>(&change)) {
    rows_["project " + project->project.id] = Describe(project->project);
  } else if (const auto* run = std::get_if<RunChanged>(&change)) {
    Revision(run->run.revision, in_order);
    rows_.erase("run " + run->run.id);
    if (run->run.ended == absl::InfiniteFuture()) {
      rows_["run " + run->run.id] = Describe(run->run);
    }
  } else if (const auto* item = std::get_if<RunItemChanged>(&change)) {
    const std::string key = absl::StrCat("item ", item->item.run_id, "#", item->item.index);
    rows_.erase(key);
    if (item->item.state == ItemState::kPending) rows_[key] = Describe(item->item);
  } else {
    ADD_FAILURE() << "a kind of change that the model does not know";
  }
}

}  // namespace quiesce::store
