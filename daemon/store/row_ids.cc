#include "daemon/store/row_ids.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"

namespace quiesce::store {
namespace {

absl::Status Ambiguous(const std::string& what, const std::string& id,
                       const std::vector<std::string>& candidates) {
  return core::MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat(what, " ", core::Quoted(id), " is short for ", absl::StrJoin(candidates, ", "),
                   "; give more digits"),
      core::ErrorDetail{
          "AMBIGUOUS_NAME", {{"name", id}, {"candidates", absl::StrJoin(candidates, ",")}}, {}});
}

// The one of `found` that is meant. Empty: none.
absl::StatusOr<std::string> Unique(const std::string& what, const std::string& id,
                                   absl::StatusOr<std::vector<std::string>> found) {
  if (!found.ok()) return std::move(found).status();
  if (found->size() > 1) return Ambiguous(what, id, *found);
  return found->empty() ? "" : found->front();
}

bool IsLongEnough(const std::string& id) { return id.size() >= limits::kMinShortIdLength; }

constexpr int64_t kShown = 10;

}  // namespace

absl::StatusOr<std::string> ResolvePlanId(Tables& tables, const std::string& id) {
  if (!IsLongEnough(id)) return core::error::PlanNotFound(id);
  QUIESCE_ASSIGN_OR_RETURN(std::string whole, Unique("plan", id, tables.FindPlans(id, kShown)));
  if (whole.empty()) return core::error::PlanNotFound(id);
  return whole;
}

absl::StatusOr<std::string> ResolveRunId(Tables& tables, const std::string& id) {
  if (!IsLongEnough(id)) return core::error::RunNotFound(id);
  QUIESCE_ASSIGN_OR_RETURN(std::string whole, Unique("run", id, tables.FindRuns(id, kShown)));
  if (whole.empty()) return core::error::RunNotFound(id);
  return whole;
}

absl::StatusOr<std::string> ResolveHoldId(Tables& tables, const std::string& id) {
  if (!IsLongEnough(id)) return core::error::HoldNotFound(id);
  QUIESCE_ASSIGN_OR_RETURN(std::string whole, Unique("hold", id, tables.FindHolds(id, kShown)));
  if (whole.empty()) return core::error::HoldNotFound(id);
  return whole;
}

}  // namespace quiesce::store
