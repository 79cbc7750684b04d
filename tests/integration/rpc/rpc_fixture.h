#ifndef QUIESCE_TESTS_INTEGRATION_RPC_RPC_FIXTURE_H_
#define QUIESCE_TESTS_INTEGRATION_RPC_RPC_FIXTURE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "daemon/app/event_loop.h"
#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/base/random.h"
#include "daemon/engine/engine.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/call_log.h"
#include "daemon/rpc/server.h"
#include "daemon/store/group_commit.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "quiesce/v1/hold.grpc.pb.h"
#include "quiesce/v1/instance.grpc.pb.h"
#include "quiesce/v1/plan.grpc.pb.h"
#include "quiesce/v1/server.grpc.pb.h"
#include "tests/fakes/instance_api/fake_instance_api.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::rpc {

// An error as a client reads it.
struct SeenError {
  grpc::StatusCode code = grpc::StatusCode::OK;
  std::string message;
  std::string reason;  // empty: no ErrorInfo
  std::string domain;
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> violations;
  bool has_retry = false;

  std::vector<std::string> Fields() const;
};
SeenError ErrorOf(const grpc::Status& status);

// Keeps what was reported of each call.
class CallBook final : public CallLog {
 public:
  struct Entry {
    std::string method;
    std::string principal;
    absl::StatusCode code;
    std::string reason;
    std::string fault;
  };
  void CallEnded(const CallEnd& end) override;
  void Reconciled(const Reconcile& reconcile) override;
  std::vector<Entry> entries() const;
  std::vector<Reconcile> reconciles() const;

 private:
  mutable Mutex mu_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mu_);
  std::vector<Reconcile> reconciles_ ABSL_GUARDED_BY(mu_);
};

// The daemon in one process, as app/ puts it together, but for the cloud: a real gRPC server on a
// unix socket, the real engine on its loop and the real SQLite store with its writer.
class RpcTest : public ::testing::Test {
 protected:
  static constexpr char kProjectA[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";  // alias "alpha"
  static constexpr char kProjectB[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";  // alias "beta"
  static constexpr char kUnseen[] = "cccccccccccccccccccccccccccccccc";    // "gamma", not listed

  ~RpcTest() override;

  void SetUp() override;

  // --- the fleet ---
  // The n-th instance id, in order.
  static std::string Id(int n);
  static core::InstanceKey Key(int n, const std::string& project = kProjectA);
  static std::string Name(int n, const std::string& project = kProjectA);
  void Running(int n, const std::string& project = kProjectA);
  void Stopped(int n, const std::string& project = kProjectA);

  // --- the daemon ---
  // Runs a function on the loop and waits for its end.
  void OnLoop(std::function<void()> function);
  // Begins the drain as app/ does, engine included, and shuts the server down.
  void Drain(absl::Duration grace);
  void StopServer();
  // Lists the project now, so that what the cloud has is known.
  void Refresh(const std::string& alias = "alpha");
  // Waits until the instance is what is declared.
  v1::WaitInstanceResponse WaitFor(const std::string& name, const std::string& etag = "");

  // --- short forms of calls ---
  v1::SetDesiredStateRequest Declaring(int n, const std::string& project = "alpha") const;
  v1::Instance Declare(int n);
  v1::WorkspaceHeader Header(const std::string& workspace = "team") const;
  v1::InstanceSpec Spec(int n, const std::string& project = "alpha") const;
  v1::CreatePlanResponse Plan(const std::vector<int>& numbers);
  v1::Run FollowRun(const std::string& name);

  // A call with a deadline far enough for a slow machine.
  static std::unique_ptr<grpc::ClientContext> Context();

  std::shared_ptr<grpc::Channel> NewChannel() const;

  const support::ScratchFolder scratch_ = support::ScratchFolder::Make().value();
  const std::string folder_ = scratch_.path();
  SystemClock clock_;
  SystemRandom random_;
  CallBook book_;
  app::EventLoop loop_{clock_};
  fakes::FakeInstanceApi cloud_{loop_, clock_};
  std::unique_ptr<store::GroupCommitStore> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<ProjectDirectory> projects_;
  std::unique_ptr<CallEnvironment> calls_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Server> server_;

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::InstanceService::Stub> instances_;
  std::unique_ptr<v1::PlanService::Stub> plans_;
  std::unique_ptr<v1::HoldService::Stub> holds_;
  std::unique_ptr<v1::ServerService::Stub> info_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_TESTS_INTEGRATION_RPC_RPC_FIXTURE_H_
