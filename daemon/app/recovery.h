#ifndef QUIESCE_DAEMON_APP_RECOVERY_H_
#define QUIESCE_DAEMON_APP_RECOVERY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/executor.h"
#include "daemon/config/config.h"
#include "daemon/observability/logger.h"
#include "daemon/store/sqlite_store.h"
#include "daemon/store/state_store.h"

namespace quiesce::app {

// Does what a process does first with its store, and returns how many calls it found open. The
// errors of both are for people.
//
// FAILED_PRECONDITION when the configuration gives a project another endpoint than the store
// remembers: the same ids elsewhere are other instances, and declarations must not reach them by a
// typing mistake. `moved_from: OLD_ENDPOINT` in the project says that it is meant; once accepted,
// the new endpoint is the remembered one.
absl::StatusOr<int64_t> RecoverStore(store::SqliteStore& sqlite, const config::Config& config,
                                     const store::SqliteStore::Environment& environment,
                                     observability::Logger& log);

// Makes a store that is at work remember the projects of another configuration than `before`, all
// or none; errors as above, or UNAVAILABLE. As soon as that is durable `in_force` runs on the
// executor, before anything else that follows from it. Blocks until that is done; not on the
// executor.
absl::Status ReconfigureStore(store::StateStore& store, const config::Config& config,
                              const config::Config& before, Task in_force,
                              observability::Logger& log);

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_RECOVERY_H_
