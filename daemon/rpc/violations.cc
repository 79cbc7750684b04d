#include "daemon/rpc/violations.h"

#include "absl/strings/str_cat.h"
#include "daemon/core/error.h"

namespace quiesce::rpc {

void Violations::Add(std::string field, std::string problem) {
  if (count_++ < limits::kMaxViolations) kept_.emplace_back(std::move(field), std::move(problem));
}

bool Violations::Check(std::string_view field, core::Problem problem) {
  return Check("", field, std::move(problem));
}

bool Violations::Check(std::string_view prefix, std::string_view field, core::Problem problem) {
  if (!problem) return true;
  std::string path(prefix);
  path.append(field);
  Add(std::move(path), *std::move(problem));
  return false;
}

absl::Status Violations::ToStatus() const {
  if (empty()) return absl::OkStatus();
  const auto& [field, problem] = kept_.front();
  std::string message = absl::StrCat(field, ": ", problem);
  if (count_ > 1) absl::StrAppend(&message, " (and ", count_ - 1, " more)");
  core::ErrorDetail detail{"INVALID_FIELD", {}, kept_};
  if (count_ > kept_.size()) {
    detail.metadata["violations_omitted"] = absl::StrCat(count_ - kept_.size());
  }
  return core::MakeError(absl::StatusCode::kInvalidArgument, message, std::move(detail));
}

}  // namespace quiesce::rpc
