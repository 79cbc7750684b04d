#include "client/manifest/document.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/lib/duration.h"
#include "daemon/base/limits.h"
#include "daemon/config/yaml/field_reader.h"
#include "daemon/core/names.h"

namespace quiesce::manifest {
namespace {

using yaml::ErrorList;
using yaml::FieldReader;
using yaml::Node;
using yaml::Path;
using yaml::Tree;

constexpr std::string_view kApiVersion = "quiesce/v1";

// The keys of each map, in the order of its enum.
using Keys = std::vector<std::string_view>;
enum RootKey {
  kVersion,
  kWorkspace,
  kOwner,
  kContact,
  kLabels,
  kDefaults,
  kInstances,
  kUnsupported
};
const Keys& RootKeys() {
  static const auto* const keys =
      new Keys{"apiVersion", "workspace", "owner", "contact",     "labels",
               "defaults",   "instances", "cap",   "run_windows", "pace"};
  return *keys;
}
enum DefaultsKey { kDefaultProject, kDefaultEnforcement, kDefaultStartGrace };
const Keys& DefaultsKeys() {
  static const auto* const keys = new Keys{"project", "enforcement", "start_grace"};
  return *keys;
}
enum InstanceKey { kId, kName, kProject, kProtected, kEnforcement, kStartGrace, kMoveFrom };
const Keys& InstanceKeys() {
  static const auto* const keys =
      new Keys{"id", "name", "project", "protected", "enforcement", "start_grace", "move_from"};
  return *keys;
}

// In the order of v1::Enforcement, which begins with UNSPECIFIED.
const Keys& EnforcementNames() {
  static const auto* const names = new Keys{"observe", "once", "continuous"};
  return *names;
}

bool Has(uint32_t seen, int key) { return (seen >> key & 1) != 0; }

// A project may be named by its alias, which the daemon knows, or by its id; this is what both are
// made of.
core::Problem ProjectProblem(std::string_view project) {
  if (project.empty()) return "is empty, the alias or id of a project is required";
  if (project.size() > quiesce::limits::kMaxIdLength) {
    return absl::StrCat(core::Quoted(project), " has ", project.size(),
                        " characters, the alias or id of a project has at most ",
                        quiesce::limits::kMaxIdLength);
  }
  for (const char c : project) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.') {
      continue;
    }
    return absl::StrCat(core::Quoted(project),
                        " is neither the alias nor the id of a project: these consist of letters, "
                        "digits, '-', '_' and '.'");
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const Tree& tree, ErrorList& errors)
      : tree_(tree), errors_(errors), fields_(tree, errors) {}

  Document Read(uint32_t root) {
    const Node& node = tree_[root];
    document_.source = &tree_.source();
    document_.at = node.offset;
    document_.cut = tree_.cut();
    if (node.kind != Node::Kind::kMap) {
      fields_.Report(node, "no manifest: a manifest begins with `apiVersion: quiesce/v1`");
      return std::move(document_);
    }
    const uint32_t seen =
        fields_.ReadMap(node, RootKeys(), [this](size_t index, const Node& key, const Node& value) {
          ReadRootKey(index, key, value);
        });
    if (!document_.cut) ReportMissing(node, seen);
    if (!document_.cut) CheckProjects();
    return std::move(document_);
  }

 private:
  void ReadRootKey(size_t index, const Node& key, const Node& value) {
    const Path path{"", std::nullopt, RootKeys()[index]};
    switch (index) {
      case kVersion:
        return ReadVersion(value, path);
      case kWorkspace:
        document_.workspace_at = value.offset;
        if (auto text = fields_.Checked(value, path, core::WorkspaceNameProblem)) {
          document_.header.set_workspace(std::string(*text));
        }
        return;
      case kOwner:
        document_.owner_at = value.offset;
        if (auto text = fields_.Checked(value, path, core::OwnerProblem)) {
          document_.header.set_owner(std::string(*text));
        }
        return;
      case kContact:
        document_.contact_at = value.offset;
        if (auto text = fields_.Checked(value, path, core::ContactProblem)) {
          document_.header.set_contact(std::string(*text));
        }
        return;
      case kLabels:
        document_.labels_at = value.offset;
        return ReadLabels(value, path);
      case kDefaults:
        return ReadDefaults(value, path);
      case kInstances:
        return ReadInstances(value, path);
      default:
        // Ignoring these would stop more, or sooner, than the team means.
        fields_.Report(key, absl::StrCat(path.ToString(), " is not supported yet"));
    }
  }

  void ReadVersion(const Node& value, const Path& path) {
    const std::optional<std::string_view> text = fields_.Text(value, path);
    if (!text || *text == kApiVersion) return;
    fields_.Report(value, absl::StrCat(path.ToString(), ": ", core::Quoted(*text),
                                       " is not supported, this version reads \"",
                                       std::string(kApiVersion), "\""));
  }

  void ReadLabels(const Node& value, const Path& path) {
    if (!fields_.IsMap(value, path, "{tier: prod}")) return;
    size_t count = 0;
    for (uint32_t i = value.children; i != 0; i = tree_[tree_[i].next].next) {
      if (!tree_[i].is_scalar()) continue;
      if (++count > quiesce::limits::kMaxLabels) {
        fields_.Report(tree_[i], absl::StrCat("labels: a workspace has at most ",
                                              quiesce::limits::kMaxLabels, " labels"));
        return;
      }
      ReadLabel(tree_[i], tree_[tree_[i].next], path);
    }
  }

  void ReadLabel(const Node& key, const Node& value, const Path& path) {
    const std::optional<std::string_view> text =
        fields_.Text(value, {path.key, std::nullopt, key.text});
    if (!text) return;
    const std::map<std::string, std::string> label = {{std::string(key.text), std::string(*text)}};
    if (core::Problem problem = core::LabelsProblem(label)) {
      fields_.Report(key, Describe(path, *problem));
      return;
    }
    (*document_.header.mutable_labels())[std::string(key.text)] = std::string(*text);
  }

  void ReadDefaults(const Node& value, const Path& path) {
    if (!fields_.IsMap(value, path, "{project: billing-cn}")) {
      default_project_given_ = true;  // perhaps; one report is enough
      return;
    }
    v1::SpecDefaults& defaults = *document_.header.mutable_defaults();
    fields_.ReadMap(value, DefaultsKeys(), [&](size_t key, const Node&, const Node& field) {
      const Path at{path.key, std::nullopt, DefaultsKeys()[key]};
      switch (key) {
        case kDefaultProject:
          default_project_given_ = true;
          if (auto text = fields_.Checked(field, at, ProjectProblem)) {
            defaults.set_project(std::string(*text));
          }
          break;
        case kDefaultEnforcement:
          if (auto enforcement = ReadEnforcement(field, at)) {
            defaults.set_enforcement(*enforcement);
          }
          break;
        case kDefaultStartGrace:
          if (auto grace = fields_.Duration(field, at, quiesce::limits::kMaxStartGrace)) {
            *defaults.mutable_start_grace() = client::ToProto(*grace);
          }
          break;
      }
    });
  }

  std::optional<v1::Enforcement> ReadEnforcement(const Node& value, const Path& path) {
    const std::optional<size_t> index = fields_.OneOf(value, path, EnforcementNames());
    if (!index) return std::nullopt;
    return static_cast<v1::Enforcement>(*index + 1);
  }

  void ReadInstances(const Node& value, const Path& path) {
    // Nothing at all looks like a file that was cut; releasing everything must be said.
    if (!fields_.IsList(value, path, "write a list of {id: ...}, or [] for none at all")) return;
    size_t index = 0;
    for (uint32_t i = value.children; i != 0 && !errors_.full(); i = tree_[i].next) {
      ReadInstance(tree_[i], {path.key, index++, ""});
    }
  }

  void ReadInstance(const Node& node, const Path& path) {
    if (!fields_.IsMap(node, path, "{id: a8c37c9be61ffd4ee8aacab7bae74e91}")) return;
    v1::InstanceSpec spec;
    uint32_t id_at = node.offset;
    const uint32_t seen =
        fields_.ReadMap(node, InstanceKeys(), [&](size_t key, const Node&, const Node& value) {
          if (key == kId) id_at = value.offset;
          ReadInstanceKey(key, value, path.Under(InstanceKeys()[key]), spec);
        });
    if (!Has(seen, kId)) fields_.Report(node, absl::StrCat(path.ToString(), ": id is required"));
    if (!Has(seen, kProject)) without_project_.push_back({node.offset, *path.index});
    if (spec.instance_id().empty()) return;
    document_.specs.push_back(std::move(spec));
    document_.ids_at.push_back(id_at);
  }

  void ReadInstanceKey(size_t key, const Node& value, const Path& path, v1::InstanceSpec& spec) {
    switch (key) {
      case kId:
        if (auto text = fields_.Checked(value, path, core::InstanceIdProblem)) {
          spec.set_instance_id(std::string(*text));
        }
        break;
      case kName:
        if (auto text = fields_.Checked(value, path, core::AssertedNameProblem)) {
          spec.set_asserted_name(std::string(*text));
        }
        break;
      case kProject:
        if (auto text = fields_.Checked(value, path, ProjectProblem)) {
          spec.set_project(std::string(*text));
        }
        break;
      case kProtected:
        if (auto is_protected = fields_.Boolean(value, path)) spec.set_protected_(*is_protected);
        break;
      case kEnforcement:
        if (auto enforcement = ReadEnforcement(value, path)) spec.set_enforcement(*enforcement);
        break;
      case kStartGrace:
        if (auto grace = fields_.Duration(value, path, quiesce::limits::kMaxStartGrace)) {
          *spec.mutable_start_grace() = client::ToProto(*grace);
        }
        break;
      case kMoveFrom:
        if (auto text = fields_.Checked(value, path, core::WorkspaceNameProblem)) {
          spec.set_move_from(std::string(*text));
        }
        break;
    }
  }

  void ReportMissing(const Node& root, uint32_t seen) {
    if (!Has(seen, kVersion)) {
      fields_.Report(root, "apiVersion is required, write `apiVersion: quiesce/v1`");
    }
    if (!Has(seen, kWorkspace)) fields_.Report(root, "workspace is required");
    if (!Has(seen, kInstances)) {
      fields_.Report(root, "instances is required, write `instances: []` for none at all");
    }
  }

  void CheckProjects() {
    if (default_project_given_) return;
    for (const auto& [offset, index] : without_project_) {
      if (errors_.full()) return;
      errors_.Add(tree_.source(), offset,
                  absl::StrCat("instances[", index,
                               "]: project is required, here or in the document's defaults"));
    }
  }

  const Tree& tree_;
  ErrorList& errors_;
  FieldReader fields_;
  Document document_;
  bool default_project_given_ = false;
  std::vector<std::pair<uint32_t, size_t>> without_project_;  // offset and index
};

}  // namespace

Document ReadDocument(const Tree& tree, uint32_t root, ErrorList& errors) {
  return Reader(tree, errors).Read(root);
}

}  // namespace quiesce::manifest
