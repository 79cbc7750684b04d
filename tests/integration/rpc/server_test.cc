#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ServerTest : public RpcTest {
 protected:
  absl::StatusOr<std::unique_ptr<Server>> Start(const std::vector<Listener>& listen) {
    ServerOptions options;
    options.listen = listen;
    return Server::Start(*backend_, options);
  }
  std::string StartError(const std::vector<Listener>& listen) {
    auto server = Start(listen);
    EXPECT_FALSE(server.ok());
    return server.ok() ? "" : std::string(server.status().message());
  }
  Listener UnixSocket(const std::string& name) const {
    return {Listener::Kind::kUnix, folder_ + "/" + name};
  }
  // Calls a method by name with these bytes.
  grpc::Status CallRaw(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::CompletionQueue queue;
    const auto context = Context();
    auto call = stub.PrepareUnaryCall(context.get(), method, request, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
    return status;
  }
};

// --- listeners -----------------------------------------------------------------------------------

TEST_F(ServerTest, TheSocketIsClosedToOthers) {
  struct stat info {};
  ASSERT_EQ(stat((folder_ + "/socket").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  ASSERT_EQ(stat((folder_ + "/socket/api.sock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 077, 0u);
  EXPECT_EQ(server_->addresses().front(), "unix://" + folder_ + "/socket/api.sock");
}

TEST_F(ServerTest, ASecondServerAtTheSameSocketIsRefused) {
  EXPECT_THAT(StartError({UnixSocket("socket/api.sock")}), HasSubstr("another process listens"));
  // And the first one goes on.
  v1::ServerInfo info;
  EXPECT_TRUE(info_->GetServerInfo(Context().get(), v1::GetServerInfoRequest(), &info).ok());
}

TEST_F(ServerTest, AStaleSocketIsReplaced) {
  const std::string path = folder_ + "/socket/stale.sock";
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  close(fd);
  auto server = Start({UnixSocket("socket/stale.sock")});
  EXPECT_TRUE(server.ok()) << server.status();
}

TEST_F(ServerTest, WhatIsInTheWayIsNamed) {
  std::ofstream(folder_ + "/file") << "x";
  EXPECT_THAT(StartError({UnixSocket("file/api.sock")}), HasSubstr("not a directory"));
  std::ofstream(folder_ + "/socket/file") << "x";
  EXPECT_THAT(StartError({UnixSocket("socket/file")}), HasSubstr("is not a socket"));
  ASSERT_EQ(mkdir((folder_ + "/open").c_str(), 0755), 0);
  EXPECT_THAT(StartError({UnixSocket("open/api.sock")}), HasSubstr("chmod 700"));
  EXPECT_THAT(StartError({UnixSocket("no/such/api.sock")}), HasSubstr("cannot make the directory"));
}

TEST_F(ServerTest, ListensSomewhere) { EXPECT_THAT(StartError({}), HasSubstr("no address")); }

TEST_F(ServerTest, LoopbackTakesAFreePortAndSharesItWithNobody) {
  auto server = Start({{Listener::Kind::kLoopbackIpv4, "", 0}});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string address = (*server)->addresses().front();
  EXPECT_THAT(address, StartsWith("127.0.0.1:"));
  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  EXPECT_NE(port, 0);
  auto stub =
      v1::ServerService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  v1::ServerInfo info;
  ASSERT_TRUE(stub->GetServerInfo(Context().get(), v1::GetServerInfoRequest(), &info).ok());
  EXPECT_EQ(info.principal(), "loopback");
  EXPECT_THAT(StartError({{Listener::Kind::kLoopbackIpv4, "", port}}), HasSubstr("cannot listen"));
}

// --- messages ------------------------------------------------------------------------------------

TEST_F(ServerTest, AMessageAboveTheLimitIsRefusedByTheTransport) {
  v1::GetInstanceRequest request;
  request.set_name(std::string(5 * 1024 * 1024, 'x'));
  v1::Instance instance;
  const grpc::Status status = instances_->GetInstance(Context().get(), request, &instance);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ServerTest, BytesThatAreNoMessageDoNoHarm) {
  for (const char* method :
       {"/quiesce.v1.InstanceService/GetInstance", "/quiesce.v1.PlanService/CreatePlan",
        "/quiesce.v1.ServerService/GetServerInfo"}) {
    EXPECT_FALSE(CallRaw(method, "\xff\xff\xff\xff not a message").ok()) << method;
  }
  EXPECT_EQ(CallRaw("/quiesce.v1.InstanceService/StartInstance", "").error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  v1::ServerInfo info;
  EXPECT_TRUE(info_->GetServerInfo(Context().get(), v1::GetServerInfoRequest(), &info).ok());
}

// --- health and reflection -----------------------------------------------------------------------

TEST_F(ServerTest, HealthIsServedForEachService) {
  // HealthCheckRequest{service: NAME}; HealthCheckResponse{status: SERVING}.
  const auto check = [this](const std::string& service) {
    std::string bytes;
    if (!service.empty()) {
      bytes = absl::StrCat("\n", std::string(1, static_cast<char>(service.size())), service);
    }
    return CallRaw("/grpc.health.v1.Health/Check", bytes);
  };
  EXPECT_TRUE(check("").ok());
  EXPECT_TRUE(check("quiesce.v1.InstanceService").ok());
  EXPECT_TRUE(check("quiesce.v1.PlanService").ok());
  EXPECT_EQ(check("quiesce.v1.Nothing").error_code(), grpc::StatusCode::NOT_FOUND);
}

// --- the end -------------------------------------------------------------------------------------

TEST_F(ServerTest, DuringADrainReadsAreAnsweredAndWritesAreNot) {
  server_->BeginDrain();
  v1::ServerInfo info;
  EXPECT_TRUE(info_->GetServerInfo(Context().get(), v1::GetServerInfoRequest(), &info).ok());
  v1::SetDesiredStateResponse response;
  const SeenError error =
      ErrorOf(instances_->SetDesiredState(Context().get(), Declaring(1), &response));
  EXPECT_EQ(error.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(error.reason, "SHUTTING_DOWN");
}

TEST_F(ServerTest, ADrainEndsWhatWaits) {
  cloud_.HoldLists();
  Declare(1);
  grpc::Status refreshed;
  std::thread refresh([&] {
    v1::RefreshProjectRequest request;
    request.set_name("projects/alpha");
    v1::Project project;
    refreshed = info_->RefreshProject(Context().get(), request, &project);
  });
  v1::WaitInstanceResponse waited;
  grpc::Status wait_status;
  std::thread wait([&] {
    v1::WaitInstanceRequest request;
    request.set_name(Name(1));
    request.mutable_timeout()->set_seconds(25);
    wait_status = instances_->WaitInstance(Context().get(), request, &waited);
  });
  grpc::Status planned;
  std::thread plan([&] {
    const auto context = Context();
    v1::CreatePlanResponse response;
    auto writer = plans_->StreamCreatePlan(context.get(), &response);
    v1::StreamCreatePlanRequest part;
    *part.mutable_header() = Header();
    writer->Write(part);
    planned = writer->Finish();
  });
  // A turn of the loop is no call, so it does not count itself.
  while (calls_->in_flight() < 3) OnLoop([] {});
  const auto begun = clock_.Read().steady;
  Drain(absl::Seconds(20));
  EXPECT_LT(clock_.Read().steady - begun, absl::Seconds(10));
  refresh.join();
  wait.join();
  plan.join();
  EXPECT_EQ(ErrorOf(refreshed).reason, "SHUTTING_DOWN");
  EXPECT_EQ(ErrorOf(planned).reason, "SHUTTING_DOWN");
  EXPECT_TRUE(wait_status.ok()) << wait_status.error_message();
  EXPECT_EQ(waited.result(), v1::WAIT_RESULT_NOT_YET);
  EXPECT_EQ(calls_->in_flight(), 0);
}

TEST_F(ServerTest, ACallWhoseClientLeavesIsEnded) {
  cloud_.HoldLists();
  v1::RefreshProjectRequest request;
  request.set_name("projects/alpha");
  v1::Project project;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
  EXPECT_EQ(info_->RefreshProject(&context, request, &project).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  while (calls_->in_flight() > 0) OnLoop([] {});
}

}  // namespace
}  // namespace quiesce::rpc
