#ifndef QUIESCE_DAEMON_CONFIG_YAML_DURATION_H_
#define QUIESCE_DAEMON_CONFIG_YAML_DURATION_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quiesce::yaml {

// Whole numbers with a unit each, larger units first: `15m`, `90s`, `1h30m`, `7d`, `500ms`. Units
// are d (24 h), h, m, s and ms. Otherwise INVALID_ARGUMENT with what is wrong, to be put after the
// name of a field or flag: `"15" has no unit, write a duration like 90s, 15m or 1h30m`.
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_DURATION_H_
