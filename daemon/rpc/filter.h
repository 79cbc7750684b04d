#ifndef QUIESCE_DAEMON_RPC_FILTER_H_
#define QUIESCE_DAEMON_RPC_FILTER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quiesce::rpc {

// The terms of a filter by field.
using FilterTerms = std::map<std::string, std::string>;

// `field=value` terms joined by " AND ", at most 16, each field once and out of `fields`. A value
// with blanks or quotes is written in double quotes, with \" and \\ inside. Empty: no terms.
// INVALID_ARGUMENT (INVALID_FILTER) otherwise.
absl::StatusOr<FilterTerms> ParseFilter(std::string_view filter,
                                        const std::vector<std::string_view>& fields);

// INVALID_ARGUMENT (INVALID_FILTER). `problem` goes after "filter: ".
absl::Status InvalidFilter(std::string_view filter, const std::vector<std::string_view>& fields,
                           std::string_view problem);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_FILTER_H_
