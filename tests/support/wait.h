#ifndef QUIESCE_TESTS_SUPPORT_WAIT_H_
#define QUIESCE_TESTS_SUPPORT_WAIT_H_

#include <functional>

#include "absl/time/time.h"

namespace quiesce::support {

// For what another process does, which tells nobody. Long, because the machine may be busy; a test
// that passes does not wait that long.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

// Asks again and again, some fifty times a second. False: `patience` ended first.
bool WaitUntil(const std::function<bool()>& condition, absl::Duration patience = kPatience);

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_WAIT_H_
