#ifndef QUIESCE_DAEMON_RPC_INSTANCE_VIEW_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_VIEW_H_

#include <string>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/engine/projects.h"
#include "daemon/store/records.h"

namespace quiesce::rpc {

// Who else has the name of an instance in the cloud. The cloud does not keep names unique.
enum class NameUse {
  kUnique,
  kUniqueInProject,  // instances of other projects have it too
  kShared,           // by several of its project
};

// An instance and what is around it, at one moment. Borrowed for a call.
struct InstanceView {
  const core::InstanceRecord& record;
  core::Surroundings around;
  std::string project_alias;          // empty: not configured
  absl::Time listed_at;               // when the last complete list of the project was requested
  const store::Workspace* workspace;  // of a declared one; null: not known here
  Now now;
  // Whether the record is the store's row, not the engine's: with nodes, messages and authority.
  bool whole = false;
  const engine::ProjectState* project = nullptr;  // null: not configured, or not known here
  NameUse name_use = NameUse::kUnique;            // looked at for explanations only
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_VIEW_H_
