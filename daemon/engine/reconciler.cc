#include "daemon/engine/reconciler.h"

#include <algorithm>
#include <map>
#include <string>
#include <variant>

#include "daemon/base/limits.h"
#include "daemon/core/transition.h"

namespace quiesce::engine {
namespace {

// The next change of the instance is expected from the cloud, soon: worth looking often.
bool IsUnsettled(const core::Decision& decision) {
  switch (decision.phase) {
    case core::Phase::kPending:
    case core::Phase::kStopping:
    case core::Phase::kRetrying:
    case core::Phase::kUnknown:
      return true;
    default:
      // Nothing happens to it before its turn comes, and looking costs quota too.
      if (decision.reason == core::Reason::kQuota) return false;
      return decision.reason == core::Reason::kBusy || decision.action != core::Action::kNone;
  }
}

// Nothing is left to do or to wait for.
bool IsClosed(const core::Decision& decision) {
  return decision.phase == core::Phase::kUnmanaged || decision.phase == core::Phase::kGone ||
         (decision.phase == core::Phase::kStopped && decision.action == core::Action::kNone);
}

}  // namespace

Reconciler::Reconciler(Executor& executor, Clock& clock, store::StateStore& store,
                       cloud::InstanceApi& api, Registry& registry, Projects& projects,
                       Observer& observer, Listener& listener)
    : executor_(executor),
      clock_(clock),
      store_(store),
      api_(api),
      registry_(registry),
      projects_(projects),
      observer_(observer),
      listener_(listener) {}

// --- what wakes it -------------------------------------------------------------------------------

void Reconciler::Start() {
  started_ = true;
  SweepAllDeclared();
}

void Reconciler::SweepAllDeclared() {
  for (const auto& [id, project] : registry_.projects()) SweepDeclared(*project);
}

// Every decision was made under the settings of before. What waits for a call may wait under the
// wrong credential now, and is queued anew by its decision.
void Reconciler::ProjectsChanged() {
  for (const auto& credential : projects_.credentials()) {
    for (const core::InstanceKey& key : credential->ready.TakeAll()) {
      if (Row* row = registry_.Find(key)) row->claiming = false;
    }
  }
  for (const auto& project : projects_.all()) {
    if (project->configured()) {
      WatchFreshness(*project);
    } else {
      LeaveProject(*project);
    }
  }
  SweepAllDeclared();
}

void Reconciler::LeaveProject(ProjectState& project) {
  project.open.clear();
  project.unsettled = 0;
  for (const auto& [id, row] : project.rows->rows()) row->unsettled = false;
}

void Reconciler::RowChanged(Row& row) {
  if (started_) Evaluate(row, /*by_time=*/false);
}

void Reconciler::Recheck(Row& row) {
  if (started_) Evaluate(row, /*by_time=*/true);
}

void Reconciler::RowForgotten(Row& row) {
  timers_.erase({row.due, &row});
  ProjectState* project = projects_.Find(row.project->id());
  if (project == nullptr) return;
  project->open.erase(&row);
  if (row.unsettled) --project->unsettled;
}

void Reconciler::ProjectListed(ProjectState& project) {
  SweepOpen(project);
  WatchFreshness(project);
}

// When a project's lists stop coming, its settled instances are no longer known to be settled.
// One timer for the project, not one for each of them.
void Reconciler::WatchFreshness(ProjectState& project) {
  const core::ProjectFreshness& freshness = project.rows->freshness;
  if (project.config.settings.mode != core::ObservationMode::kList) return;
  const SteadyTime stale_at = freshness.list_started +
                              core::FreshnessBound(project.config.settings, freshness) +
                              absl::Microseconds(1);
  const int64_t seq = freshness.last_seq;
  executor_.PostAt(stale_at, [this, &project, seq] {
    if (project.rows->freshness.last_seq == seq) SweepDeclared(*project.rows);
  });
}

void Reconciler::HoldChanged(const core::Hold& hold) {
  holds_.Put(hold);
  for (const auto& project : projects_.all()) {
    for (Row* row : project->open) {
      if (core::Covers(hold, registry_.KeyOf(*row), registry_.WorkspaceOf(*row))) Sweep(*row);
    }
  }
}

// Decides about many rows in slices, so that the loop stays responsive.
void Reconciler::Sweep(Row& row) {
  if (!started_ || row.sweeping) return;
  row.sweeping = true;
  sweep_.push_back(registry_.KeyOf(row));
  if (sweep_posted_) return;
  sweep_posted_ = true;
  executor_.Post([this] { RunSweep(); });
}

void Reconciler::Sweep(const std::vector<core::InstanceKey>& keys) {
  for (const core::InstanceKey& key : keys) {
    if (Row* row = registry_.Find(key)) Sweep(*row);
  }
}

void Reconciler::SweepDeclared(const ProjectRows& rows) {
  for (const auto& [id, row] : rows.rows()) {
    if (row->declared) Sweep(*row);
  }
}

void Reconciler::SweepOpen(const ProjectState& project) {
  for (Row* row : project.open) Sweep(*row);
}

void Reconciler::RunSweep() {
  for (size_t n = 0; n < limits::kSliceRows && !sweep_.empty(); ++n) {
    Row* row = registry_.Find(sweep_.front());
    sweep_.pop_front();
    if (row == nullptr) continue;
    row->sweeping = false;
    Evaluate(*row, /*by_time=*/true);
  }
  sweep_posted_ = !sweep_.empty();
  if (sweep_posted_) executor_.Post([this] { RunSweep(); });
}

void Reconciler::Arm(Row& row, SteadyTime due) {
  if (row.due == due) return;
  timers_.erase({row.due, &row});
  row.due = due;
  if (due.is_infinite()) return;
  timers_.insert({due, &row});
  ArmTimer();
}

void Reconciler::ArmTimer() {
  if (timers_.empty()) return;
  const SteadyTime latest = clock_.Read().steady + limits::kMaxTimerDelay;
  const SteadyTime at = std::min(timers_.begin()->due, latest);
  if (at >= timer_at_) return;
  timer_at_ = at;
  executor_.PostAt(at, [this, at] {
    if (timer_at_ == at) RunTimers();
  });
}

void Reconciler::RunTimers() {
  timer_at_ = SteadyTime::Infinite();
  const SteadyTime now = clock_.Read().steady;
  while (!timers_.empty() && timers_.begin()->due <= now) {
    Row& row = *timers_.begin()->row;
    timers_.erase(timers_.begin());
    row.due = SteadyTime::Infinite();
    Sweep(row);
  }
  ArmTimer();
}

// --- deciding ------------------------------------------------------------------------------------

core::Surroundings Reconciler::SurroundingsOf(const ProjectRows& rows) {
  core::Surroundings around{projects_.SettingsOf(rows.id()), rows.freshness, holds_};
  if (const ProjectState* project = projects_.Find(rows.id())) {
    around.throttled_until = project->credential->paused_until();
    around.list_refused = project->list_refused();
    around.quota_until = project->credential->QuotaUntil(clock_.Read().steady);
    around.endpoint_down = project->credential->endpoint_down();
  }
  return around;
}

core::Decision Reconciler::Decide(const Row& row, const Now& now) {
  return core::Decide(registry_.Expand(row), SurroundingsOf(row), now);
}

void Reconciler::Evaluate(Row& row, bool by_time) {
  const core::Decision decision = Decide(row, clock_.Read());
  const bool changed = decision.phase != row.phase || decision.reason != row.reason;
  row.phase = decision.phase;
  row.reason = decision.reason;
  Arm(row, decision.valid_until);
  if (ProjectState* project = projects_.Find(row.project->id())) {
    Account(row, *project, decision);
    switch (decision.action) {
      case core::Action::kCall:
        QueueCall(row, *project);
        break;
      case core::Action::kLook:
        observer_.WantLook(*project);
        break;
      case core::Action::kLatch:
        QueueLatch(row);
        break;
      case core::Action::kNone:
        break;
    }
  }
  listener_.OnDecision(row, decision, by_time && changed);
}

void Reconciler::Account(Row& row, ProjectState& project, const core::Decision& decision) {
  if (IsClosed(decision)) {
    project.open.erase(&row);
  } else {
    project.open.insert(&row);
  }
  const bool unsettled = IsUnsettled(decision);
  if (unsettled == row.unsettled) return;
  row.unsettled = unsettled;
  project.unsettled += unsettled ? 1 : -1;
  // Only the first and the last one change how often to look.
  if (project.unsettled <= 1) observer_.Reconsider(project);
}

// --- calling -------------------------------------------------------------------------------------

void Reconciler::QueueCall(Row& row, ProjectState& project) {
  if (row.claiming || draining_) return;
  row.claiming = true;
  project.credential->ready.Push(registry_.KeyOf(row));
  Dispatch(*project.credential);
}

void Reconciler::CredentialChanged(CredentialState& credential) {
  for (const auto& project : projects_.all()) {
    if (project->credential == &credential) SweepOpen(*project);
  }
}

void Reconciler::Dispatch(CredentialState& credential) {
  if (draining_) return;
  const SteadyTime now = clock_.Read().steady;
  ShowQuota(credential, now);
  const int slots =
      std::min<int>({credential.StopsAllowed(now), static_cast<int>(credential.ready.size()),
                     static_cast<int>(limits::kMaxGroupOperations)});
  if (slots <= 0) return DispatchLater(credential, now);
  store::Claim claim;
  std::vector<core::InstanceKey> keys;
  for (int n = 0; n < slots; ++n) {
    keys.push_back(credential.ready.Pop());
    claim.candidates.push_back({keys.back(), credential.paused_until()});
    credential.Started(cloud::CallUse::kStop, now);
  }
  credential.claiming += slots;
  store_.Submit(std::move(claim), [this, &credential, keys = std::move(keys),
                                   now](absl::StatusOr<store::Claim::Result> result) mutable {
    Claimed(credential, std::move(keys), now, std::move(result));
  });
  if (!credential.ready.empty()) DispatchLater(credential, now);
}

// What is ready goes on when time alone lets it, whatever keeps it now.
void Reconciler::DispatchLater(CredentialState& credential, SteadyTime now) {
  if (credential.ready.empty()) return;
  const SteadyTime at = credential.StopsReadyAt(now);
  const bool armed = credential.resumes_at > now && credential.resumes_at <= at;
  if (at.is_infinite() || armed) return;
  credential.resumes_at = at;
  executor_.PostAt(at, [this, &credential] { Dispatch(credential); });
}

// Calls that wait long enough for somebody to wonder are decided again, to say so.
void Reconciler::ShowQuota(CredentialState& credential, SteadyTime now) {
  const bool waits = credential.QuotaUntil(now) > now;
  if (waits == credential.waits_for_quota) return;
  credential.waits_for_quota = waits;
  CredentialChanged(credential);
}

void Reconciler::Claimed(CredentialState& credential, std::vector<core::InstanceKey> keys,
                         SteadyTime reserved, absl::StatusOr<store::Claim::Result> result) {
  credential.claiming -= static_cast<int>(keys.size());
  for (const core::InstanceKey& key : keys) {
    if (Row* row = registry_.Find(key)) row->claiming = false;
  }
  const SteadyTime now = clock_.Read().steady;
  if (result.ok()) {
    for (const auto& claimed : *result) {
      if (const auto* call = std::get_if<store::ClaimedCall>(&claimed)) {
        HandOver(credential, *call, reserved);
        continue;
      }
      credential.NotStarted(cloud::CallUse::kStop, reserved, now);
      if (Row* row = registry_.Find(std::get<store::NotClaimed>(claimed).key)) {
        Evaluate(*row, /*by_time=*/true);
      }
    }
  } else {
    // The store is overloaded or closing; nothing was claimed.
    for (size_t n = 0; n < keys.size(); ++n) {
      credential.NotStarted(cloud::CallUse::kStop, reserved, now);
    }
    executor_.PostAt(now + limits::kBackoffBase, [this, keys = std::move(keys)] { Sweep(keys); });
  }
  PlacesFree(credential);
  MaybeIdle();
}

// Gates may have closed, and time has passed, since the claim looked.
std::string Reconciler::WhyNot(const ProjectState* project, const CredentialState& credential,
                               const store::ClaimedCall& call) const {
  const Now now = clock_.Read();
  if (draining_) return "the daemon was stopping";
  if (project == nullptr) return "its project is not configured";
  if (project->credential != &credential) return "its project was configured anew";
  if (now.steady - call.claimed_at > limits::kMaxHandOverDelay) {
    return "no connection was free in time";
  }
  if (credential.paused_until() > now.steady) return "its credential was paused";
  if (holds_.Strongest(call.key, call.workspace, now.wall) != nullptr) {
    return "a hold was made in the meantime";
  }
  return "";
}

void Reconciler::HandOver(CredentialState& credential, const store::ClaimedCall& call,
                          SteadyTime reserved) {
  ProjectState* project = projects_.Find(call.key.project_id);
  if (std::string why_not = WhyNot(project, credential, call); !why_not.empty()) {
    core::CallResult not_sent;
    not_sent.outcome = core::Outcome::kNotSent;
    not_sent.call_class = core::CallClass::kNone;
    not_sent.message = std::move(why_not);
    credential.NotStarted(cloud::CallUse::kStop, reserved, clock_.Read().steady);
    Record(store::Finish{call.key, call.attempt_id, call.fence, std::move(not_sent)});
    return;
  }
  ++credential.in_flight;
  ++project->calls_in_flight;
  api_.Stop(call.key, project->config.settings.timing.call_deadline,
            [this, project, &credential, call, reserved](core::CallResult result) {
              Answered(*project, credential, call, reserved, std::move(result));
            });
}

void Reconciler::Answered(ProjectState& project, CredentialState& credential,
                          const store::ClaimedCall& call, SteadyTime reserved,
                          core::CallResult result) {
  --credential.in_flight;
  const CredentialState::Change change =
      credential.Ended(cloud::CallUse::kStop, reserved, result, clock_.Read());
  --project.calls_in_flight;
  if (project.calls_in_flight == 0) observer_.Reconsider(project);
  if (change.any()) CredentialChanged(credential);
  Record(store::Finish{call.key, call.attempt_id, call.fence, std::move(result)});
  PlacesFree(credential);
}

// Lists first: what a stop is based on comes before it.
void Reconciler::PlacesFree(CredentialState& credential) {
  observer_.PlaceFree(credential);
  Dispatch(credential);
}

void Reconciler::Record(store::Finish finish) {
  ++recording_;
  store_.Submit(finish, [this, finish](absl::StatusOr<store::Finished> result) {
    --recording_;
    if (absl::IsUnavailable(result.status()) && !draining_) {
      // The outcome must not be lost: an open intent would keep the instance from being called.
      ++recording_;
      executor_.PostAt(clock_.Read().steady + limits::kBackoffBase, [this, finish] {
        --recording_;
        Record(finish);
      });
      return;
    }
    MaybeIdle();
  });
}

// --- latching ------------------------------------------------------------------------------------

void Reconciler::QueueLatch(Row& row) {
  if (row.latching) return;
  row.latching = true;
  latches_.push_back(registry_.KeyOf(row));
  if (latch_flush_posted_) return;
  latch_flush_posted_ = true;
  executor_.Post([this] { FlushLatches(); });
}

void Reconciler::FlushLatches() {
  latch_flush_posted_ = false;
  std::vector<core::InstanceKey> all;
  all.swap(latches_);
  for (size_t from = 0; from < all.size(); from += limits::kSliceRows) {
    const size_t to = std::min(all.size(), from + limits::kSliceRows);
    std::vector<core::InstanceKey> keys(all.begin() + from, all.begin() + to);
    store_.Submit(store::Latch{keys}, [this, keys](absl::StatusOr<store::Latch::Result> result) {
      for (const core::InstanceKey& key : keys) {
        Row* row = registry_.Find(key);
        if (row == nullptr) continue;
        row->latching = false;
        if (result.ok()) Evaluate(*row, /*by_time=*/true);
      }
      if (result.ok()) return;
      // The store refuses work for now; nothing else would come back to these.
      executor_.PostAt(clock_.Read().steady + limits::kBackoffBase, [this, keys] { Sweep(keys); });
    });
  }
}

// --- stopping ------------------------------------------------------------------------------------

void Reconciler::Drain(Task idle) {
  draining_ = true;
  idle_ = std::move(idle);
  MaybeIdle();
}

void Reconciler::MaybeIdle() {
  if (!draining_ || !idle_ || recording_ > 0) return;
  for (const auto& credential : projects_.credentials()) {
    if (credential->in_flight > 0 || credential->claiming > 0) return;
  }
  Task idle = std::move(idle_);
  idle_ = nullptr;
  std::move(idle)();
}

}  // namespace quiesce::engine
