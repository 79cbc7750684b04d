#include "daemon/rpc/request_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_time.h"

namespace quiesce::rpc {
namespace {

constexpr std::string_view kProjects = "projects/";
constexpr std::string_view kInstances = "/instances/";
constexpr std::string_view kDigestPrefix = "sha256:";
constexpr size_t kDigestDigits = 64;

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool IsGraphic(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// At most a handful of aliases for a message.
std::string Listed(const std::vector<std::string>& aliases) {
  if (aliases.empty()) return "none";
  const size_t shown = std::min(aliases.size(), limits::kMaxNamedAliases);
  std::string list =
      absl::StrJoin(aliases.begin(), aliases.begin() + static_cast<std::ptrdiff_t>(shown), ", ");
  if (shown < aliases.size()) absl::StrAppend(&list, " and ", aliases.size() - shown, " more");
  return list;
}

core::Problem EtagProblem(std::string_view etag) {
  if (etag.size() <= limits::kMaxEtagBytes && IsGraphic(etag)) return std::nullopt;
  return absl::StrCat(core::Quoted(etag), " is no etag; send one as an answer gave it, or none");
}

core::Problem DigestProblem(std::string_view digest) {
  if (digest.empty() ||
      (StartsWith(digest, kDigestPrefix) && digest.size() == kDigestPrefix.size() + kDigestDigits &&
       IsLowerHex(digest.substr(kDigestPrefix.size())))) {
    return std::nullopt;
  }
  return absl::StrCat(core::Quoted(digest, 100),
                      " is no digest, which is \"sha256:\" and 64 lower-case hex digits");
}

}  // namespace

absl::Status ProjectNotFound(const ProjectDirectory& projects, std::string_view name) {
  return core::MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("project ", core::Quoted(name), " is not in the daemon's configuration, which ",
                   "has ", Listed(projects.Aliases())),
      {"PROJECT_NOT_FOUND", {{"name", std::string(name)}}, {}});
}

std::string UnknownProjectProblem(const ProjectDirectory& projects, std::string_view given) {
  return absl::StrCat(
      "project ", core::Quoted(given), " is not in the daemon's configuration, which has ",
      Listed(projects.Aliases()), "; use one of these, or have the operator add it");
}

absl::Status RequestReader::status() const {
  if (!violations_.empty()) return violations_.ToStatus();
  return not_found_;
}

void RequestReader::NotFound(absl::Status status) {
  if (not_found_.ok()) not_found_ = std::move(status);
}

core::InstanceKey RequestReader::InstanceName(std::string_view field, std::string_view name) {
  const size_t middle = name.find(kInstances);
  if (!StartsWith(name, kProjects) || middle == std::string_view::npos ||
      middle < kProjects.size()) {
    violations_.Add(std::string(field),
                    name.empty() ? "is empty, the name of an instance is required"
                                 : absl::StrCat(core::Quoted(name, 200),
                                                " is not of the form "
                                                "projects/{project_id}/instances/{instance_id}"));
    return {};
  }
  const std::string_view project = name.substr(kProjects.size(), middle - kProjects.size());
  core::InstanceKey key;
  key.instance_id = std::string(name.substr(middle + kInstances.size()));
  if (!violations_.Check(field, core::InstanceIdProblem(key.instance_id))) return {};
  if (const auto settings = projects_.Find(project)) {
    key.project_id = settings->id;
  } else if (core::IsValidId(project)) {
    key.project_id = std::string(project);
  } else {
    NotFound(core::MakeError(absl::StatusCode::kNotFound,
                             absl::StrCat("instance ", core::Quoted(name, 200), " is not known: ",
                                          UnknownProjectProblem(projects_, project)),
                             {"INSTANCE_NOT_FOUND", {{"name", std::string(name)}}, {}}));
  }
  return key;
}

std::string RequestReader::ProjectName(std::string_view field, std::string_view name) {
  if (!StartsWith(name, kProjects) || name.size() == kProjects.size() ||
      name.find('/', kProjects.size()) != std::string_view::npos) {
    violations_.Add(std::string(field), name.empty() ? "is empty, the name of a project is required"
                                                     : absl::StrCat(core::Quoted(name),
                                                                    " is not of the form "
                                                                    "projects/{project_id}"));
    return "";
  }
  const auto project = projects_.Find(name.substr(kProjects.size()));
  if (project == nullptr) {
    NotFound(ProjectNotFound(projects_, name));
    return "";
  }
  return project->id;
}

std::string RequestReader::ResourceId(std::string_view field, std::string_view collection,
                                      std::string_view name) {
  const bool right_collection = StartsWith(name, collection) && name.size() > collection.size() &&
                                name[collection.size()] == '/';
  const std::string_view id =
      right_collection ? name.substr(collection.size() + 1) : std::string_view();
  if (id.size() < limits::kMinShortIdLength || id.size() > limits::kMadeIdLength ||
      !IsLowerHex(id)) {
    violations_.Add(
        std::string(field),
        name.empty() ? absl::StrCat("is empty, ", ToAbsl(collection), "/{id} is required")
                     : absl::StrCat(core::Quoted(name), " is not of the form ", ToAbsl(collection),
                                    "/{id} with an id of ", limits::kMinShortIdLength, " to ",
                                    limits::kMadeIdLength, " lower-case hex digits"));
    return "";
  }
  return std::string(id);
}

core::Hold RequestReader::HoldScope(std::string_view field, std::string_view scope) {
  constexpr std::string_view kWorkspaces = "workspaces/";
  core::Hold hold;
  if (scope == "fleet") {
    hold.scope = core::HoldScope::kFleet;
  } else if (StartsWith(scope, kWorkspaces)) {
    hold.scope = core::HoldScope::kWorkspace;
    hold.workspace = Workspace(field, std::string(scope.substr(kWorkspaces.size())));
  } else if (scope.find(kInstances) != std::string_view::npos) {
    hold.scope = core::HoldScope::kInstance;
    const size_t middle = scope.find(kInstances);
    hold.instance = InstanceName(field, scope);
    // A hold on what cannot be configured would hold nothing.
    if (middle > kProjects.size() && projects_.Find(hold.instance.project_id) == nullptr) {
      not_found_ = ProjectNotFound(projects_, scope.substr(0, middle));
    }
  } else if (StartsWith(scope, kProjects)) {
    hold.scope = core::HoldScope::kProject;
    hold.project_id = ProjectName(field, scope);
  } else {
    violations_.Add(std::string(field),
                    absl::StrCat(scope.empty() ? "is empty" : core::Quoted(scope, 200),
                                 ", a scope is fleet, workspaces/{workspace}, "
                                 "projects/{project_id} or the name of an instance"));
  }
  return hold;
}

std::string RequestReader::Checked(std::string_view field, const std::string& text,
                                   core::Problem problem) {
  return violations_.Check(field, std::move(problem)) ? text : "";
}

std::string RequestReader::RequestId(const std::string& request_id) {
  if (request_id.empty()) return "";
  return Checked("request_id", request_id, core::RequestIdProblem(request_id));
}

std::string RequestReader::Etag(std::string_view field, const std::string& etag) {
  return Checked(field, etag, EtagProblem(etag));
}

std::string RequestReader::Workspace(std::string_view field, const std::string& name) {
  return Checked(field, name, core::WorkspaceNameProblem(name));
}

std::string RequestReader::Owner(std::string_view field, const std::string& owner) {
  return Checked(field, owner, core::OwnerProblem(owner));
}

std::string RequestReader::OptionalOwner(std::string_view field, const std::string& owner) {
  return owner.empty() ? "" : Owner(field, owner);
}

std::string RequestReader::Contact(std::string_view field, const std::string& contact) {
  return Checked(field, contact, core::ContactProblem(contact));
}

std::string RequestReader::OptionalContact(std::string_view field, const std::string& contact) {
  return contact.empty() ? "" : Contact(field, contact);
}

std::string RequestReader::Reason(std::string_view field, const std::string& reason) {
  return Checked(field, reason, core::ReasonProblem(reason));
}

std::string RequestReader::Digest(std::string_view field, const std::string& digest) {
  return Checked(field, digest, DigestProblem(digest));
}

size_t RequestReader::PageSize(int32_t page_size) {
  if (page_size < 0) {
    violations_.Add("page_size",
                    absl::StrCat(page_size, " is negative; 0 means ", limits::kDefaultPageSize));
    return 0;
  }
  if (page_size == 0) return limits::kDefaultPageSize;
  return std::min(static_cast<size_t>(page_size), limits::kMaxPageSize);
}

absl::Duration RequestReader::Duration(std::string_view field,
                                       const google::protobuf::Duration& duration,
                                       absl::Duration min, absl::Duration max) {
  const std::optional<absl::Duration> value = FromProto(duration);
  if (!value) {
    violations_.Add(std::string(field), "is no valid google.protobuf.Duration");
    return min;
  }
  if (*value < min || *value > max) {
    violations_.Add(std::string(field),
                    absl::StrCat(absl::FormatDuration(*value), " is not between ",
                                 absl::FormatDuration(min), " and ", absl::FormatDuration(max)));
  }
  return *value;
}

}  // namespace quiesce::rpc
