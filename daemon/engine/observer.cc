#include "daemon/engine/observer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/backoff.h"
#include "daemon/core/error.h"
#include "daemon/core/transition.h"
#include "daemon/store/list_operations.h"

namespace quiesce::engine {

struct Observer::Look {
  ProjectState* project = nullptr;
  bool listing = false;
  bool wanted = false;
  int errors = 0;  // in a row
  SteadyTime last_started = SteadyTime::Never();
  SteadyTime not_before = SteadyTime::Never();
  SteadyTime timer_at = SteadyTime::Infinite();
  struct Refresher {
    bool accept_absence = false;
    RefreshDone done;
  };
  std::vector<Refresher> refreshers;  // for the next list
};

struct Observer::ListPass {
  Look* look = nullptr;
  core::ListInfo info;
  absl::Time listed_at;
  absl::Duration took = absl::ZeroDuration();
  bool accept_absence = false;
  std::vector<Look::Refresher> refreshers;

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

// Whether recording that a list lacks the row would change it.
bool AbsenceIsNews(const Row& row, bool suspect) {
  if (suspect) return row.declared && row.presence == core::Presence::kPresent;
  return row.presence != core::Presence::kMissing ||
         row.missing_lists < limits::kListsUntilAbsent || !row.declared;
}

bool IsNews(const Row* row, const core::ListedInstance& listed) {
  return row == nullptr || row->presence != core::Presence::kPresent ||
         row->state != listed.state || row->cloud_name != listed.cloud_name ||
         row->nodes_digest != DigestNodes(listed.nodes);
}

}  // namespace

Observer::Observer(Executor& executor, Clock& clock, store::StateStore& store,
                   cloud::InstanceApi& api, Projects& projects, Listener& listener)
    : executor_(executor), clock_(clock), store_(store), api_(api), listener_(listener) {
  for (const auto& project : projects.all()) {
    looks_.push_back(std::make_unique<Look>());
    looks_.back()->project = project.get();
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

void Observer::WantLook(ProjectState& project) {
  Look& look = LookOf(project);
  if (look.wanted) return;
  look.wanted = true;
  Schedule(look);
}

void Observer::Reconsider(ProjectState& project) { Schedule(LookOf(project)); }

void Observer::Refresh(ProjectState& project, bool accept_absence, RefreshDone done) {
  if (project.config.settings.mode != core::ObservationMode::kList) {
    core::ErrorDetail detail{"PROJECT_NOT_OBSERVED",
                             {{"name", absl::StrCat("projects/", project.config.settings.id)}},
                             {}};
    std::move(done)(
        core::MakeError(absl::StatusCode::kFailedPrecondition,
                        absl::StrCat("project ", project.config.settings.alias,
                                     " is configured with observation: none; it cannot be listed"),
                        std::move(detail)));
    return;
  }
  Look& look = LookOf(project);
  look.refreshers.push_back({accept_absence, std::move(done)});
  Schedule(look);
}

SteadyTime Observer::NextStart(const Look& look, const Now& now) const {
  const ProjectState& project = *look.project;
  const core::Timing& timing = project.config.settings.timing;
  SteadyTime start;
  if (!look.refreshers.empty() || (look.wanted && project.calls_in_flight == 0) ||
      look.last_started.is_never()) {
    start = now.steady;
  } else {
    // At rest, the interval that the last list promised still counts: its freshness bound does.
    const absl::Duration promised = project.rows->freshness.interval;
    const absl::Duration at_rest = promised > absl::ZeroDuration() ? promised : timing.list_idle;
    start = look.last_started + (project.unsettled > 0 ? timing.list_active : at_rest);
  }
  start = std::max(start, project.credential->throttled_until);
  // A person who asks does not wait for the backoff of earlier failures.
  return look.refreshers.empty() ? std::max(start, look.not_before) : start;
}

// Whoever asks for a list now is told that there is none during a pause after a 429, which may last
// an hour: to wait for its end would look like a hang.
void Observer::RefuseDuringPause(Look& look, const Now& now) {
  const absl::Duration pause = look.project->credential->throttled_until - now.steady;
  if (look.refreshers.empty() || pause <= absl::ZeroDuration()) return;
  const core::ProjectSettings& settings = look.project->config.settings;
  const absl::Status refusal = core::MakeError(
      absl::StatusCode::kUnavailable,
      absl::StrCat("project ", settings.alias,
                   " is not listed now: the cloud answered 429, and its credential pauses"),
      {"LIST_FAILED",
       {{"name", absl::StrCat("projects/", settings.id)},
        {"http_status", "429"},
        {core::kRetryAfterKey, absl::FormatDuration(pause)}},
       {}});
  std::vector<Look::Refresher> refused;
  refused.swap(look.refreshers);
  for (Look::Refresher& refresher : refused) std::move(refresher.done)(refusal);
}

void Observer::Schedule(Look& look) {
  if (stopped_ || look.listing ||
      look.project->config.settings.mode != core::ObservationMode::kList) {
    return;
  }
  const Now now = clock_.Read();
  RefuseDuringPause(look, now);
  const SteadyTime start = NextStart(look, now);
  if (start <= now.steady) {
    Begin(look);
    return;
  }
  if (look.timer_at <= start && look.timer_at > now.steady) return;  // fires earlier, asks again
  look.timer_at = start;
  executor_.PostAt(start, [this, &look, start] {
    if (look.timer_at != start) return;
    look.timer_at = SteadyTime::Infinite();
    Schedule(look);
  });
}

void Observer::Begin(Look& look) {
  look.listing = true;
  look.wanted = false;
  auto pass = std::make_shared<ListPass>();
  pass->look = &look;
  pass->refreshers = std::move(look.refreshers);
  look.refreshers.clear();
  for (const Look::Refresher& refresher : pass->refreshers) {
    pass->accept_absence |= refresher.accept_absence;
  }
  store_.Submit(store::BeginList{}, [this, pass](absl::StatusOr<int64_t> seq) {
    if (!seq.ok()) return Finish(*pass, seq.status());
    const Now now = clock_.Read();
    if (pass->look->project->credential->throttled_until > now.steady) return PutOff(*pass);
    pass->info = core::ListInfo{*seq, now.steady};
    pass->listed_at = now.wall;
    pass->look->last_started = now.steady;
    const core::ProjectSettings& settings = pass->look->project->config.settings;
    api_.List(settings.id, settings.timing.call_deadline,
              [this, pass](cloud::ListResult result) { Listed(pass, std::move(result)); });
  });
}

// The credential was paused while the list got its number. Nothing failed; it comes after the
// pause.
void Observer::PutOff(ListPass& pass) {
  Look& look = *pass.look;
  look.listing = false;
  look.wanted = true;
  look.refreshers.insert(look.refreshers.begin(), std::make_move_iterator(pass.refreshers.begin()),
                         std::make_move_iterator(pass.refreshers.end()));
  Schedule(look);
}

void Observer::Listed(std::shared_ptr<ListPass> pass, cloud::ListResult result) {
  ProjectState& project = *pass->look->project;
  const Now now = clock_.Read();
  pass->took = now.steady - pass->info.started;
  project.credential->last_answer = result.ok ? core::CallClass::kAccepted : result.call_class;
  if (!result.ok) {
    if (result.call_class == core::CallClass::kThrottled) {
      listener_.OnThrottled(*project.credential, result.retry_after);
    }
    const absl::Status status = ListFailed(project.config.settings, result);
    project.last_error = ListError{now.wall, std::move(result)};
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
    const core::Timing& timing = project.config.settings.timing;
    observe.completion = store::Observe::Completion{
        pass->took, project.unsettled > 0 ? timing.list_active : timing.list_idle, pass->listed_at};
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
    look.wanted = true;  // whatever waited for this list still does
    const core::ProjectSettings& settings = look.project->config.settings;
    const absl::Duration wait =
        core::Backoff(core::CallClass::kTransient, look.errors, settings.id);
    look.not_before = now.steady + std::min(wait, settings.timing.list_idle);
  }
  for (Look::Refresher& refresher : pass.refreshers) std::move(refresher.done)(status);
  Schedule(look);
}

}  // namespace quiesce::engine
