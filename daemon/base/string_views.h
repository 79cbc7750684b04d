#ifndef QUIESCE_DAEMON_BASE_STRING_VIEWS_H_
#define QUIESCE_DAEMON_BASE_STRING_VIEWS_H_

#include <string_view>

#include "absl/strings/string_view.h"

namespace quiesce {

// Abseil's string_view is another type than std's in Debian's build, and neither converts to the
// other by itself.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_STRING_VIEWS_H_
