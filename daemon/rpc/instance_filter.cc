#include "daemon/rpc/instance_filter.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/enum_names.h"
#include "daemon/rpc/filter.h"
#include "daemon/rpc/request_reader.h"

namespace quiesce::rpc {
namespace {

const std::vector<std::string_view>& Fields() {
  static const auto* const fields = new std::vector<std::string_view>{
      "workspace",   "project",  "phase",      "reason",   "needs",
      "power_state", "declared", "cloud_name", "id_prefix"};
  return *fields;
}

core::Problem IdPrefixProblem(std::string_view prefix) {
  if (prefix.size() < limits::kMinIdPrefixLength) {
    return absl::StrCat("id_prefix ", core::Quoted(prefix), " has ", prefix.size(),
                        " characters, at least ", limits::kMinIdPrefixLength, " are needed");
  }
  // A prefix of a valid id is one when it is filled up.
  std::string padded(prefix);
  if (padded.size() < limits::kMinIdLength) padded.resize(limits::kMinIdLength, 'x');
  if (core::Problem problem = core::InstanceIdProblem(padded)) {
    return absl::StrCat("id_prefix ", core::Quoted(prefix), " begins no instance id");
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<InstanceFilter> InstanceFilter::Parse(std::string_view filter,
                                                     const ProjectDirectory& projects) {
  absl::StatusOr<FilterTerms> terms = ParseFilter(filter, Fields());
  if (!terms.ok()) return terms.status();
  InstanceFilter out;
  core::Problem problem;
  for (const auto& [field, value] : *terms) {
    if (field == "workspace") {
      problem = core::WorkspaceNameProblem(value);
      out.workspace_ = value;
    } else if (field == "project") {
      const auto project = projects.Find(value);
      if (project == nullptr && !core::IsValidId(value)) {
        problem = UnknownProjectProblem(projects, value);
      }
      out.project_id_ = project == nullptr ? value : project->id;
    } else if (field == "phase") {
      problem = ReadEnum("phase", "PHASE_", value, out.phase_);
    } else if (field == "reason") {
      problem = ReadEnum("reason", "REASON_", value, out.reason_);
    } else if (field == "needs") {
      problem = ReadEnum("needs", "NEEDS_", value, out.needs_);
    } else if (field == "power_state") {
      problem = ReadEnum("power_state", "POWER_STATE_", value, out.power_state_);
    } else if (field == "declared") {
      if (value != "true" && value != "false") {
        problem = absl::StrCat("declared ", core::Quoted(value), " is neither true nor false");
      }
      out.declared_ = value == "true";
    } else if (field == "cloud_name") {
      out.cloud_name_ = value;
    } else if (field == "id_prefix") {
      problem = IdPrefixProblem(value);
      out.id_prefix_ = value;
    }
    if (problem) return InvalidFilter(filter, Fields(), *problem);
  }
  return out;
}

bool InstanceFilter::MayMatch(std::string_view project_id, std::string_view instance_id) const {
  return (project_id_.empty() || project_id_ == project_id) &&
         instance_id.substr(0, id_prefix_.size()) == id_prefix_;
}

bool InstanceFilter::Matches(const core::InstanceRecord& record,
                             const core::Decision& decision) const {
  if (declared_ && *declared_ != record.desired.has_value()) return false;
  if (!workspace_.empty() && (!record.desired || record.desired->workspace != workspace_)) {
    return false;
  }
  if (!cloud_name_.empty() && record.observation.cloud_name != cloud_name_) return false;
  return (!phase_ || *phase_ == ToProto(decision.phase)) &&
         (!reason_ || *reason_ == ToProto(decision.reason)) &&
         (!needs_ || *needs_ == ToProto(decision.needs)) &&
         (!power_state_ || *power_state_ == ToProto(record.observation));
}

}  // namespace quiesce::rpc
