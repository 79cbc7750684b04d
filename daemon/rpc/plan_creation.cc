#include "daemon/rpc/plan_creation.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/rpc/convert_plan.h"
#include "daemon/rpc/convert_project.h"
#include "daemon/rpc/instance_scan.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/rpc/spec_reader.h"

namespace quiesce::rpc {
namespace {

uint64_t HashOf(const core::InstanceKey& key) { return absl::Hash<core::InstanceKey>()(key); }

// What the answer says beside the plan: how recent the lists are that it rests on, and what they
// show that it leaves out.
class PlanSurroundings {
 public:
  explicit PlanSurroundings(const engine::PlanRequest& request) : workspace_(request.workspace) {
    for (const core::Spec& spec : request.specs) {
      projects_.insert(spec.key.project_id);
      planned_.insert(HashOf(spec.key));
    }
  }

  void Visit(const engine::Registry& registry, const engine::Row& row) {
    if (row.declared) {
      // Of the workspace and not of the set: it is released.
      if (registry.WorkspaceOf(row) == workspace_) projects_.insert(row.project->id());
      return;
    }
    const bool listed = row.presence == core::Presence::kPresent;
    if (listed && !planned_.contains(HashOf(registry.KeyOf(row)))) {
      ++unmanaged_[row.project->id()];
    }
  }

  void AddTo(Backend& backend, v1::CreatePlanResponse& response) const {
    const Now now = backend.clock.Read();
    std::map<std::string, v1::ProjectFreshness> by_alias;
    int64_t unmanaged = 0;
    for (const std::string& id : projects_) {
      if (auto it = unmanaged_.find(id); it != unmanaged_.end()) unmanaged += it->second;
      const engine::ProjectState* project = backend.engine.projects().Find(id);
      if (project == nullptr) continue;
      by_alias[project->config.settings.alias] = FreshnessOf(*project, now);
    }
    for (auto& [alias, freshness] : by_alias) *response.add_projects() = std::move(freshness);
    response.set_unmanaged_count(unmanaged);
  }

 private:
  const std::string workspace_;
  std::set<std::string> projects_;
  absl::flat_hash_set<uint64_t> planned_;
  std::map<std::string, int64_t> unmanaged_;  // of all projects
};

struct Creation {
  PlanSurroundings surroundings;
  v1::CreatePlanResponse response;
  Reply<v1::CreatePlanResponse> reply;
};

void Answer(Backend& backend, std::shared_ptr<Creation> creation) {
  InstanceScan scan;
  scan.visit = [&backend, creation](const engine::Row& row, const Now&) {
    creation->surroundings.Visit(backend.engine.registry(), row);
    return InstanceScan::Visit::kPassed;
  };
  scan.abandoned = [creation] { return creation->reply.abandoned(); };
  scan.done = [&backend, creation] {
    creation->surroundings.AddTo(backend, creation->response);
    std::move(creation->reply)(std::move(creation->response));
  };
  Scan(backend, std::move(scan));
}

}  // namespace

void CreatePlan(Backend& backend, engine::PlanRequest request,
                Reply<v1::CreatePlanResponse> reply) {
  // Here and not on the executor, because it looks at every spec.
  auto surroundings = std::make_unique<PlanSurroundings>(request);
  PostThen(backend.executor(), std::move(reply),
           [&backend, request = std::move(request),
            surroundings = std::move(surroundings)](Reply<v1::CreatePlanResponse> next) mutable {
             auto done = Then<store::Plan>(
                 std::move(next), [&backend, surroundings = std::move(surroundings)](
                                      const store::Plan& plan, Reply<v1::CreatePlanResponse> last) {
                   auto creation = std::shared_ptr<Creation>(
                       new Creation{std::move(*surroundings), {}, std::move(last)});
                   *creation->response.mutable_plan() = ToProto(plan);
                   Answer(backend, std::move(creation));
                 });
             backend.engine.planner().CreatePlan(std::move(request), std::move(done));
           });
}

absl::Status TooManySpecs(size_t count, size_t limit) {
  const bool unary = limit == limits::kMaxBatchSpecs;
  return core::MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("specs: ", count, " are too many, at most ", limit, " are permitted; ",
                   unary ? "use StreamCreatePlan" : "split the workspace"),
      {"TOO_MANY_SPECS", {{"count", absl::StrCat(count)}, {"limit", absl::StrCat(limit)}}, {}});
}

absl::StatusOr<engine::PlanRequest> ReadRequest(const v1::CreatePlanRequest& request,
                                                const std::string& principal,
                                                const ProjectDirectory& projects) {
  const auto count = static_cast<size_t>(request.specs_size());
  if (count > limits::kMaxBatchSpecs) return TooManySpecs(count, limits::kMaxBatchSpecs);
  RequestReader reader(projects);
  PlanHeader header = ReadPlanHeader(request.header(), reader);
  SpecSet set(SpecSet::Kind::kPlan, header.defaults, "specs");
  for (const v1::InstanceSpec& spec : request.specs()) set.Add(spec, reader);
  if (!reader.status().ok()) return reader.status();
  return engine::PlanRequest{std::move(header.workspace), std::move(header.header), set.Take(),
                             principal};
}

}  // namespace quiesce::rpc
