#ifndef QUIESCE_DAEMON_RPC_BACKEND_H_
#define QUIESCE_DAEMON_RPC_BACKEND_H_

#include "daemon/base/clock.h"
#include "daemon/engine/engine.h"
#include "daemon/rpc/call_scope.h"
#include "daemon/rpc/project_directory.h"
#include "daemon/store/state_store.h"

namespace quiesce::rpc {

// What the services work with. Everything outlives the server.
struct Backend {
  engine::Engine& engine;  // on its executor only
  store::StateStore& store;
  Clock& clock;
  const ProjectDirectory& projects;
  CallEnvironment& calls;

  Executor& executor() const { return calls.executor(); }
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_BACKEND_H_
