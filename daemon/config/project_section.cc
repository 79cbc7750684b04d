#include "daemon/config/project_section.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/config/names.h"
#include "daemon/config/yaml/suggestion.h"

namespace quiesce::config {
namespace {

using yaml::FieldReader;
using yaml::Node;
using yaml::Path;

using Keys = std::vector<std::string_view>;
enum ProjectKey {
  kId,
  kRegion,
  kEndpoint,
  kCaFile,
  kCredential,
  kObservation,
  kStatusMap,
  kMovedFrom
};
const Keys& ProjectKeys() {
  static const auto* const keys = new Keys{"id",         "region",      "endpoint",   "ca_file",
                                           "credential", "observation", "status_map", "moved_from"};
  return *keys;
}
// In the order of core::ObservationMode.
const Keys& ObservationNames() {
  static const auto* const names = new Keys{"list", "none"};
  return *names;
}
const Keys& StateNames() {
  static const auto* const names = new Keys{"RUNNING", "STOPPED", "BUSY", "UNAVAILABLE"};
  return *names;
}
constexpr core::PowerState kStates[] = {core::PowerState::kRunning, core::PowerState::kStopped,
                                        core::PowerState::kBusy, core::PowerState::kUnavailable};

bool Has(uint32_t seen, int key) { return (seen >> key & 1) != 0; }

// Reads one project.
class ProjectReader {
 public:
  ProjectReader(FieldReader& fields, const Config& config) : fields_(fields), config_(config) {}

  Project Read(const std::string& alias, const Node& value) {
    parent_ = absl::StrCat("projects.", alias);
    project_.alias = alias;
    if (!fields_.IsMap(value, {parent_, std::nullopt, ""},
                       "{id: 0123456789abcdef0123456789abcdef, region: cn-north-4, "
                       "credential: main}")) {
      return std::move(project_);
    }
    const uint32_t seen = fields_.ReadMap(
        value, ProjectKeys(), [this](size_t key, const Node& key_node, const Node& field) {
          ReadKey(key, key_node, field, {parent_, std::nullopt, ProjectKeys()[key]});
        });
    CheckComplete(value, seen);
    return std::move(project_);
  }

 private:
  void ReadKey(size_t key, const Node& key_node, const Node& value, const Path& path) {
    switch (key) {
      case kId:
        if (auto id = fields_.Checked(value, path, core::ProjectIdProblem)) project_.id = *id;
        return;
      case kRegion:
        return ReadRegion(value, path);
      case kEndpoint:
        if (auto endpoint = ReadEndpoint(value, path)) {
          project_.endpoint = *std::move(endpoint);
          has_endpoint_ = true;
        }
        return;
      case kCaFile:
        if (auto file = fields_.Checked(value, path, PathProblem)) project_.ca_file = *file;
        return;
      case kCredential:
        return ReadCredentialName(value, path);
      case kObservation:
        if (auto mode = fields_.OneOf(value, path, ObservationNames())) {
          project_.observation = static_cast<core::ObservationMode>(*mode);
        }
        return;
      case kStatusMap:
        return ReadStatusMap(value, path);
      case kMovedFrom:
        moved_from_ = &key_node;
        project_.moved_from = ReadEndpoint(value, path);
    }
  }

  void ReadRegion(const Node& value, const Path& path) {
    has_region_ = true;
    const std::optional<std::string_view> text = fields_.Text(value, path);
    if (!text) return;
    absl::StatusOr<cloud::Endpoint> endpoint = cloud::EndpointOfRegion(*text);
    if (!endpoint.ok()) {
      return fields_.Report(value,
                            absl::StrCat(path.ToString(), ": ", endpoint.status().message()));
    }
    project_.region = std::string(*text);
    region_iam_ = cloud::IamEndpointOfRegion(*text).value();  // the same check
    if (!has_endpoint_) project_.endpoint = *std::move(endpoint);
  }

  std::optional<cloud::Endpoint> ReadEndpoint(const Node& value, const Path& path) {
    const std::optional<std::string_view> text = fields_.Text(value, path);
    if (!text) return std::nullopt;
    absl::StatusOr<cloud::Endpoint> endpoint = cloud::ParseEndpoint(*text);
    if (endpoint.ok()) return *std::move(endpoint);
    fields_.Report(value, absl::StrCat(path.ToString(), ": ", endpoint.status().message()));
    return std::nullopt;
  }

  void ReadCredentialName(const Node& value, const Path& path) {
    const std::optional<std::string_view> text = fields_.Text(value, path);
    if (!text) return;
    Keys names;
    for (const Credential& credential : config_.credentials) names.push_back(credential.name);
    project_.credential = std::string(*text);
    if (std::find(names.begin(), names.end(), *text) != names.end()) return;
    fields_.Report(value,
                   absl::StrCat(path.ToString(), ": ", core::Quoted(*text),
                                " is not among the credentials", yaml::DidYouMean(*text, names)));
  }

  void ReadStatusMap(const Node& value, const Path& path) {
    if (!fields_.IsMap(value, path, "{MAINTENANCE: BUSY}")) return;
    const std::string parent = path.ToString();
    fields_.ForEachEntry(value, [&](const Node& key, const Node& state) {
      if (auto index = fields_.OneOf(state, {parent, std::nullopt, key.text}, StateNames())) {
        AddStatus(key, kStates[*index], parent);
      }
    });
  }

  void AddStatus(const Node& key, core::PowerState state, const std::string& parent) {
    const std::vector<core::Node> node = {{"", std::string(key.text), "", ""}};
    const std::string quoted = core::Quoted(key.text);
    const core::PowerState before = core::FoldNodes(node, project_.status_map);
    if (before != core::PowerState::kUnknown) {
      return fields_.Report(
          key, absl::StrCat(parent, ": ", quoted, " means ", std::string(core::ToString(before)),
                            " already; only unknown statuses can be mapped"));
    }
    if (key.text.size() > limits::kMaxCloudStatusBytes ||
        core::FoldNodes(node, {{std::string(key.text), state}}) != state) {
      return fields_.Report(key, absl::StrCat(parent, ": ", quoted, " is no status"));
    }
    project_.status_map[std::string(key.text)] = state;
  }

  void CheckComplete(const Node& value, uint32_t seen) {
    if (!Has(seen, kId)) fields_.Report(value, absl::StrCat(parent_, ": id is required"));
    if (!Has(seen, kRegion) && !Has(seen, kEndpoint)) {
      fields_.Report(value, absl::StrCat(parent_, ": region or endpoint is required"));
    }
    if (!Has(seen, kCredential)) {
      fields_.Report(value, absl::StrCat(parent_, ": credential is required"));
    }
    FindIamEndpoint(value);
    if (project_.moved_from && *project_.moved_from == project_.endpoint) {
      fields_.Report(
          *moved_from_,
          absl::StrCat(parent_, ".moved_from is the endpoint itself, not the one before"));
    }
  }

  // Where the tokens of its credential come from, if that is a password.
  void FindIamEndpoint(const Node& value) {
    for (const Credential& credential : config_.credentials) {
      if (credential.name != project_.credential) continue;
      if (credential.type != Credential::Type::kPassword) return;
      project_.iam_endpoint = credential.iam_endpoint ? credential.iam_endpoint : region_iam_;
      if (project_.iam_endpoint || has_region_) return;
      fields_.Report(value, absl::StrCat(parent_,
                                         ": region is required, or iam_endpoint in "
                                         "credentials.",
                                         credential.name, ": its tokens come from there"));
    }
  }

  FieldReader& fields_;
  const Config& config_;
  std::string parent_;
  Project project_;
  bool has_endpoint_ = false;
  bool has_region_ = false;  // perhaps one that is none
  std::optional<cloud::Endpoint> region_iam_;
  const Node* moved_from_ = nullptr;
};

// Adds the project, or says with which other one it can be mistaken.
void AddProject(Project project, const Node& key, FieldReader& fields, Config& config) {
  for (const Project& other : config.projects) {
    if (!project.id.empty() && project.id == other.id) {
      return fields.Report(
          key, absl::StrCat("projects.", project.alias, " has the id of projects.", other.alias));
    }
    // A project may be named by either.
    if (project.alias == other.id || project.id == other.alias) {
      return fields.Report(key,
                           absl::StrCat("projects.", project.alias, " and projects.", other.alias,
                                        ": the alias of one is the id of the other"));
    }
  }
  config.projects.push_back(std::move(project));
}

}  // namespace

void ReadProjects(const Node& value, FieldReader& fields, Config& config) {
  const Path path{"", std::nullopt, "projects"};
  if (!fields.IsMap(value, path,
                    "{billing-cn: {id: 0123456789abcdef0123456789abcdef, region: cn-north-4, "
                    "credential: main}}")) {
    return;
  }
  if (value.children == 0) fields.Report(value, "projects is empty, at least one is required");
  fields.ForEachEntry(value, [&](const Node& key, const Node& project) {
    if (core::Problem problem = NameProblem(key.text)) {
      return fields.Report(key, Describe(path, *problem));
    }
    AddProject(ProjectReader(fields, config).Read(std::string(key.text), project), key, fields,
               config);
  });
}

}  // namespace quiesce::config
