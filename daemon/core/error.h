#ifndef QUIESCE_DAEMON_CORE_ERROR_H_
#define QUIESCE_DAEMON_CORE_ERROR_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace quiesce::core {

// What an error says to a program, beside its message to a person: rpc/ turns it into
// google.rpc.ErrorInfo and BadRequest. Travels as a payload of absl::Status.
struct ErrorDetail {
  std::string reason;  // UPPER_SNAKE
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> field_violations;  // field path, what is wrong
};

// Key of a metadata value that says when a repeat is worth it, as a duration ("1m30s"). A program
// gets it as google.rpc.RetryInfo instead.
inline constexpr char kRetryAfterKey[] = "retry_after";

absl::Status MakeError(absl::StatusCode code, std::string_view message, ErrorDetail detail);
std::optional<ErrorDetail> DetailOf(const absl::Status& status);

// INVALID_ARGUMENT naming one field: message "FIELD: PROBLEM".
absl::Status InvalidField(std::string_view field, std::string_view problem);

// The errors that users can meet, by name. Messages say the way out.
namespace error {

absl::Status InstanceNotFound(std::string_view name);
absl::Status UnknownProject(std::string_view field, std::string_view given,
                            const std::vector<std::string>& known);
absl::Status PlanNotFound(std::string_view id);
absl::Status RunNotFound(std::string_view id);
absl::Status HoldNotFound(std::string_view id);
absl::Status PlanExpired(std::string_view id);
absl::Status PlanStale(std::string_view workspace);
absl::Status DeclaredElsewhere(std::string_view instance, std::string_view workspace,
                               std::string_view owner, std::string_view contact);
absl::Status WrongWriterKind(std::string_view workspace, bool workspace_is_declared);
absl::Status WorkspaceNeedsOwner(std::string_view workspace);
absl::Status EtagMismatch(std::string_view instance, std::string_view given,
                          std::string_view current);
absl::Status RequestIdReused(std::string_view request_id, std::string_view method);
absl::Status NotDeclared(std::string_view instance);
absl::Status HoldEnded(std::string_view id);
absl::Status RunEnded(std::string_view id);

}  // namespace error
}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_ERROR_H_
