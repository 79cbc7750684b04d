#ifndef QUIESCE_DAEMON_RPC_SERVER_SERVICE_H_
#define QUIESCE_DAEMON_RPC_SERVER_SERVICE_H_

#include <string>

#include "absl/time/time.h"
#include "daemon/rpc/backend.h"
#include "quiesce/v1/server.grpc.pb.h"

namespace quiesce::rpc {

// Who answers.
struct ServerIdentity {
  std::string version;  // "0.1.0"
  std::string store;    // where the data is, without secrets: "sqlite:///var/lib/..."
  absl::Time started;
};

// What is configured, and can be while the server runs.
struct ServerConfiguration {
  std::string name;     // "prod"
  absl::Time read_at;   // when it came into force
  std::string problem;  // why a later one did not; empty: there was none
};

// What the methods mean is in proto/quiesce/v1/server.proto.
class ServerService final : public v1::ServerService::CallbackService {
 public:
  ServerService(Backend& backend, ServerIdentity identity, ServerConfiguration configuration)
      : backend_(backend),
        identity_(std::move(identity)),
        configuration_(std::move(configuration)) {}

  // On the executor.
  ServerConfiguration& configuration() { return configuration_; }

  // The synchronous forms, which the generated base refuses, are not to be hidden.
  using v1::ServerService::CallbackService::DiagnoseProject;
  using v1::ServerService::CallbackService::GetServerInfo;
  using v1::ServerService::CallbackService::ListProjects;
  using v1::ServerService::CallbackService::RefreshProject;

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::ServerInfo* response) override;
  grpc::ServerUnaryReactor* ListProjects(grpc::CallbackServerContext* context,
                                         const v1::ListProjectsRequest* request,
                                         v1::ListProjectsResponse* response) override;
  grpc::ServerUnaryReactor* RefreshProject(grpc::CallbackServerContext* context,
                                           const v1::RefreshProjectRequest* request,
                                           v1::Project* response) override;
  grpc::ServerUnaryReactor* DiagnoseProject(grpc::CallbackServerContext* context,
                                            const v1::DiagnoseProjectRequest* request,
                                            v1::ProjectDiagnosis* response) override;

 private:
  v1::ServerInfo Info(const std::string& principal) const;

  Backend& backend_;
  const ServerIdentity identity_;
  ServerConfiguration configuration_;  // on the executor
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_SERVER_SERVICE_H_
