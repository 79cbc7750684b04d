#include "tests/simulation/checker.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "daemon/core/power_state.h"

namespace quiesce::simulation {

Checker::Checker(SimWorld& world, const Scenario& scenario, Verdict& verdict)
    : world_(world),
      scenario_(scenario),
      verdict_(verdict),
      calls_(world, scenario, verdict),
      gateway_(world, scenario, verdict),
      evidence_(scenario, calls_, lists_) {}

// --- one process after the other -----------------------------------------------------------------

void Checker::ProcessOpened(int64_t fence, const CommittedState& found) {
  if (fence <= fence_) {
    verdict_.Fail("I7", absl::StrCat("fence ", fence, " after fence ", fence_));
  }
  fence_ = fence;
  evidence_.SetFence(fence);
  recovering_ = true;
  if (const auto difference = found.DifferenceFrom(committed_)) {
    verdict_.Fail("I13", absl::StrCat("found, and committed before:", *difference));
  }
}

void Checker::ProcessStarted(const CommittedState& loaded) {
  recovering_ = false;
  calls_.ProcessStarted();
  gateway_.ProcessStarted();
  if (const auto difference = loaded.DifferenceFrom(committed_)) {
    verdict_.Fail("I9", absl::StrCat("loaded, and told by the feed:", *difference));
  }
}

void Checker::ProcessKilled() {
  draining_ = false;
  stops_.clear();
  calls_.ProcessKilled();
}

// --- the cloud -----------------------------------------------------------------------------------

int64_t Checker::StopHanded(const core::InstanceKey& key) {
  if (draining_) verdict_.Fail("drain", "a stop is handed over while the daemon stops");
  const std::optional<core::InstanceRecord> row = read_row_(key);
  const int64_t number = calls_.Handed(key, row ? &*row : nullptr, fence_);
  stops_[number] = gateway_.Handed(key.project_id, GatewayLog::Kind::kStop);
  return number;
}

void Checker::StopSent(int64_t call) {
  calls_.Sent(call);
  gateway_.Sent(stops_.at(call));
}

void Checker::StopProcessed(int64_t call) { calls_.Processed(call); }
void Checker::StopOver(int64_t call) { calls_.Over(call); }

void Checker::StopAnswered(int64_t call, const core::CallResult& result) {
  calls_.Answered(call, result);
  const bool tried = result.call_class != core::CallClass::kNone;
  gateway_.Answered(stops_.at(call), {result.http_status, tried, result.quota});
  stops_.erase(call);
}

int64_t Checker::ListHanded(const std::string& project_id) {
  calls_.ListHanded(project_id);
  ListRecord& list = lists_.Begin(project_id, fence_, world_.now());
  list.call = gateway_.Handed(project_id, GatewayLog::Kind::kList);
  return list.number;
}

void Checker::ListSent(int64_t number) { gateway_.Sent(lists_.At(number).call); }

void Checker::ListAnswered(int64_t number, const cloud::ListResult& result,
                           const std::map<std::string, CloudView>& shown) {
  ListRecord& list = lists_.At(number);
  list.answered = true;
  list.ok = result.ok;
  if (result.ok) list.shown = shown;
  if (result.http_status == 429) {
    calls_.Throttled(list.project_id, result.retry_after, result.quota.has_value());
  }
  gateway_.Answered(list.call, {result.http_status, result.tried, result.quota});
}

// --- the store -----------------------------------------------------------------------------------

void Checker::Committed(const std::vector<store::Change>& changes, const Now& ran, bool releases) {
  releases_ = releases;
  for (const store::Change& change : changes) {
    std::visit([this, &ran](const auto& typed) { Check(typed, ran); }, change);
    committed_.Apply(change);
  }
}

void Checker::Answered(const absl::Status& status) {
  const bool broken = status.code() == absl::StatusCode::kInternal ||
                      status.code() == absl::StatusCode::kDataLoss ||
                      status.code() == absl::StatusCode::kUnknown;
  if (broken) verdict_.Fail("store", std::string(status.message()));
}

void Checker::CheckRevision(int64_t revision, const std::string& what) {
  if (revision > committed_.last_revision()) return;
  verdict_.Fail("I9", absl::StrCat(what, " has revision ", revision, " after revision ",
                                   committed_.last_revision()));
}

void Checker::Check(const store::InstanceChanged& change, const Now& ran) {
  const core::InstanceRecord& after = change.record;
  const core::InstanceRecord* before = committed_.Find(after.key);
  CheckRevision(after.revision, after.key.instance_id);
  CheckDeclaration(before, after, ran);
  CheckAttempt(before, after, ran);
  CheckLatch(before, after, ran);
}

void Checker::CheckDeclaration(const core::InstanceRecord* before,
                               const core::InstanceRecord& after, const Now& ran) {
  if (!after.desired) {
    if (before != nullptr && before->desired && !releases_) {
      verdict_.Fail("I3", absl::StrCat(after.key.instance_id, " is released by nobody"));
    }
    return;
  }
  const core::Desired& now = *after.desired;
  const std::string& id = after.key.instance_id;
  if (before == nullptr || !before->desired) {
    evidence_.Declared(now.uid, now.generation, ran.steady);
    return;
  }
  const core::Desired& was = *before->desired;
  if (was.uid != now.uid) {
    verdict_.Fail("I3", absl::StrCat(id, " has another uid without having been released"));
  }
  const bool changed = was.policy != now.policy || was.workspace != now.workspace;
  const bool raised = now.generation == was.generation + 1;
  if (now.generation != was.generation && !raised) {
    verdict_.Fail(
        "I3", absl::StrCat(id, " goes from generation ", was.generation, " to ", now.generation));
  }
  if (changed && !raised) verdict_.Fail("I3", absl::StrCat(id, " changed within a generation"));
  if (raised) evidence_.Declared(now.uid, now.generation, ran.steady);
}

void Checker::CheckAttempt(const core::InstanceRecord* before, const core::InstanceRecord& after,
                           const Now& ran) {
  const core::Attempt none;
  const core::Attempt& was = before != nullptr ? before->attempt : none;
  const core::Attempt& now = after.attempt;
  const std::string& id = after.key.instance_id;
  if (was.id != now.id) return CheckIntent(before, after, ran);
  const bool changed = was.outcome != now.outcome || was.call_class != now.call_class ||
                       was.ended != now.ended || was.started != now.started;
  if (!changed) return;
  if (was.outcome != core::Outcome::kOpen) {
    verdict_.Fail("I7", absl::StrCat(id, ": the outcome of ", was.id, " was changed"));
  }
  if (recovering_) {
    if (now.outcome != core::Outcome::kUnknown) {
      verdict_.Fail("I1", absl::StrCat(id, ": an intent found open is not taken for UNKNOWN"));
    }
    return;
  }
  if (now.fence != fence_) verdict_.Fail("I7", absl::StrCat(id, " is written under an old fence"));
  for (const StopRecord* call : calls_.CallsOf(after.key)) {
    if (call->attempt_id != now.id || call->outcome == now.outcome) continue;
    verdict_.Fail("I1", absl::StrCat(id, ": outcome ", static_cast<int>(now.outcome),
                                     " is recorded of a call that ended with ",
                                     static_cast<int>(call->outcome)));
  }
}

bool Checker::IsHeld(const core::InstanceRecord& record, absl::Time now) const {
  for (const auto& [id, held] : committed_.holds()) {
    const core::Hold& hold = held.hold;
    if (hold.ended <= now || hold.ended != absl::InfiniteFuture() || hold.expires <= now) continue;
    if (hold.scope == core::HoldScope::kFleet) return true;
    if (hold.scope == core::HoldScope::kInstance && hold.instance == record.key) return true;
    if (hold.scope == core::HoldScope::kProject && hold.project_id == record.key.project_id) {
      return true;
    }
    if (hold.scope == core::HoldScope::kWorkspace && record.desired &&
        hold.workspace == record.desired->workspace) {
      return true;
    }
  }
  return false;
}

void Checker::CheckIntent(const core::InstanceRecord* before, const core::InstanceRecord& after,
                          const Now& ran) {
  const std::string& id = after.key.instance_id;
  if (after.attempt.outcome != core::Outcome::kOpen || after.attempt.fence != fence_) {
    verdict_.Fail("I7", absl::StrCat(id, " has a new attempt that is not open or not ours"));
    return;
  }
  world_.Hit("intent");
  if (before == nullptr || !before->desired || !after.desired) {
    verdict_.Fail("I2", absl::StrCat(id, " is called and declared by nobody"));
    return;
  }
  if (before->attempt.outcome == core::Outcome::kOpen) {
    verdict_.Fail("I4", absl::StrCat(id, " has a second intent"));
  }
  const core::Policy& policy = before->desired->policy;
  if (policy.is_protected) verdict_.Fail("I2", absl::StrCat(id, " is called and protected"));
  if (policy.enforcement == core::Enforcement::kObserve) {
    verdict_.Fail("I2", absl::StrCat(id, " is called and only to be observed"));
  }
  if (IsHeld(*before, ran.wall)) verdict_.Fail("I2", absl::StrCat(id, " is called and held"));
  if (never_again_.count({before->desired->uid, before->desired->generation}) > 0) {
    verdict_.Fail("cancel", absl::StrCat(id, " is called for a run after its cancellation"));
  }
  // Allowed: the declaration stands, and the accepted call came to nothing.
  if (kept_.count({before->desired->uid, before->desired->generation}) > 0) {
    world_.Hit("run: called again after its cancel");
  }
  const store::Project* project = committed_.FindProject(after.key.project_id);
  const core::ProjectFreshness freshness =
      project != nullptr ? project->freshness : core::ProjectFreshness();
  if (const auto problem = evidence_.AgainstCall(*before, freshness, ran.steady)) {
    verdict_.Fail("evidence", absl::StrCat("call of ", *problem));
  }
}

void Checker::CheckLatch(const core::InstanceRecord* before, const core::InstanceRecord& after,
                         const Now& ran) {
  if (!after.desired) return;
  const int64_t generation = after.desired->generation;
  if (after.history.stopped_generation != generation) return;
  if (before != nullptr && before->desired && before->desired->uid == after.desired->uid &&
      before->history.stopped_generation == before->desired->generation) {
    return;  // was latched, and is carried along
  }
  const store::Project* project = committed_.FindProject(after.key.project_id);
  const core::ProjectFreshness freshness =
      project != nullptr ? project->freshness : core::ProjectFreshness();
  if (const auto problem = evidence_.AgainstStopped(after, freshness, ran.steady)) {
    verdict_.Fail("I8", absl::StrCat("latch of ", *problem));
  }
}

void Checker::Check(const store::InstanceForgotten& change, const Now&) {
  CheckRevision(change.revision, change.key.instance_id);
  const core::InstanceRecord* before = committed_.Find(change.key);
  if (before == nullptr) return;
  if (before->desired && !releases_) {
    verdict_.Fail("I3", absl::StrCat(change.key.instance_id, " is forgotten and declared"));
  }
  if (before->attempt.outcome == core::Outcome::kOpen) {
    verdict_.Fail("I1", absl::StrCat(change.key.instance_id, " is forgotten with an open call"));
  }
}

void Checker::Check(const store::HoldChanged& change, const Now&) {
  CheckRevision(change.hold.revision, "hold");
  const std::string& id = change.hold.hold.id;
  if (committed_.holds().count(id) > 0) return;
  std::set<core::InstanceKey>& open = open_at_hold_[id];
  for (const auto& [key, record] : committed_.instances()) {
    const bool covered = change.hold.hold.scope == core::HoldScope::kFleet ||
                         (change.hold.hold.scope == core::HoldScope::kInstance &&
                          change.hold.hold.instance == key) ||
                         (change.hold.hold.scope == core::HoldScope::kProject &&
                          change.hold.hold.project_id == key.project_id) ||
                         (change.hold.hold.scope == core::HoldScope::kWorkspace && record.desired &&
                          change.hold.hold.workspace == record.desired->workspace);
    if (covered && record.attempt.outcome == core::Outcome::kOpen) open.insert(key);
  }
}

void Checker::Check(const store::HoldForgotten&, const Now&) {}

void Checker::Check(const store::WorkspaceChanged& change, const Now&) {
  CheckRevision(change.workspace.revision, change.workspace.name);
}

void Checker::Check(const store::ProjectChanged& change, const Now&) {
  const store::Project* before = committed_.FindProject(change.project.id);
  const int64_t last_seq = before != nullptr ? before->freshness.last_seq : 0;
  if (change.project.freshness.last_seq < last_seq) {
    verdict_.Fail("evidence", "the freshness of a project goes back");
  }
  if (change.project.freshness.last_seq > last_seq) CheckListRecorded(change.project);
}

// Freshness moves with the last difference of the list and not before: what is recorded now is
// what the list showed, row by row.
void Checker::CheckListRecorded(const store::Project& project) {
  const ListRecord* list = lists_.Find(project.id, project.freshness.list_started);
  if (list == nullptr || !list->ok || list->fence != fence_) {
    verdict_.Fail("evidence", absl::StrCat("project ", project.alias,
                                           " is fresh by a list that never was complete"));
    return;
  }
  lists_.SetRecorded(*list, project.freshness.last_seq);
  for (const auto& [id, view] : list->shown) {
    const core::InstanceRecord* record = committed_.Find({project.id, id});
    const bool same =
        record != nullptr && record->observation.presence == core::Presence::kPresent &&
        record->observation.state == core::FoldNodes(view.nodes, {}) &&
        record->observation.cloud_name == view.name && record->observation.nodes == view.nodes;
    if (same) continue;
    verdict_.Fail("evidence",
                  absl::StrCat("list ", list->seq, " showed ", id, " ",
                               std::string(ToString(JudgePower(view))), ", and recorded is ",
                               record == nullptr ? "nothing" : Describe(*record)));
  }
  const bool suspect = CheckSuspicion(*list);
  for (const auto& [key, record] : committed_.instances()) {
    if (key.project_id != project.id || !record.desired || list->shown.count(key.instance_id) > 0) {
      continue;
    }
    const core::Presence presence = record.observation.presence;
    // Adopted meanwhile: the list says nothing about it. A list that is suspected takes nothing
    // from what was absent before.
    const bool later = record.desired->adopted_floor_seq >= list->seq;
    const bool absent = presence == core::Presence::kMissing ||
                        presence == core::Presence::kSuspect ||
                        (presence == core::Presence::kNever && suspect);
    if (later || absent) continue;
    verdict_.Fail("evidence", absl::StrCat("list ", list->seq, " lacked ", key.instance_id,
                                           ", and recorded is ", Describe(record)));
  }
}

// A list that is empty or loses more than max(1, 20%) of what is tracked is suspected. Returns
// whether it was.
bool Checker::CheckSuspicion(const ListRecord& list) {
  size_t tracked = 0;
  size_t suspected = 0;
  size_t newly_missing = 0;
  for (const auto& [key, record] : committed_.instances()) {
    if (key.project_id != list.project_id || !record.desired) continue;
    if (record.desired->adopted_floor_seq >= list.seq) continue;  // adopted meanwhile
    const core::Observation& seen = record.observation;
    const bool shown = list.shown.count(key.instance_id) > 0;
    const bool suspect = !shown && seen.presence == core::Presence::kSuspect;
    const bool missing = !shown && seen.presence == core::Presence::kMissing &&
                         seen.list_seq == list.seq && seen.missing_lists == 1 && seen.shown_seq > 0;
    tracked += shown || suspect || missing;
    suspected += suspect;
    newly_missing += missing;
  }
  // One more or less: declarations come and go while a list is taken.
  const size_t bearable = std::max<size_t>(1, tracked / 5) + 1;
  const bool believed = absence_accepted_.count(list.project_id) > 0;
  if (suspected == 0 && newly_missing > bearable && !believed) {
    verdict_.Fail("evidence", absl::StrCat("list ", list.seq, " loses ", newly_missing, " of ",
                                           tracked, " and is believed"));
  }
  return suspected > 0 || list.shown.empty();
}

void Checker::Check(const store::RunChanged& change, const Now&) {
  CheckRevision(change.run.revision, "run");
  const store::Run& run = change.run;
  const auto [it, fresh] = run_of_plan_.emplace(run.plan_id, run.id);
  if (it->second != run.id) {
    verdict_.Fail("I10", absl::StrCat("plan ", run.plan_id, " is consumed twice"));
  }
  int64_t items = 0;
  for (const auto& [state, count] : run.counts) items += count;
  if (items != run.item_count) {
    verdict_.Fail("run", absl::StrCat("run ", run.id, " counts ", items, " of ", run.item_count));
  }
}

void Checker::Check(const store::RunItemChanged& change, const Now&) {
  const store::RunItem& item = change.item;
  store::RunItem& was = items_of_run_[item.run_id][item.index];
  const bool first = was.run_id.empty();
  if (!first && was.state != store::ItemState::kPending && was.state != item.state) {
    verdict_.Fail("run", absl::StrCat("an item of run ", item.run_id, " ended twice"));
  }
  if (!first && !was.uid.empty() && (was.uid != item.uid || was.generation != item.generation)) {
    verdict_.Fail("I10", absl::StrCat("an item of run ", item.run_id, " was applied twice"));
  }
  if (item.state != store::ItemState::kPending) {
    world_.Hit(absl::StrCat("run item: ended with ", static_cast<int>(item.state)));
  }
  if (item.at_cancel != store::CallAtCancel::kNotCancelled) {
    world_.Hit(absl::StrCat("run item: at cancel ", static_cast<int>(item.at_cancel)));
  }
  was = item;
  const bool says_stopped =
      item.state == store::ItemState::kConverged && item.reason == core::Reason::kConverged;
  if (says_stopped && !evidence_.WasEverShownOff(item.key, item.uid, item.generation)) {
    verdict_.Fail("I8", absl::StrCat("an item of run ", item.run_id, " about ",
                                     item.key.instance_id, " is CONVERGED without evidence"));
  }
}

// --- what people are told ------------------------------------------------------------------------

void Checker::Told(const core::InstanceRecord& record, const core::ProjectFreshness& freshness,
                   const core::Decision& decision) {
  if (!record.desired) return;
  if (decision.phase == core::Phase::kStopped) {
    if (const auto problem = evidence_.AgainstStopped(record, freshness, world_.now())) {
      verdict_.Fail("I8", absl::StrCat("said to be stopped: ", *problem));
    }
  }
  if (decision.phase == core::Phase::kGone || decision.reason == core::Reason::kNotListed) {
    const bool accepted = absence_accepted_.count(record.key.project_id) > 0;
    if (const auto problem = evidence_.AgainstAbsence(record, accepted)) {
      verdict_.Fail("evidence", *problem);
    }
  }
}

void Checker::Acknowledged(const core::InstanceRecord& record) {
  const core::InstanceRecord* committed = committed_.Find(record.key);
  if (committed == nullptr && record.revision == 0) return;
  if (committed_.last_revision() < record.revision) {
    verdict_.Fail("I3", absl::StrCat("a write of ", record.key.instance_id,
                                     " is acknowledged and not committed"));
  }
}

void Checker::HoldAcknowledged(const std::string& id,
                               const std::set<core::InstanceKey>& open_calls) {
  if (open_calls != open_at_hold_[id]) {
    verdict_.Fail("I2", absl::StrCat("hold ", id, " answers with ", open_calls.size(),
                                     " open calls, and ", open_at_hold_[id].size(), " were"));
  }
}

void Checker::WaitEnded(const std::optional<core::InstanceRecord>& record,
                        const core::ProjectFreshness& freshness, const std::string& etag,
                        bool converged, absl::Duration late) {
  // The loop may have stood still.
  if (late > absl::Minutes(2)) {
    verdict_.Fail("wait", absl::StrCat("is answered ", absl::FormatDuration(late), " late"));
  }
  if (!converged) return;
  if (!record || core::EtagOf(*record) != etag) {
    verdict_.Fail("wait", "CONVERGED, and the declaration is another one");
    return;
  }
  if (const auto problem = evidence_.AgainstStopped(*record, freshness, world_.now())) {
    verdict_.Fail("I8", absl::StrCat("a wait is CONVERGED: ", *problem));
  }
}

void Checker::PlanApplied(const std::string& plan_id, const store::Run& run) {
  if (run_of_plan_[plan_id] != run.id) {
    verdict_.Fail("I10", absl::StrCat("plan ", plan_id, " answers with another run"));
  }
}

void Checker::RunCancelled(const store::Run& run) {
  for (const auto& [index, item] : items_of_run_[run.id]) {
    const bool taken_back = item.state == store::ItemState::kCancelled;
    if (taken_back && item.change != core::Change::kNone && !item.uid.empty()) {
      never_again_.insert({item.uid, item.generation});
    }
    if (item.at_cancel == store::CallAtCancel::kAccepted) {
      kept_.insert({item.uid, item.generation});
    }
    if (item.state == store::ItemState::kPending &&
        item.at_cancel != store::CallAtCancel::kAccepted) {
      verdict_.Fail("cancel", absl::StrCat("run ", run.id, " is said to be cancelled, and item ",
                                           index, " is not"));
    }
  }
}

}  // namespace quiesce::simulation
