#ifndef QUIESCE_DAEMON_RPC_INSTANCE_SCAN_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_SCAN_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/engine/registry.h"
#include "daemon/rpc/backend.h"

namespace quiesce::rpc {

// A walk over all rows of the registry in the order of (project, instance), in turns of bounded
// work on the executor. Not a snapshot: each row is as it is when its turn comes; a row that comes
// or goes meanwhile may be seen or not.
struct InstanceScan {
  enum class Visit {
    kPassed,     // looked at
    kConverted,  // and made into a message, which costs more
    kStop,       // this row and the rest are not wanted
  };
  std::string project_id;                  // only this project; empty: all
  std::optional<core::InstanceKey> after;  // begin behind this one
  absl::AnyInvocable<Visit(const engine::Row&, const Now&)> visit;
  // Asked between turns; the scan ends early, without `done`, when nobody waits for it any more.
  absl::AnyInvocable<bool()> abandoned;
  absl::AnyInvocable<void() &&> done;
};

// Runs the scan; begins with a turn of its own. The functions run on the executor.
void Scan(Backend& backend, InstanceScan scan);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_SCAN_H_
