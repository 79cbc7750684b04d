#include "daemon/rpc/server.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/rpc/status.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace quiesce::rpc {
namespace {

int Millis(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(limits::kMaxMessageBytes);
  grpc::ResourceQuota quota("quiesced");
  quota.SetMaxThreads(limits::kMaxLibraryThreads);
  builder.SetResourceQuota(quota);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, limits::kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits::kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             Millis(limits::kHandshakeTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(limits::kKeepaliveTime));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Millis(limits::kKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Millis(limits::kMinPingInterval));
  // By default a second server shares the port, silently; it must fail instead.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

Server::Server(Backend& backend, const ServerOptions& options)
    : backend_(backend),
      instances_(backend),
      plans_(backend),
      holds_(backend),
      server_info_(backend, options.identity, options.configuration) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(Backend& backend,
                                                      const ServerOptions& options) {
  if (options.listen.empty()) return absl::InvalidArgumentError("listen: no address is given");
  for (const Listener& listener : options.listen) {
    if (!listener.is_unix()) continue;
    if (absl::Status status = PrepareSocket(listener.path); !status.ok()) return status;
  }
  std::unique_ptr<Server> server(new Server(backend, options));
  if (absl::Status status = server->Listen(options.listen); !status.ok()) return status;
  return server;
}

absl::Status Server::Listen(const std::vector<Listener>& listeners) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  builder.RegisterService(&instances_);
  builder.RegisterService(&plans_);
  builder.RegisterService(&holds_);
  builder.RegisterService(&server_info_);
  std::vector<int> ports(listeners.size(), 0);
  for (size_t i = 0; i < listeners.size(); ++i) {
    builder.AddListeningPort(listeners[i].ToString(), grpc::InsecureServerCredentials(), &ports[i]);
  }
  server_ = builder.BuildAndStart();
  for (size_t i = 0; i < listeners.size(); ++i) {
    const Listener& listener = listeners[i];
    if (server_ == nullptr || ports[i] <= 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          "cannot listen at ", listener.ToString(),
          listeners.size() > 1 ? " or another address" : "", ": it is in use, or may not be used"));
    }
    // The directory is what guards it; this is for whoever loosens that later.
    if (listener.is_unix()) chmod(listener.path.c_str(), S_IRUSR | S_IWUSR);
    Listener bound = listener;
    if (!bound.is_unix()) bound.port = ports[i];
    addresses_.push_back(bound.ToString());
  }
  SetServing(true);
  return absl::OkStatus();
}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

void Server::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService();
  if (health == nullptr) return;
  health->SetServingStatus(serving);
  for (const char* service :
       {v1::InstanceService::service_full_name(), v1::PlanService::service_full_name(),
        v1::HoldService::service_full_name(), v1::ServerService::service_full_name()}) {
    health->SetServingStatus(service, serving);
  }
}

void Server::BeginDrain() {
  if (grpc::HealthCheckServiceInterface* health = server_->GetHealthCheckService()) {
    health->Shutdown();
  }
  backend_.calls.RefuseWrites();
  backend_.calls.EndSlowCalls(ShuttingDown());
  backend_.executor().Post([&engine = backend_.engine] {
    engine.waits().CloseAll();
    engine.watches().CloseAll();
  });
}

void Server::Shutdown(absl::Duration grace) {
  if (server_ == nullptr) return;
  server_->Shutdown(absl::ToChronoTime(backend_.clock.Read().wall + grace));
  server_->Wait();
}

}  // namespace quiesce::rpc
