#ifndef QUIESCE_DAEMON_STORE_ROW_IDS_H_
#define QUIESCE_DAEMON_STORE_ROW_IDS_H_

#include <string>

#include "absl/status/statusor.h"
#include "daemon/store/tables.h"

// Ids of plans, runs and holds are 32 hexadecimal digits; a person may give the first 8 or more.
namespace quiesce::store {

// The whole id. NOT_FOUND (PLAN_NOT_FOUND, RUN_NOT_FOUND, HOLD_NOT_FOUND) if none begins with it,
// INVALID_ARGUMENT (AMBIGUOUS_NAME, with candidates) if several do.
absl::StatusOr<std::string> ResolvePlanId(Tables& tables, const std::string& id);
absl::StatusOr<std::string> ResolveRunId(Tables& tables, const std::string& id);
absl::StatusOr<std::string> ResolveHoldId(Tables& tables, const std::string& id);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_ROW_IDS_H_
