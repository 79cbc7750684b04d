#include "daemon/rpc/spec_reader.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_time.h"

namespace quiesce::rpc {
namespace {

std::string Path(std::string_view prefix, std::string_view field) {
  std::string path(prefix);
  path.append(field);
  return path;
}

core::Enforcement ReadEnforcement(v1::Enforcement given, core::Enforcement fallback,
                                  std::string_view prefix, RequestReader& reader) {
  if (given == v1::ENFORCEMENT_UNSPECIFIED) return fallback;
  const std::optional<core::Enforcement> enforcement = FromProto(given);
  if (enforcement) return *enforcement;
  reader.violations().Add(Path(prefix, "enforcement"),
                          absl::StrCat(static_cast<int>(given),
                                       " is no enforcement that this version knows: OBSERVE, "
                                       "ONCE or CONTINUOUS"));
  return fallback;
}

absl::Duration ReadStartGrace(const google::protobuf::Duration& given, std::string_view prefix,
                              RequestReader& reader) {
  const std::string path = Path(prefix, "start_grace");
  const absl::Duration grace =
      reader.Duration(path, given, absl::ZeroDuration(), limits::kMaxStartGrace);
  if (grace % absl::Milliseconds(1) != absl::ZeroDuration()) {
    reader.violations().Add(
        path, absl::StrCat(absl::FormatDuration(grace), " is not a whole number of milliseconds"));
  }
  return grace;
}

// A project by id or alias; its id. Empty on a violation.
std::string ReadProject(const std::string& given, std::string_view path, RequestReader& reader) {
  if (const auto project = reader.projects().Find(given)) return project->id;
  reader.violations().Add(std::string(path), UnknownProjectProblem(reader.projects(), given));
  return "";
}

Defaults ReadDefaults(const v1::SpecDefaults& given, RequestReader& reader) {
  constexpr std::string_view kPrefix = "header.defaults.";
  Defaults defaults;
  if (!given.project().empty()) {
    defaults.project_id = ReadProject(given.project(), "header.defaults.project", reader);
  }
  defaults.enforcement =
      ReadEnforcement(given.enforcement(), defaults.enforcement, kPrefix, reader);
  if (given.has_start_grace()) {
    defaults.start_grace = ReadStartGrace(given.start_grace(), kPrefix, reader);
  }
  return defaults;
}

}  // namespace

PlanHeader ReadPlanHeader(const v1::WorkspaceHeader& header, RequestReader& reader) {
  PlanHeader plan;
  plan.workspace = reader.Workspace("header.workspace", header.workspace());
  plan.header.owner = reader.Owner("header.owner", header.owner());
  plan.header.contact = reader.Contact("header.contact", header.contact());
  plan.header.labels =
      std::map<std::string, std::string>(header.labels().begin(), header.labels().end());
  reader.violations().Check("header.labels", core::LabelsProblem(plan.header.labels));
  plan.defaults = ReadDefaults(header.defaults(), reader);
  return plan;
}

SpecSet::SpecSet(Kind kind, Defaults defaults, std::string_view field, std::string_view suffix)
    : kind_(kind),
      defaults_(std::move(defaults)),
      field_(field),
      suffix_(suffix),
      seen_(0, Hash{&specs_}, Equal{&specs_}) {}

core::Spec SpecSet::Read(const v1::InstanceSpec& spec, Kind kind, const Defaults& defaults,
                         std::string_view prefix, RequestReader& reader) {
  Violations& violations = reader.violations();
  core::Spec out;
  if (!spec.project().empty()) {
    out.key.project_id = ReadProject(spec.project(), Path(prefix, "project"), reader);
  } else if (!defaults.project_id.empty()) {
    out.key.project_id = defaults.project_id;
  } else {
    violations.Add(Path(prefix, "project"), kind == Kind::kPlan
                                                ? "is empty, and header.defaults has no project"
                                                : "is empty, a project is required");
  }
  if (violations.Check(prefix, "instance_id", core::InstanceIdProblem(spec.instance_id()))) {
    out.key.instance_id = spec.instance_id();
  }
  if (!spec.asserted_name().empty()) {
    violations.Check(prefix, "asserted_name", core::AssertedNameProblem(spec.asserted_name()));
  }
  out.policy.asserted_name = spec.asserted_name();
  out.policy.enforcement =
      ReadEnforcement(spec.enforcement(), defaults.enforcement, prefix, reader);
  out.policy.start_grace = spec.has_start_grace()
                               ? ReadStartGrace(spec.start_grace(), prefix, reader)
                               : defaults.start_grace;
  out.policy.is_protected = spec.protected_();
  if (spec.move_from().empty()) return out;
  if (kind == Kind::kDirect) {
    violations.Add(Path(prefix, "move_from"),
                   "is for plans only; a direct write takes nothing over");
  } else if (violations.Check(prefix, "move_from", core::WorkspaceNameProblem(spec.move_from()))) {
    out.move_from = spec.move_from();
  }
  return out;
}

core::Spec SpecSet::ReadSingle(const v1::InstanceSpec& spec, RequestReader& reader) {
  return Read(spec, Kind::kDirect, Defaults(), "spec.", reader);
}

void SpecSet::Add(const v1::InstanceSpec& spec, RequestReader& reader) {
  const auto position = static_cast<uint32_t>(specs_.size());
  const std::string prefix = absl::StrCat(field_, "[", position, "]", suffix_, ".");
  specs_.push_back(Read(spec, kind_, defaults_, prefix, reader));
  // What could not be read is at fault already.
  if (specs_.back().key.instance_id.empty() || specs_.back().key.project_id.empty()) return;
  const auto [first, fresh] = seen_.insert(position);
  if (fresh) return;
  reader.violations().Add(absl::StrCat(prefix, "instance_id"),
                          absl::StrCat(core::Quoted(spec.instance_id()), " is given already in ",
                                       field_, "[", *first, "]", suffix_));
}

std::vector<core::Spec> SpecSet::Take() {
  seen_.clear();
  return std::move(specs_);
}

}  // namespace quiesce::rpc
