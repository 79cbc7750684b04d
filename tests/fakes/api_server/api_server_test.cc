#include "tests/fakes/api_server/api_server.h"

#include <memory>
#include <string>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "quiesce/v1/instance.grpc.pb.h"
#include "quiesce/v1/plan.grpc.pb.h"

namespace quiesce::testing {
namespace {

class ApiServerTest : public ::testing::Test {
 protected:
  std::shared_ptr<grpc::Channel> Channel() {
    grpc::ChannelArguments args;
    args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server_.target(), grpc::InsecureChannelCredentials(), args);
  }
  grpc::Status GetPlan(const std::string& name, v1::Plan& plan) {
    grpc::ClientContext context;
    v1::GetPlanRequest request;
    request.set_name(name);
    return v1::PlanService::NewStub(Channel())->GetPlan(&context, request, &plan);
  }

  ApiServer server_;
};

TEST_F(ApiServerTest, AnswersAsScripted) {
  v1::Plan plan;
  EXPECT_EQ(GetPlan("plans/0", plan).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  server_.On("GetPlan", [](const v1::GetPlanRequest& request, v1::Plan& out) {
    out.set_name(request.name());
    return grpc::Status::OK;
  });
  server_.Once("GetPlan", Error(grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_PLAN_NOT_FOUND));
  EXPECT_EQ(GetPlan("plans/1", plan).error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(GetPlan("plans/2", plan).ok());
  EXPECT_EQ(plan.name(), "plans/2");

  const auto requests = server_.Requests<v1::GetPlanRequest>("GetPlan");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[2].name(), "plans/2");
  EXPECT_EQ(server_.Calls("GetPlan")[0].deadline, std::chrono::system_clock::time_point::max());
}

TEST_F(ApiServerTest, NoticesCallsThatAreGivenUp) {
  server_.HangOnce("GetPlan");
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  v1::Plan plan;
  const auto stub = v1::PlanService::NewStub(Channel());
  EXPECT_EQ(stub->GetPlan(&context, v1::GetPlanRequest(), &plan).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(server_.WaitForCalls("GetPlan", 1));
  EXPECT_TRUE(server_.WaitForGivenUp(1));
}

TEST_F(ApiServerTest, StopsAndStartsAtTheSamePlace) {
  v1::Plan plan;
  server_.Stop();
  EXPECT_EQ(GetPlan("plans/0", plan).error_code(), grpc::StatusCode::UNAVAILABLE);
  server_.Start();
  EXPECT_EQ(GetPlan("plans/0", plan).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ApiServerTest, StreamsWatches) {
  v1::WatchInstancesResponse bookmark;
  bookmark.mutable_bookmark()->set_revision(7);
  server_.OnWatch({{bookmark}, true, {grpc::StatusCode::UNAVAILABLE, "bye"}});
  grpc::ClientContext context;
  const auto stub = v1::InstanceService::NewStub(Channel());
  const auto reader = stub->WatchInstances(&context, v1::WatchInstancesRequest());
  v1::WatchInstancesResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.bookmark().revision(), 7);
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(reader->Finish().error_message(), "bye");
}

}  // namespace
}  // namespace quiesce::testing
