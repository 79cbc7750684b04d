#ifndef QUIESCE_DAEMON_RPC_SERVER_H_
#define QUIESCE_DAEMON_RPC_SERVER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/hold_service.h"
#include "daemon/rpc/instance_service.h"
#include "daemon/rpc/listener.h"
#include "daemon/rpc/plan_service.h"
#include "daemon/rpc/server_service.h"
#include "grpcpp/server.h"

namespace quiesce::rpc {

struct ServerOptions {
  std::vector<Listener> listen;  // at least one
  ServerIdentity identity;
  ServerConfiguration configuration;
};

// The gRPC server: the four services, grpc.health.v1.Health and reflection. Its methods are for one
// thread, which is not the executor's, except where said.
//
// The end of it, in this order: BeginDrain(); engine.Drain() on the executor; Shutdown(). The
// executor must still run during all three, and the backend must outlive the server.
class Server {
 public:
  // Listens, and answers from now on: the store has been fed to the engine before. Errors:
  // INVALID_ARGUMENT (no address), FAILED_PRECONDITION (something is in the way).
  static absl::StatusOr<std::unique_ptr<Server>> Start(Backend& backend,
                                                       const ServerOptions& options);
  // Shuts down without grace if that has not been done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // As clients reach it: "unix:///path", "127.0.0.1:41234".
  const std::vector<std::string>& addresses() const { return addresses_; }

  // What clients are told of the configuration from now on. Both on the executor.
  void SetConfiguration(ServerConfiguration configuration) {
    server_info_.configuration() = std::move(configuration);
  }
  void SetConfigurationProblem(std::string problem) {
    server_info_.configuration().problem = std::move(problem);
  }

  // What Health answers, for the server and for each service. It is SERVING from the start.
  // Thread-safe.
  void SetServing(bool serving);

  // Health says NOT_SERVING, what changes something is refused as SHUTTING_DOWN, and what waits
  // (watches, long polls, plans that wait for a list) is ended so. Returns at once.
  void BeginDrain();

  // Takes no connection any more, lets calls end for `grace`, then cancels them. Returns when the
  // last one has ended; soon, where BeginDrain came before.
  void Shutdown(absl::Duration grace);

 private:
  Server(Backend& backend, const ServerOptions& options);
  absl::Status Listen(const std::vector<Listener>& listeners);

  Backend& backend_;
  InstanceService instances_;
  PlanService plans_;
  HoldService holds_;
  ServerService server_info_;
  std::vector<std::string> addresses_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_SERVER_H_
