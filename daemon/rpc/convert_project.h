#ifndef QUIESCE_DAEMON_RPC_CONVERT_PROJECT_H_
#define QUIESCE_DAEMON_RPC_CONVERT_PROJECT_H_

#include <cstdint>

#include "daemon/base/time.h"
#include "daemon/engine/projects.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::rpc {

// How many of a project's rows are what.
struct ProjectCounts {
  int64_t cloud = 0;  // in the last list
  int64_t declared = 0;
  int64_t unmanaged = 0;  // in the last list, declared by nobody
};

// `credential`: how the project's stands.
v1::Project ToProto(const engine::ProjectState& project, const cloud::CredentialStatus& credential,
                    const ProjectCounts& counts, const Now& now);
v1::ListError ListErrorOf(const engine::ListError& error);
v1::ProjectFreshness FreshnessOf(const engine::ProjectState& project, const Now& now);
v1::CredentialState CredentialStateOf(const engine::ProjectState& project,
                                      const cloud::CredentialStatus& credential);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_PROJECT_H_
