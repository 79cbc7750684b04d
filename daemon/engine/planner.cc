#include "daemon/engine/planner.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/sha256.h"
#include "daemon/core/decide.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"

namespace quiesce::engine {

struct Planner::Draft {
  PlanRequest request;
  Done<store::Plan> done;
  store::Plan plan;
  std::vector<core::PlanItem> items;
  std::optional<Sha256> digest{std::in_place};  // of the items so far
  SteadyTime asked;                             // when the plan was asked for
  size_t declared = 0;                          // of request.specs
  // The set: project and instance ids, which point into request.specs. In the draft and not a mark
  // on the rows: several plans are in the making at a time, and an instance may get its row only
  // after it was looked up.
  absl::flat_hash_set<std::pair<std::string_view, std::string_view>> named;
  int looks = 0;  // lists waited for
  // Projects with ids that no list has shown. Those are new or wrong, which only a list from after
  // the request can tell: there is one more look, and then all is judged again.
  std::set<std::string> unlisted;
  bool looked_for_unlisted = false;
  std::vector<ProjectRows*> to_release;
  size_t stored = 0;  // of items
};

Planner::Planner(Executor& executor, Clock& clock, Random& random, store::StateStore& store,
                 Registry& registry, Projects& projects, Observer& observer, Reconciler& reconciler)
    : executor_(executor),
      clock_(clock),
      random_(random),
      store_(store),
      registry_(registry),
      projects_(projects),
      observer_(observer),
      reconciler_(reconciler) {}

void Planner::WorkspaceChanged(const store::Workspace& workspace) {
  workspaces_[workspace.name] = workspace;
}

const store::Workspace* Planner::FindWorkspace(std::string_view name) const {
  auto it = workspaces_.find(name);
  return it == workspaces_.end() ? nullptr : &it->second;
}

void Planner::CreatePlan(PlanRequest request, Done<store::Plan> done) {
  const store::Workspace* workspace = FindWorkspace(request.workspace);
  if (workspace != nullptr && workspace->kind != store::WriterKind::kDeclared) {
    std::move(done)(core::error::WrongWriterKind(request.workspace, false));
    return;
  }
  auto draft = std::make_shared<Draft>();
  draft->plan.id = NewId(random_);
  draft->plan.workspace = request.workspace;
  draft->plan.header = request.header;
  draft->plan.header_change = workspace == nullptr                  ? core::Change::kAdopt
                              : workspace->header == request.header ? core::Change::kNone
                                                                    : core::Change::kUpdate;
  if (workspace != nullptr) {
    draft->plan.header_fields = core::CompareHeaders(workspace->header, request.header);
  }
  draft->plan.spec_count = static_cast<int64_t>(request.specs.size());
  draft->plan.workspace_generation = workspace == nullptr ? 0 : workspace->generation;
  draft->plan.created_by = request.principal;
  draft->asked = clock_.Read().steady;
  draft->request = std::move(request);
  draft->done = std::move(done);
  Look(std::move(draft));
}

// A project whose list is not fresh is listed first; if that fails, the effects in it are unknown
// and said to be.
void Planner::Look(std::shared_ptr<Draft> draft) {
  std::set<std::string> ids;
  for (const core::Spec& spec : draft->request.specs) ids.insert(spec.key.project_id);
  const Now now = clock_.Read();
  std::vector<ProjectState*> stale;
  for (const std::string& id : ids) {
    ProjectState* project = projects_.Find(id);
    if (project == nullptr || project->config.settings.mode != core::ObservationMode::kList ||
        core::IsFresh(project->config.settings, project->rows->freshness, now)) {
      continue;
    }
    stale.push_back(project);
  }
  if (stale.empty()) return Declare(std::move(draft));
  Refresh(std::move(draft), stale);
}

void Planner::Refresh(std::shared_ptr<Draft> draft, const std::vector<ProjectState*>& projects) {
  draft->looks = static_cast<int>(projects.size());
  for (ProjectState* project : projects) {
    observer_.Refresh(*project, /*accept_absence=*/false, [this, draft](absl::Status) {
      if (--draft->looks == 0) Declare(draft);
    });
  }
}

void Planner::LookForUnlisted(std::shared_ptr<Draft> draft) {
  draft->looked_for_unlisted = true;
  draft->declared = 0;
  draft->items.clear();
  draft->plan.counts = core::PlanCounts();
  draft->digest.emplace();
  std::vector<ProjectState*> projects;
  for (const std::string& id : draft->unlisted) {
    if (ProjectState* project = projects_.Find(id)) projects.push_back(project);
  }
  if (projects.empty()) return Declare(std::move(draft));  // not configured any more
  Refresh(std::move(draft), projects);
}

void Planner::Declare(std::shared_ptr<Draft> draft) {
  const Now now = clock_.Read();
  const std::vector<core::Spec>& specs = draft->request.specs;
  const size_t end = std::min(specs.size(), draft->declared + limits::kSliceRows);
  for (; draft->declared < end; ++draft->declared) {
    const absl::Status status = DeclareOne(*draft, specs[draft->declared], now);
    if (!status.ok()) return std::move(draft->done)(status);
  }
  executor_.Post([this, draft]() mutable {
    if (draft->declared < draft->request.specs.size()) return Declare(std::move(draft));
    if (!draft->unlisted.empty() && !draft->looked_for_unlisted) {
      return LookForUnlisted(std::move(draft));
    }
    for (const auto& [id, project] : registry_.projects()) {
      draft->to_release.push_back(project.get());
    }
    Release(std::move(draft));
  });
}

absl::Status Planner::DeclareOne(Draft& draft, const core::Spec& spec, const Now& now) {
  Row* row = registry_.Find(spec.key);
  core::InstanceRecord record;
  if (row != nullptr) record = registry_.Expand(*row);
  draft.named.emplace(spec.key.project_id, spec.key.instance_id);
  const ProjectRows& project = registry_.Project(spec.key.project_id);
  const core::Surroundings around = reconciler_.SurroundingsOf(project);
  const core::InstanceRecord* known = row != nullptr ? &record : nullptr;
  absl::StatusOr<core::PlanItem> item =
      core::PlanDeclared(spec, draft.request.workspace, known, around, now, draft.asked);
  if (item.ok()) {
    if (item->reason == core::Reason::kMissing && !core::WasEverShown(known)) {
      draft.unlisted.insert(spec.key.project_id);
    }
    Keep(draft, *std::move(item));
    return absl::OkStatus();
  }
  const std::string& holder = registry_.WorkspaceOf(*row);
  const store::Workspace* workspace = FindWorkspace(holder);
  return core::error::DeclaredElsewhere(core::FormatInstanceName(spec.key), holder,
                                        workspace != nullptr ? workspace->header.owner : "",
                                        workspace != nullptr ? workspace->header.contact : "");
}

// What the workspace declares now and the new set lacks, one project a slice.
void Planner::Release(std::shared_ptr<Draft> draft) {
  if (draft->to_release.empty()) return Complete(std::move(draft));
  ProjectRows* project = draft->to_release.back();
  draft->to_release.pop_back();
  for (const auto& [id, row] : project->rows()) {
    if (!row->declared || registry_.WorkspaceOf(*row) != draft->request.workspace) continue;
    const bool named = draft->named.contains(std::make_pair(std::string_view(project->id()), id));
    if (!named) Keep(*draft, core::PlanReleased(registry_.Expand(*row)));
  }
  executor_.Post([this, draft]() mutable { Release(std::move(draft)); });
}

void Planner::Keep(Draft& draft, core::PlanItem item) {
  core::CountItem(item, draft.plan.counts);
  if (!core::IsWorthKeeping(item)) return;
  item.index = static_cast<int64_t>(draft.items.size());
  draft.digest->Update(core::DigestLine(item));
  draft.items.push_back(std::move(item));
}

void Planner::Complete(std::shared_ptr<Draft> draft) {
  const core::WorkspaceHeader& header = draft->plan.header;
  draft->digest->Update(absl::StrCat("workspace ", draft->plan.workspace, " ",
                                     draft->plan.workspace_generation, " ", header.owner, " ",
                                     header.contact, "\n"));
  for (const auto& [key, value] : header.labels) {
    draft->digest->Update(absl::StrCat("label ", key, " ", value, "\n"));
  }
  draft->plan.digest = absl::StrCat("sha256:", draft->digest->HexDigest());
  const Now now = clock_.Read();
  draft->plan.created = now.wall;
  draft->plan.expires = now.wall + limits::kPlanLifetime;
  Store(std::move(draft));
}

// One bounded operation after the other; nobody sees the plan before the last.
void Planner::Store(std::shared_ptr<Draft> draft) {
  std::vector<core::PlanItem> part;
  const bool first = draft->stored == 0;
  const size_t end = std::min(draft->items.size(), draft->stored + limits::kSliceRows);
  for (; draft->stored < end; ++draft->stored) {
    part.push_back(std::move(draft->items[draft->stored]));
  }
  const bool last = draft->stored == draft->items.size();
  auto next = [this, draft, last](absl::StatusOr<store::Plan> plan) mutable {
    if (!plan.ok() || last) return std::move(draft->done)(std::move(plan));
    Store(std::move(draft));
  };
  if (first) {
    draft->plan.complete = last;
    store_.Submit(store::CreatePlan{draft->plan, std::move(part)}, std::move(next));
  } else {
    store_.Submit(store::AddPlanItems{draft->plan.id, std::move(part), last}, std::move(next));
  }
}

}  // namespace quiesce::engine
