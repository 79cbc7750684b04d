#include "daemon/rpc/server_service.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/rpc/convert_diagnosis.h"
#include "daemon/rpc/convert_hold.h"
#include "daemon/rpc/convert_project.h"
#include "daemon/rpc/convert_time.h"
#include "daemon/rpc/instance_scan.h"
#include "daemon/rpc/list_refusal.h"
#include "daemon/rpc/page_token.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/rpc/unary_call.h"

namespace quiesce::rpc {
namespace {

constexpr std::string_view kListMethod = "ListProjects";

v1::ServerLimits Limits() {
  v1::ServerLimits out;
  out.set_max_message_bytes(limits::kMaxMessageBytes);
  out.set_max_specs_per_request(static_cast<int32_t>(limits::kMaxBatchSpecs));
  out.set_max_specs_per_plan(static_cast<int64_t>(limits::kMaxPlanSpecs));
  out.set_max_page_size(static_cast<int32_t>(limits::kMaxPageSize));
  *out.mutable_max_hold_duration() = ToProtoDuration(limits::kMaxHold);
  *out.mutable_max_wait() = ToProtoDuration(limits::kMaxWait);
  *out.mutable_plan_ttl() = ToProtoDuration(limits::kPlanLifetime);
  *out.mutable_request_id_horizon() = ToProtoDuration(limits::kRequestIdHorizon);
  out.set_request_id_horizon_count(limits::kMaxRememberedRequests);
  *out.mutable_watch_horizon() = ToProtoDuration(limits::kTombstoneLifetime);
  out.set_max_calls_per_instance_hour(static_cast<int32_t>(limits::kMaxCallsPerInstanceHour));
  return out;
}

// --- counting the rows of projects ---------------------------------------------------------------

using CountsByProject = std::map<std::string, ProjectCounts>;

void CountRow(const engine::Row& row, CountsByProject& counts) {
  ProjectCounts& of = counts[row.project->id()];
  const bool listed = row.presence == core::Presence::kPresent;
  of.cloud += listed;
  of.declared += row.declared;
  of.unmanaged += listed && !row.declared;
}

// Counts the rows of one project (empty: of all), then goes on with `next(counts, reply)`.
template <typename Response, typename Next>
void CountThen(Backend& backend, std::string project_id, Reply<Response> reply, Next next) {
  struct Call {
    CountsByProject counts;
    Reply<Response> reply;
    Next next;
  };
  auto call = std::shared_ptr<Call>(new Call{{}, std::move(reply), std::move(next)});
  InstanceScan scan;
  scan.project_id = std::move(project_id);
  scan.visit = [call](const engine::Row& row, const Now&) {
    CountRow(row, call->counts);
    return InstanceScan::Visit::kPassed;
  };
  scan.abandoned = [call] { return call->reply.abandoned(); };
  scan.done = [call] { call->next(call->counts, std::move(call->reply)); };
  Scan(backend, std::move(scan));
}

v1::Project ProjectOf(Backend& backend, const engine::ProjectState& project,
                      CountsByProject& counts, const Now& now) {
  const std::string& id = project.config.settings.id;
  return ToProto(project, backend.engine.CredentialOf(id), counts[id], now);
}

// --- ListProjects --------------------------------------------------------------------------------

// The projects of a page, behind this alias, by alias; one more tells that there is another page.
std::vector<std::string> IdsOfPage(const ProjectDirectory& projects, const std::string& after,
                                   size_t size) {
  std::vector<std::string> ids;
  const auto all = projects.projects();
  for (const core::ProjectSettings& project : *all) {
    if (!after.empty() && project.alias <= after) continue;
    ids.push_back(project.id);
    if (ids.size() > size) break;
  }
  return ids;
}

v1::ListProjectsResponse PageOf(Backend& backend, std::vector<std::string> ids, size_t size,
                                CountsByProject& counts) {
  const Now now = backend.clock.Read();
  v1::ListProjectsResponse response;
  const bool more = ids.size() > size;
  if (more) ids.resize(size);
  for (const std::string& id : ids) {
    const engine::ProjectState* project = backend.engine.projects().Find(id);
    if (project != nullptr) *response.add_projects() = ProjectOf(backend, *project, counts, now);
  }
  if (more) {
    response.set_next_page_token(
        EncodePageToken({kListMethod, "", ""}, {backend.projects.AliasOf(ids.back())}));
  }
  return response;
}

// --- RefreshProject ------------------------------------------------------------------------------

// A list that failed for its credential's sake fails until somebody mends that: says who and how.
absl::Status WithWayOut(const engine::ProjectState& project, const absl::Status& status) {
  const std::optional<core::ErrorDetail> detail = core::DetailOf(status);
  if (!detail || detail->reason != "LIST_FAILED" || !project.list_refused()) return status;
  const ListRefusal refusal = ListRefusalOf(&project);
  return core::MakeError(status.code(),
                         absl::StrCat("project ", project.config.settings.alias,
                                      " cannot be listed: ", refusal.cause, "; ", refusal.way_out),
                         *detail);
}

void Refresh(Backend& backend, const std::string& project_id, bool accept_absence,
             Reply<v1::Project> reply) {
  engine::ProjectState* project = backend.engine.projects().Find(project_id);
  if (project == nullptr) {
    return std::move(reply)(ProjectNotFound(backend.projects, project_id));
  }
  backend.engine.observer().Refresh(
      *project, accept_absence,
      [&backend, project, reply = std::move(reply)](absl::Status status) mutable {
        if (!status.ok()) return std::move(reply)(WithWayOut(*project, status));
        CountThen(backend, project->config.settings.id, std::move(reply),
                  [&backend, project](CountsByProject& counts, Reply<v1::Project> next) {
                    std::move(next)(ProjectOf(backend, *project, counts, backend.clock.Read()));
                  });
      });
}

// --- DiagnoseProject -----------------------------------------------------------------------------

// A list that failed is an answer. One that was not recorded is not: then the store failed, or the
// daemon is stopping.
bool TellsWhatCameOfTheList(const absl::Status& status) {
  const std::optional<core::ErrorDetail> detail = core::DetailOf(status);
  return status.ok() ||
         (detail && (detail->reason == "LIST_FAILED" || detail->reason == "PROJECT_NOT_OBSERVED"));
}

void Diagnose(Backend& backend, const std::string& project_id, Reply<v1::ProjectDiagnosis> reply) {
  engine::ProjectState* project = backend.engine.projects().Find(project_id);
  if (project == nullptr) {
    return std::move(reply)(ProjectNotFound(backend.projects, project_id));
  }
  backend.engine.observer().Inspect(
      *project, [&backend, project, reply = std::move(reply)](
                    absl::Status status, const engine::Observer::Report& report) mutable {
        if (!TellsWhatCameOfTheList(status)) return std::move(reply)(std::move(status));
        v1::ProjectDiagnosis diagnosis = DiagnosisOf(*project, report);
        if (!report.asked) diagnosis.set_not_listed_reason(std::string(status.message()));
        CountThen(backend, project->config.settings.id, std::move(reply),
                  [&backend, project, diagnosis](CountsByProject& counts,
                                                 Reply<v1::ProjectDiagnosis> next) mutable {
                    *diagnosis.mutable_project() =
                        ProjectOf(backend, *project, counts, backend.clock.Read());
                    std::move(next)(std::move(diagnosis));
                  });
      });
}

}  // namespace

v1::ServerInfo ServerService::Info(const std::string& principal) const {
  const Now now = backend_.clock.Read();
  v1::ServerInfo out;
  out.set_server_name(configuration_.name);
  SetTime(configuration_.read_at, &out, &v1::ServerInfo::mutable_config_time);
  out.set_config_problem(configuration_.problem);
  out.set_version(identity_.version);
  SetTime(identity_.started, &out, &v1::ServerInfo::mutable_start_time);
  SetTime(now.wall, &out, &v1::ServerInfo::mutable_server_time);
  out.set_store(identity_.store);
  out.set_revision(backend_.engine.registry().last_revision());
  out.set_principal(principal);
  *out.mutable_limits() = Limits();
  std::vector<const store::HoldRecord*> freezes;
  for (const auto& [id, record] : backend_.engine.holds()) {
    const bool freezes_now =
        record.hold.scope == core::HoldScope::kFleet && record.hold.InForce(now.wall);
    if (freezes_now) freezes.push_back(&record);
  }
  std::sort(freezes.begin(), freezes.end(),
            [](const auto* a, const auto* b) { return a->hold.expires > b->hold.expires; });
  for (const store::HoldRecord* freeze : freezes) *out.add_freezes() = ToProto(*freeze, now.wall);
  return out;
}

grpc::ServerUnaryReactor* ServerService::GetServerInfo(grpc::CallbackServerContext* context,
                                                       const v1::GetServerInfoRequest* request,
                                                       v1::ServerInfo* response) {
  using Answer = Reply<v1::ServerInfo>;
  return RunUnary(backend_.calls, method::kGetServerInfo, context, request, response,
                  [this](const CallScope& scope, const v1::GetServerInfoRequest&, Answer reply) {
                    PostThen(backend_.executor(), std::move(reply),
                             [this, principal = scope.principal()](Answer next) {
                               std::move(next)(Info(principal));
                             });
                  });
}

grpc::ServerUnaryReactor* ServerService::ListProjects(grpc::CallbackServerContext* context,
                                                      const v1::ListProjectsRequest* request,
                                                      v1::ListProjectsResponse* response) {
  using Answer = Reply<v1::ListProjectsResponse>;
  return RunUnary(backend_.calls, method::kListProjects, context, request, response,
                  [this](const CallScope&, const v1::ListProjectsRequest& in, Answer reply) {
                    RequestReader reader(backend_.projects);
                    const size_t size = reader.PageSize(in.page_size());
                    if (!reader.status().ok()) return std::move(reply)(reader.status());
                    absl::StatusOr<PagePosition> position =
                        DecodePageToken({kListMethod, "", ""}, in.page_token());
                    if (!position.ok()) return std::move(reply)(position.status());
                    const std::string after = position->empty() ? "" : position->front();
                    CountThen(backend_, "", std::move(reply),
                              [this, size, ids = IdsOfPage(backend_.projects, after, size)](
                                  CountsByProject& counts, Answer next) {
                                std::move(next)(PageOf(backend_, ids, size, counts));
                              });
                  });
}

grpc::ServerUnaryReactor* ServerService::RefreshProject(grpc::CallbackServerContext* context,
                                                        const v1::RefreshProjectRequest* request,
                                                        v1::Project* response) {
  using Answer = Reply<v1::Project>;
  return RunUnary(backend_.calls, method::kRefreshProject, context, request, response,
                  [this](const CallScope&, const v1::RefreshProjectRequest& in, Answer reply) {
                    RequestReader reader(backend_.projects);
                    std::string id = reader.ProjectName("name", in.name());
                    if (!reader.status().ok()) return std::move(reply)(reader.status());
                    PostThen(backend_.executor(), std::move(reply),
                             [this, id = std::move(id), accept = in.accept_absence()](Answer next) {
                               Refresh(backend_, id, accept, std::move(next));
                             });
                  });
}

grpc::ServerUnaryReactor* ServerService::DiagnoseProject(grpc::CallbackServerContext* context,
                                                         const v1::DiagnoseProjectRequest* request,
                                                         v1::ProjectDiagnosis* response) {
  using Answer = Reply<v1::ProjectDiagnosis>;
  return RunUnary(backend_.calls, method::kDiagnoseProject, context, request, response,
                  [this](const CallScope&, const v1::DiagnoseProjectRequest& in, Answer reply) {
                    RequestReader reader(backend_.projects);
                    std::string id = reader.ProjectName("name", in.name());
                    if (!reader.status().ok()) return std::move(reply)(reader.status());
                    PostThen(backend_.executor(), std::move(reply),
                             [this, id = std::move(id)](Answer next) {
                               Diagnose(backend_, id, std::move(next));
                             });
                  });
}

}  // namespace quiesce::rpc
