#ifndef QUIESCE_CLIENT_CLI_RUN_READER_H_
#define QUIESCE_CLIENT_CLI_RUN_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/environment.h"

// Runs as the verbs show them.
namespace quiesce::cli {

// The items that a reader has to know of: those that did not end as planned, and, up to 100, those
// that have not ended. With `all`, every one.
absl::StatusOr<std::vector<v1::RunItem>> GetItems(const v1::Run& run, bool all, Environment& env);

// `{"run": ..., "items": [...]}`.
std::string RunJson(const v1::Run& run, const std::vector<v1::RunItem>& items);

// kTimeout for a run that has not ended.
ExitCode CodeOf(const v1::Run& run);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RUN_READER_H_
