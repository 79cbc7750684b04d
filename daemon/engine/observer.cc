#include "daemon/engine/observer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "daemon/core/backoff.h"
#include "daemon/core/error.h"
#include "daemon/core/transition.h"
#include "daemon/store/list_operations.h"

namespace quiesce::engine {

struct Observer::Look {
  ProjectState* project = nullptr;
  int64_t configuration = 0;  // of the project, as far as is known here
  bool listing = false;
  bool wanted = false;
  bool waits_for_place = false;  // until a call of its credential ends
  int errors = 0;                // in a row
  SteadyTime last_started = SteadyTime::Never();
  SteadyTime not_before = SteadyTime::Never();
  SteadyTime timer_at = SteadyTime::Infinite();
  struct Refresher {
    bool accept_absence = false;
    InspectDone done;
  };
  std::vector<Refresher> refreshers;  // for the next list

  CredentialState& credential() const { return *project->credential; }
  CredentialState::ListFor whom() const {
    if (!refreshers.empty()) return CredentialState::ListFor::kPerson;
    return wanted && project->calls_in_flight == 0 ? CredentialState::ListFor::kDueStop
                                                   : CredentialState::ListFor::kNobody;
  }
};

struct Observer::ListPass {
  Look* look = nullptr;
  CredentialState* credential = nullptr;
  int64_t configuration = 0;  // under which it was begun
  cloud::CallUse use = cloud::CallUse::kIdleList;
  bool wanted = false;  // a decision waited for it
  SteadyTime reserved;  // told to the credential then
  core::ListInfo info;
  absl::Time listed_at;
  absl::Duration took = absl::ZeroDuration();
  bool accept_absence = false;
  std::vector<Look::Refresher> refreshers;
  Report report;  // for those

  std::vector<core::ListedInstance> listed;
  size_t compared = 0;  // of `listed`
  // What is to be recorded, and how much of it is.
  std::vector<core::ListedInstance> present;
  std::vector<std::string> missing;
  bool suspect = false;
  size_t recorded_present = 0;
  size_t recorded_missing = 0;
};

namespace {

absl::Status ListFailed(const core::ProjectSettings& settings, const cloud::ListResult& result) {
  core::ErrorDetail detail;
  detail.reason = "LIST_FAILED";
  detail.metadata = {{"name", absl::StrCat("projects/", settings.id)},
                     {"http_status", absl::StrCat(result.http_status)},
                     {"error_code", result.error_code}};
  return core::MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("listing project ", settings.alias, " failed: ", result.message),
      std::move(detail));
}

absl::Status NotObserved(const core::ProjectSettings& settings) {
  const bool configured = settings.mode != core::ObservationMode::kUnconfigured;
  return core::MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("project ", settings.alias,
                   configured ? " is configured with observation: none" : " is configured no more",
                   "; it cannot be listed"),
      {"PROJECT_NOT_OBSERVED", {{"name", absl::StrCat("projects/", settings.id)}}, {}});
}

// Whether recording that a list lacks the row would change it.
bool AbsenceIsNews(const Row& row, bool suspect) {
  if (suspect) return row.declared && row.presence == core::Presence::kPresent;
  return row.presence != core::Presence::kMissing ||
         row.missing_lists < limits::kListsUntilAbsent || !row.declared;
}

absl::Duration WithinQuota(const ProjectState& project, absl::Duration least) {
  const core::Timing& timing = project.config.settings.timing;
  return std::max(project.unsettled > 0 ? timing.list_active : timing.list_idle,
                  std::min(least, limits::kMaxListInterval));
}

// How long until the next list, as a list promises it at its end. Stops may come to wait before
// that, and leave little of the quota to lists.
absl::Duration PromisedInterval(const ProjectState& project) {
  return WithinQuota(project, project.credential->MinListIntervalWhenBusy());
}

// At rest, the interval that the last list promised still counts: its freshness bound does. A
// little more, differently each time, so that projects that were listed together drift apart.
absl::Duration IntervalOf(const ProjectState& project) {
  const core::ProjectFreshness& last = project.rows->freshness;
  const absl::Duration now_in_force = WithinQuota(project, project.credential->MinListInterval());
  if (project.unsettled > 0) return now_in_force;
  const absl::Duration interval =
      last.interval > absl::ZeroDuration() ? std::min(last.interval, now_in_force) : now_in_force;
  SeededRandom random(static_cast<uint64_t>(last.last_seq));
  const double part = static_cast<double>(random.Next() % 1000) / 1000;
  return interval * (1 + limits::kListJitter * part);
}

bool IsNews(const Row* row, const core::ListedInstance& listed) {
  return row == nullptr || row->presence != core::Presence::kPresent ||
         row->state != listed.state || row->cloud_name != listed.cloud_name ||
         row->nodes_digest != DigestNodes(listed.nodes);
}

}  // namespace

Observer::Observer(Executor& executor, Clock& clock, store::StateStore& store,
                   cloud::InstanceApi& api, Projects& projects, Listener& listener)
    : executor_(executor),
      clock_(clock),
      store_(store),
      api_(api),
      projects_(projects),
      listener_(listener) {
  AddLooks();
}

void Observer::AddLooks() {
  for (size_t n = looks_.size(); n < projects_.all().size(); ++n) {
    looks_.push_back(std::make_unique<Look>());
    looks_.back()->project = projects_.all()[n].get();
    looks_.back()->configuration = looks_.back()->project->configuration;
  }
}

Observer::~Observer() = default;

Observer::Look& Observer::LookOf(ProjectState& project) {
  for (const auto& look : looks_) {
    if (look->project == &project) return *look;
  }
  return *looks_.front();  // every ProjectState has one
}

void Observer::Start() {
  for (const auto& look : looks_) Schedule(*look);
}

void Observer::ProjectsChanged() {
  AddLooks();
  for (const auto& look : looks_) {
    if (look->configuration == look->project->configuration) {
      Schedule(*look);  // one that is new here has never been
      continue;
    }
    look->configuration = look->project->configuration;
    look->last_started = SteadyTime::Never();
    look->not_before = SteadyTime::Never();
    look->errors = 0;
    Schedule(*look);
  }
}

void Observer::WantLook(ProjectState& project) {
  Look& look = LookOf(project);
  if (look.wanted) return;
  look.wanted = true;
  Schedule(look);
}

void Observer::Reconsider(ProjectState& project) { Schedule(LookOf(project)); }

void Observer::Refresh(ProjectState& project, bool accept_absence, RefreshDone done) {
  Ask(project, accept_absence,
      [done = std::move(done)](absl::Status status, const Report&) mutable {
        std::move(done)(std::move(status));
      });
}

void Observer::Inspect(ProjectState& project, InspectDone done) {
  Ask(project, false, std::move(done));
}

void Observer::Ask(ProjectState& project, bool accept_absence, InspectDone done) {
  if (project.config.settings.mode != core::ObservationMode::kList) {
    return std::move(done)(NotObserved(project.config.settings), Report());
  }
  Look& look = LookOf(project);
  look.refreshers.push_back({accept_absence, std::move(done)});
  Schedule(look);
}

SteadyTime Observer::NextStart(const Look& look, const Now& now) const {
  const ProjectState& project = *look.project;
  SteadyTime start = now.steady;
  if (look.whom() == CredentialState::ListFor::kNobody && !look.last_started.is_never()) {
    start = look.last_started + IntervalOf(project);
  }
  start = std::max(start, project.credential->paused_until());
  // A person who asks does not wait for the backoff of earlier failures.
  return look.refreshers.empty() ? std::max(start, look.not_before) : start;
}

// Whoever asks for a list now is told when there will be none for a while, after a 429 or with the
// quota used up: to wait for it would look like a hang.
void Observer::RefuseIfNotSoon(Look& look, const Now& now) {
  if (look.refreshers.empty()) return;
  const CredentialState& credential = look.credential();
  const bool paused = credential.paused_until() > now.steady;
  const SteadyTime at = paused
                            ? credential.paused_until()
                            : credential.ListReadyAt(CredentialState::ListFor::kPerson, now.steady);
  if (!paused && (at.is_infinite() || at - now.steady <= limits::kMaxRefreshDelay)) return;
  const core::ProjectSettings& settings = look.project->config.settings;
  core::ErrorDetail detail{"LIST_FAILED",
                           {{"name", absl::StrCat("projects/", settings.id)},
                            {core::kRetryAfterKey, absl::FormatDuration(at - now.steady)}},
                           {}};
  if (paused) detail.metadata["http_status"] = "429";
  const absl::Status refusal =
      core::MakeError(absl::StatusCode::kUnavailable,
                      absl::StrCat("project ", settings.alias, " is not listed now: ",
                                   paused ? "the cloud answered 429, and its credential pauses"
                                          : "its credential has used up its quota of calls"),
                      std::move(detail));
  RefuseAll(look, refusal);
}

void Observer::RefuseAll(Look& look, const absl::Status& why) {
  std::vector<Look::Refresher> refused;
  refused.swap(look.refreshers);
  for (Look::Refresher& refresher : refused) std::move(refresher.done)(why, Report());
}

void Observer::ArmTimer(Look& look, SteadyTime at) {
  if (look.timer_at <= at && look.timer_at > clock_.Read().steady) return;  // asks again, earlier
  look.timer_at = at;
  executor_.PostAt(at, [this, &look, at] {
    if (look.timer_at != at) return;
    look.timer_at = SteadyTime::Infinite();
    Schedule(look);
  });
}

void Observer::SetWaiting(Look& look, bool waits) {
  if (look.waits_for_place != waits) waiting_ += waits ? 1 : -1;
  look.waits_for_place = waits;
}

void Observer::Schedule(Look& look) {
  SetWaiting(look, false);
  if (stopped_ || look.listing) return;
  const core::ProjectSettings& settings = look.project->config.settings;
  if (settings.mode != core::ObservationMode::kList) return RefuseAll(look, NotObserved(settings));
  const Now now = clock_.Read();
  RefuseIfNotSoon(look, now);
  if (const SteadyTime start = NextStart(look, now); start > now.steady) {
    return ArmTimer(look, start);
  }
  const CredentialState::ListFor whom = look.whom();
  if (look.credential().ListAllowed(whom, now.steady)) return Begin(look);
  const SteadyTime ready_at = look.credential().ListReadyAt(whom, now.steady);
  SetWaiting(look, true);
  if (!ready_at.is_infinite()) ArmTimer(look, ready_at);
}

// Persons first, then what stops wait for; each from where the last turn ended, so that every
// project has one.
void Observer::PlaceFree(CredentialState& credential) {
  if (waiting_ == 0) return;  // as after most answers
  const size_t first = next_turn_;
  using ListFor = CredentialState::ListFor;
  for (const ListFor whom : {ListFor::kPerson, ListFor::kDueStop, ListFor::kNobody}) {
    for (size_t n = 0; n < looks_.size(); ++n) {
      const size_t at = (first + n) % looks_.size();
      Look& look = *looks_[at];
      if (!look.waits_for_place || &look.credential() != &credential) continue;
      if (look.whom() != whom) continue;
      Schedule(look);
      if (look.listing) next_turn_ = at + 1;
    }
  }
}

// The endpoint answers again: nobody waits for the backoff of what failed while it did not.
void Observer::Recovered(CredentialState& credential) {
  for (const auto& look : looks_) {
    if (&look->credential() != &credential) continue;
    look->errors = 0;
    look->not_before = SteadyTime::Never();
    Schedule(*look);
  }
}

void Observer::Begin(Look& look) {
  auto pass = std::make_shared<ListPass>();
  pass->look = &look;
  pass->credential = &look.credential();
  pass->configuration = look.configuration;
  pass->use = pass->credential->UseOf(look.whom());
  pass->reserved = clock_.Read().steady;
  pass->credential->Started(pass->use, pass->reserved);
  look.listing = true;
  pass->wanted = look.wanted;
  look.wanted = false;
  pass->refreshers = std::move(look.refreshers);
  look.refreshers.clear();
  for (const Look::Refresher& refresher : pass->refreshers) {
    pass->accept_absence |= refresher.accept_absence;
  }
  store_.Submit(store::BeginList{}, [this, pass](absl::StatusOr<int64_t> seq) {
    const Now now = clock_.Read();
    CredentialState& credential = *pass->credential;
    const bool put_off =
        credential.paused_until() > now.steady || pass->configuration != pass->look->configuration;
    if (seq.ok() && !put_off) return Send(pass, *seq, now);
    const CredentialState::Change change =
        credential.NotStarted(pass->use, pass->reserved, now.steady);
    if (seq.ok()) {
      PutOff(*pass);
    } else {
      Finish(*pass, seq.status());
    }
    PlaceFree(credential);
    listener_.OnListEnded(credential, change.any());
  });
}

void Observer::Send(const std::shared_ptr<ListPass>& pass, int64_t seq, const Now& now) {
  pass->info = core::ListInfo{seq, now.steady};
  pass->listed_at = now.wall;
  pass->look->last_started = now.steady;
  const core::ProjectSettings& settings = pass->look->project->config.settings;
  api_.List(settings.id, settings.timing.call_deadline,
            [this, pass](cloud::ListResult result) { Listed(pass, std::move(result)); });
}

// The credential was paused while the list got its number, or the configuration changed while it
// was under way. Nothing failed; it comes later, as things are then.
void Observer::PutOff(ListPass& pass) {
  Look& look = *pass.look;
  look.listing = false;
  look.wanted = true;
  look.refreshers.insert(look.refreshers.begin(), std::make_move_iterator(pass.refreshers.begin()),
                         std::make_move_iterator(pass.refreshers.end()));
  Schedule(look);
}

// The instances stay with the caller: nobody who asks wants a copy of them.
Observer::Report Observer::ReportOf(const ListPass& pass, cloud::ListResult& result,
                                    const Now& now) const {
  std::vector<core::ListedInstance> instances;
  instances.swap(result.instances);
  Report report;
  report.asked = true;
  report.took = pass.took;
  if (result.server_time) report.clock_skew = *result.server_time - now.wall;
  report.result = result;
  report.credential = api_.CredentialOf(pass.look->project->config.settings.id);
  instances.swap(result.instances);
  return report;
}

void Observer::Listed(std::shared_ptr<ListPass> pass, cloud::ListResult result) {
  ProjectState& project = *pass->look->project;
  const Now now = clock_.Read();
  pass->took = now.steady - pass->info.started;
  if (!pass->refreshers.empty()) pass->report = ReportOf(*pass, result, now);
  CredentialState& credential = *pass->credential;
  const CredentialState::Change change = credential.Ended(pass->use, pass->reserved, result, now);
  if (change.circuit_closed) Recovered(credential);
  PlaceFree(credential);
  listener_.OnListEnded(credential, change.any());
  if (pass->configuration != pass->look->configuration) return PutOff(*pass);
  if (!result.ok) {
    const absl::Status status = ListFailed(project.config.settings, result);
    project.last_error =
        ListError{now.wall, std::move(result), api_.CredentialOf(project.config.settings.id)};
    Finish(*pass, status);
    return;
  }
  pass->listed = std::move(result.instances);
  ++project.rows->stamp;
  Compare(std::move(pass));
}

void Observer::Compare(std::shared_ptr<ListPass> pass) {
  ProjectRows& rows = *pass->look->project->rows;
  const size_t end = std::min(pass->listed.size(), pass->compared + limits::kSliceRows);
  for (; pass->compared < end; ++pass->compared) {
    core::ListedInstance& listed = pass->listed[pass->compared];
    Row* row = rows.Find(listed.instance_id);
    if (row != nullptr) row->list_stamp = rows.stamp;
    if (IsNews(row, listed)) pass->present.push_back(std::move(listed));
  }
  if (pass->compared < pass->listed.size()) {
    executor_.Post([this, pass]() mutable { Compare(std::move(pass)); });
    return;
  }
  FindMissing(*pass);
  Record(std::move(pass));
}

void Observer::FindMissing(ListPass& pass) {
  ProjectState& project = *pass.look->project;
  ProjectRows& rows = *project.rows;
  std::vector<Row*> unseen;
  size_t tracked = 0;
  size_t lost = 0;
  for (const auto& [id, row] : rows.rows()) {
    const bool is_tracked = row->declared && (row->presence == core::Presence::kPresent ||
                                              row->presence == core::Presence::kSuspect);
    tracked += is_tracked;
    if (row->list_stamp == rows.stamp) continue;
    lost += is_tracked;
    unseen.push_back(row.get());
  }
  pass.suspect = !pass.accept_absence && core::IsSuspect(tracked, lost, pass.listed.empty());
  project.suspect.reset();
  if (pass.suspect) {
    project.suspect =
        SuspectList{pass.listed_at, static_cast<int64_t>(tracked), static_cast<int64_t>(lost)};
  }
  for (const Row* row : unseen) {
    if (AbsenceIsNews(*row, pass.suspect)) pass.missing.emplace_back(row->instance_id);
  }
}

// One bounded operation after the other; the last one carries the freshness.
void Observer::Record(std::shared_ptr<ListPass> pass) {
  ProjectState& project = *pass->look->project;
  store::Observe observe;
  observe.project_id = project.config.settings.id;
  observe.list = pass->info;
  observe.suspect = pass->suspect;
  size_t room = limits::kSliceRows;
  for (; room > 0 && pass->recorded_present < pass->present.size(); --room) {
    observe.present.push_back(std::move(pass->present[pass->recorded_present++]));
  }
  for (; room > 0 && pass->recorded_missing < pass->missing.size(); --room) {
    observe.missing.push_back(std::move(pass->missing[pass->recorded_missing++]));
  }
  const bool last = pass->recorded_present == pass->present.size() &&
                    pass->recorded_missing == pass->missing.size();
  if (last) {
    observe.completion =
        store::Observe::Completion{pass->took, PromisedInterval(project), pass->listed_at};
  }
  store_.Submit(std::move(observe),
                [this, pass, last](absl::StatusOr<store::Observe::Result> done) {
                  if (!done.ok() || last) return Finish(*pass, done.status());
                  Record(pass);
                });
}

void Observer::Finish(ListPass& pass, absl::Status status) {
  Look& look = *pass.look;
  const Now now = clock_.Read();
  look.listing = false;
  if (status.ok()) {
    look.errors = 0;
    look.project->last_error.reset();
    // Looks take at most half of the time, however many decisions wait for them.
    look.not_before = now.steady + pass.took;
  } else {
    ++look.errors;
    look.wanted |= pass.wanted;  // what waited for this list still does
    const core::ProjectSettings& settings = look.project->config.settings;
    const absl::Duration wait =
        core::Backoff(core::CallClass::kTransient, look.errors, settings.id);
    look.not_before = now.steady + std::min(wait, settings.timing.list_idle);
  }
  for (Look::Refresher& refresher : pass.refreshers) std::move(refresher.done)(status, pass.report);
  Schedule(look);
}

}  // namespace quiesce::engine
