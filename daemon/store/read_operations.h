#ifndef QUIESCE_DAEMON_STORE_READ_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_READ_OPERATIONS_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/core/facts.h"
#include "daemon/store/records.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

// Reading whole rows, where the engine's memory holds less. Writes nothing.
namespace quiesce::store {

// One instance with what its verdict depends on. NOT_FOUND (INSTANCE_NOT_FOUND) if there is no row.
struct ReadInstance {
  struct Result {
    core::InstanceRecord record;
    std::optional<Workspace> workspace;  // of a declared one
    std::optional<Project> project;
  };
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  core::InstanceKey key;
};

// The rows of a page, in the order of the keys; nothing for a key that has none. No errors of its
// own.
struct ReadInstances {
  using Result = std::vector<std::optional<core::InstanceRecord>>;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::vector<core::InstanceKey> keys;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_READ_OPERATIONS_H_
