#include "client/manifest/manifest.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "client/manifest/document.h"
#include "client/manifest/input_files.h"
#include "client/manifest/limits.h"
#include "daemon/config/yaml/source.h"
#include "daemon/config/yaml/tree.h"
#include "daemon/core/names.h"
#include "google/protobuf/util/message_differencer.h"

namespace quiesce::manifest {
namespace {

using yaml::ErrorList;
using yaml::Source;
using yaml::Tree;

bool SameDefaults(const v1::SpecDefaults& a, const v1::SpecDefaults& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

void FillIn(const v1::SpecDefaults& defaults, v1::InstanceSpec& spec) {
  if (spec.project().empty()) spec.set_project(defaults.project());
  if (spec.enforcement() == v1::ENFORCEMENT_UNSPECIFIED) {
    spec.set_enforcement(defaults.enforcement());
  }
  if (!spec.has_start_grace() && defaults.has_start_grace()) {
    *spec.mutable_start_grace() = defaults.start_grace();
  }
}

// Puts documents together to workspaces, and checks what no document shows by itself.
class Assembler {
 public:
  explicit Assembler(ErrorList& errors) : errors_(errors) {}

  void Add(Document document) {
    CheckDuplicates(document);
    const std::string& name = document.header.workspace();
    if (name.empty()) return;  // reported
    const auto [it, is_new] = index_.try_emplace(name, workspaces_.size());
    if (is_new) {
      CheckFirst(document);
      workspaces_.emplace_back();
      workspaces_.back().first = document;
      workspaces_.back().first.specs.clear();
    } else {
      CheckLater(workspaces_[it->second].first, document);
    }
    Workspace& workspace = workspaces_[it->second];
    workspace.parts.push_back({workspace.specs.size(), document.header.defaults()});
    workspace.specs.insert(workspace.specs.end(), std::make_move_iterator(document.specs.begin()),
                           std::make_move_iterator(document.specs.end()));
  }

  bool empty() const { return workspaces_.empty(); }

  std::vector<Manifest> Take() {
    std::vector<Manifest> out;
    for (Workspace& workspace : workspaces_) out.push_back(Finish(workspace));
    return out;
  }

 private:
  struct Part {
    size_t begin;  // in specs
    v1::SpecDefaults defaults;
  };
  struct Workspace {
    Document first;  // without specs
    std::vector<v1::InstanceSpec> specs;
    std::vector<Part> parts;
  };
  struct Place {
    const Source* source;
    uint32_t offset;
    std::string workspace;
  };

  // An alias and the id of the same project cannot be told apart from two projects here; the daemon
  // refuses what is left.
  void CheckDuplicates(const Document& document) {
    for (size_t i = 0; i < document.specs.size() && !errors_.full(); ++i) {
      const v1::InstanceSpec& spec = document.specs[i];
      const std::string& project =
          spec.project().empty() ? document.header.defaults().project() : spec.project();
      const Place here{document.source, document.ids_at[i], document.header.workspace()};
      const auto [it, is_new] =
          places_.try_emplace(absl::StrCat(project, "/", spec.instance_id()), here);
      if (!is_new) ReportDuplicate(spec, here, it->second);
    }
  }

  void ReportDuplicate(const v1::InstanceSpec& spec, const Place& here, const Place& first) {
    std::string message =
        absl::StrCat("instance ", core::Quoted(spec.instance_id()), " is declared twice, first at ",
                     ToString(PositionOf(*first.source, first.offset)));
    if (first.workspace != here.workspace) {
      absl::StrAppend(&message, " in workspace ", core::Quoted(first.workspace),
                      "; an instance belongs to one workspace");
    }
    errors_.Add(*here.source, here.offset, std::move(message));
  }

  void CheckFirst(const Document& document) {
    if (document.cut) return;
    for (const auto& [key, at] :
         {std::pair("owner", document.owner_at), std::pair("contact", document.contact_at)}) {
      if (!at) errors_.Add(*document.source, document.at, absl::StrCat(key, " is required"));
    }
  }

  void CheckLater(const Document& first, const Document& later) {
    const v1::WorkspaceHeader& a = first.header;
    const v1::WorkspaceHeader& b = later.header;
    CheckSame(first, first.owner_at, later, later.owner_at, "owner", a.owner() == b.owner());
    CheckSame(first, first.contact_at, later, later.contact_at, "contact",
              a.contact() == b.contact());
    v1::WorkspaceHeader a_labels, b_labels;
    *a_labels.mutable_labels() = a.labels();
    *b_labels.mutable_labels() = b.labels();
    CheckSame(first, first.labels_at, later, later.labels_at, "labels",
              google::protobuf::util::MessageDifferencer::Equals(a_labels, b_labels));
  }

  void CheckSame(const Document& first, std::optional<uint32_t> first_at, const Document& later,
                 std::optional<uint32_t> later_at, std::string_view key, bool same) {
    if (!later_at || same) return;
    const uint32_t at = first_at.value_or(first.workspace_at);
    errors_.Add(
        *later.source, *later_at,
        absl::StrCat(std::string(key), ": not the same as for this workspace at ",
                     ToString(PositionOf(*first.source, at)), ", leave it out here or repeat it"));
  }

  static Manifest Finish(Workspace& workspace) {
    Manifest out;
    out.header = std::move(workspace.first.header);
    out.specs = std::move(workspace.specs);
    out.at = PositionOf(*workspace.first.source, workspace.first.workspace_at);
    const std::vector<Part>& parts = workspace.parts;
    bool same = true;
    for (const Part& part : parts) same = same && SameDefaults(part.defaults, parts[0].defaults);
    if (same) return out;
    for (size_t p = 0; p < parts.size(); ++p) {
      const size_t end = p + 1 < parts.size() ? parts[p + 1].begin : out.specs.size();
      for (size_t i = parts[p].begin; i < end; ++i) FillIn(parts[p].defaults, out.specs[i]);
    }
    out.header.clear_defaults();
    return out;
  }

  ErrorList& errors_;
  std::vector<Workspace> workspaces_;
  absl::flat_hash_map<std::string, size_t> index_;  // by workspace name
  absl::flat_hash_map<std::string, Place> places_;  // by project/id
};

Input Read(const std::deque<Source>& sources, std::string_view what, ErrorList& errors) {
  Assembler assembler(errors);
  for (const Source& source : sources) {
    if (errors.full()) break;
    if (!CheckText(source, errors)) continue;
    const Tree tree(source, errors);
    for (const uint32_t root : tree.documents()) {
      if (!errors.full()) assembler.Add(ReadDocument(tree, root, errors));
    }
  }
  if (errors.empty() && assembler.empty()) errors.AddFile(0, what, "contains no manifest");
  Input input;
  if (errors.empty()) input.manifests = assembler.Take();
  input.errors = errors.Sorted();
  input.more_errors = errors.full();
  return input;
}

}  // namespace

Input Load(const std::vector<std::string>& paths, std::istream& standard_input) {
  ErrorList errors;
  const std::deque<Source> sources = ReadInput(paths, standard_input, errors);
  return Read(sources, sources.empty() ? "input" : sources[0].name, errors);
}

Input Parse(std::string_view text, std::string_view file) {
  ErrorList errors;
  std::deque<Source> sources;
  if (text.size() > limits::kMaxInputBytes) {
    errors.AddFile(0, file, "is too large");
  } else {
    sources.push_back({0, std::string(file), std::string(text)});
  }
  return Read(sources, file, errors);
}

std::string FormatErrors(const Input& input) {
  std::string out;
  for (const Error& error : input.errors) absl::StrAppend(&out, ToString(error), "\n");
  if (input.more_errors) out += "... and more\n";
  return out;
}

}  // namespace quiesce::manifest
