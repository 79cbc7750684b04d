#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "gmock/gmock.h"
#include "tests/unit/client/lib/client_fixture.h"

// What every unary call has: a deadline, bounded repeats, errors taken apart, cancelling.
namespace quiesce::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class CallsTest : public ClientFixture {};

void AnswerInfo(testing::ApiServer& server) {
  server.On("GetServerInfo", [](const v1::GetServerInfoRequest&, v1::ServerInfo& info) {
    info.set_server_name("prod");
    return grpc::Status::OK;
  });
}

TEST_F(CallsTest, HaveADeadlineAndAUserAgent) {
  AnswerInfo(server_);
  options_.user_agent = "quiesce/1.2.3";
  const auto info = client().GetServerInfo();
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->server_name(), "prod");
  CallOptions call;
  call.timeout = absl::Seconds(77);
  ASSERT_TRUE(client().GetServerInfo(call).ok());
  const auto calls = server_.Calls("GetServerInfo");
  ASSERT_EQ(calls.size(), 2u);
  const auto now = std::chrono::system_clock::now();
  // The server reckons the deadline from the time left, so it is later by the way to it.
  EXPECT_LE(calls[0].deadline, now + std::chrono::seconds(12));
  EXPECT_GT(calls[1].deadline, now + std::chrono::seconds(40));
  EXPECT_LE(calls[1].deadline, now + std::chrono::seconds(79));
  EXPECT_THAT(calls[0].metadata.find("user-agent")->second, HasSubstr("quiesce/1.2.3"));
}

TEST_F(CallsTest, AreRepeatedWhenUnavailable) {
  AnswerInfo(server_);
  server_.Once("GetServerInfo", ShuttingDown());
  server_.Once("GetServerInfo", ShuttingDown());
  EXPECT_TRUE(client().GetServerInfo().ok());
  ASSERT_EQ(pauses().size(), 2u);
  // Half to all of 100 ms, then of 200 ms.
  EXPECT_GE(pauses()[0], absl::Milliseconds(50));
  EXPECT_LE(pauses()[0], absl::Milliseconds(100));
  EXPECT_GE(pauses()[1], absl::Milliseconds(100));
  EXPECT_LE(pauses()[1], absl::Milliseconds(200));
}

TEST_F(CallsTest, AreRepeatedABoundedNumberOfTimes) {
  for (int i = 0; i < 10; ++i) server_.Once("GetServerInfo", ShuttingDown());
  const auto info = client().GetServerInfo();
  EXPECT_EQ(info.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.Calls("GetServerInfo").size(), 4u);
}

TEST_F(CallsTest, WaitAsLongAsTheDaemonAsks) {
  AnswerInfo(server_);
  server_.Once("GetServerInfo", testing::ErrorWithRetry(grpc::StatusCode::UNAVAILABLE,
                                                        v1::ERROR_REASON_SHUTTING_DOWN,
                                                        std::chrono::milliseconds(2500)));
  EXPECT_TRUE(client().GetServerInfo().ok());
  EXPECT_THAT(pauses(), ElementsAre(absl::Milliseconds(2500)));
  // Not longer than the deadline: then there is nothing to wait for.
  server_.Once("GetServerInfo", testing::ErrorWithRetry(grpc::StatusCode::UNAVAILABLE,
                                                        v1::ERROR_REASON_SHUTTING_DOWN,
                                                        std::chrono::milliseconds(60000)));
  EXPECT_FALSE(client().GetServerInfo().ok());
  EXPECT_EQ(pauses().size(), 1u);
}

TEST_F(CallsTest, AreNotRepeatedForOtherErrors) {
  const std::pair<grpc::StatusCode, v1::ErrorReason> errors[] = {
      {grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_LIST_FAILED},
      {grpc::StatusCode::ABORTED, v1::ERROR_REASON_ETAG_MISMATCH},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, v1::ERROR_REASON_OVERLOADED},
      {grpc::StatusCode::DEADLINE_EXCEEDED, v1::ERROR_REASON_DEADLINE_EXCEEDED},
      {grpc::StatusCode::INTERNAL, v1::ERROR_REASON_INTERNAL},
  };
  size_t calls = 0;
  for (const auto& [code, reason] : errors) {
    server_.Once("RefreshProject", testing::Error(code, reason));
    const auto project = client().RefreshProject("billing-cn");
    EXPECT_EQ(ToApiError(project.status()).reason, reason);
    EXPECT_EQ(server_.Calls("RefreshProject").size(), ++calls);
  }
}

TEST_F(CallsTest, WritesKeepTheirRequestIdWhenRepeated) {
  server_.On("SetDesiredState", [](const v1::SetDesiredStateRequest&,
                                   v1::SetDesiredStateResponse&) { return grpc::Status::OK; });
  server_.Once("SetDesiredState", ShuttingDown());
  ASSERT_TRUE(client().SetDesiredState({}).ok());
  ASSERT_TRUE(client().SetDesiredState({}).ok());
  v1::SetDesiredStateRequest own;
  own.set_request_id("mine");
  ASSERT_TRUE(client().SetDesiredState(own).ok());
  const auto requests = server_.Requests<v1::SetDesiredStateRequest>("SetDesiredState");
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[0].request_id().size(), 32u);
  EXPECT_EQ(requests[1].request_id(), requests[0].request_id());
  EXPECT_NE(requests[2].request_id(), requests[0].request_id());
  EXPECT_EQ(requests[3].request_id(), "mine");
}

TEST_F(CallsTest, EveryWriteHasARequestId) {
  EXPECT_FALSE(client().BatchSetDesiredState({}).ok());
  EXPECT_FALSE(client().ReleaseInstance({}).ok());
  EXPECT_FALSE(client().RequestReconcile({}).ok());
  EXPECT_FALSE(client().CreateHold({}).ok());
  EXPECT_FALSE(client().ExtendHold({}).ok());
  EXPECT_NE(
      server_.Requests<v1::BatchSetDesiredStateRequest>("BatchSetDesiredState")[0].request_id(),
      "");
  EXPECT_NE(server_.Requests<v1::ReleaseInstanceRequest>("ReleaseInstance")[0].request_id(), "");
  EXPECT_NE(server_.Requests<v1::RequestReconcileRequest>("RequestReconcile")[0].request_id(), "");
  EXPECT_NE(server_.Requests<v1::CreateHoldRequest>("CreateHold")[0].request_id(), "");
  EXPECT_NE(server_.Requests<v1::ExtendHoldRequest>("ExtendHold")[0].request_id(), "");
}

TEST_F(CallsTest, ErrorsAreTakenApart) {
  server_.Once("GetPlan", testing::Error(grpc::StatusCode::FAILED_PRECONDITION,
                                         v1::ERROR_REASON_INSTANCE_CLAIMED, "belongs to ledger",
                                         {{"workspace", "ledger"}, {"owner", "ledger-team"}},
                                         {{"specs[3].instance_id", "is claimed"}}));
  const ApiError error = ToApiError(client().GetPlan("7c41e2a9").status());
  EXPECT_EQ(error.code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(error.trouble, Trouble::kServer);
  EXPECT_EQ(error.message, "belongs to ledger");
  EXPECT_EQ(error.reason, v1::ERROR_REASON_INSTANCE_CLAIMED);
  EXPECT_EQ(error.reason_text, "INSTANCE_CLAIMED");
  EXPECT_THAT(error.metadata,
              ElementsAre(Pair("owner", "ledger-team"), Pair("workspace", "ledger")));
  ASSERT_EQ(error.violations.size(), 1u);
  EXPECT_EQ(error.violations[0].field, "specs[3].instance_id");
  EXPECT_EQ(error.violations[0].description, "is claimed");
}

TEST_F(CallsTest, BrokenDetailsDoNoHarm) {
  server_.Once("GetPlan",
               grpc::Status(grpc::StatusCode::NOT_FOUND, "gone", "\xff\xff not a proto"));
  const ApiError error = ToApiError(client().GetPlan("7c41e2a9").status());
  EXPECT_EQ(error.code, absl::StatusCode::kNotFound);
  EXPECT_EQ(error.message, "gone");
  EXPECT_EQ(error.reason, v1::ERROR_REASON_UNSPECIFIED);
}

TEST_F(CallsTest, PermissionIsTold) {
  server_.Once("GetPlan", grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "readers only"));
  EXPECT_EQ(ToApiError(client().GetPlan("7c41e2a9").status()).trouble, Trouble::kPermission);
  server_.Once("GetPlan", grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "who?"));
  EXPECT_EQ(ToApiError(client().GetPlan("7c41e2a9").status()).trouble, Trouble::kPermission);
}

TEST_F(CallsTest, AnUnknownMethodMeansAnotherServer) {
  EXPECT_EQ(ToApiError(client().GetPlan("7c41e2a9").status()).trouble, Trouble::kProtocol);
}

TEST_F(CallsTest, NobodyThereIsNotUnavailable) {
  server_.Stop();
  const auto info = client().GetServerInfo();
  const ApiError error = ToApiError(info.status());
  EXPECT_EQ(error.trouble, Trouble::kUnreachable);
  EXPECT_EQ(error.code, absl::StatusCode::kUnavailable);
  EXPECT_THAT(error.message, HasSubstr(server_.target()));
  EXPECT_EQ(pauses().size(), 3u);
}

// Such as a daemon that was stopped with SIGSTOP: the kernel takes connections in its name.
TEST_F(CallsTest, APeerThatNeverSpeaksIsUnreachable) {
  server_.Stop();
  const std::string path = server_.target().substr(std::string("unix://").size());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener, 16), 0);
  CallOptions call;
  call.timeout = absl::Milliseconds(200);
  const ApiError error = ToApiError(client().GetServerInfo(call).status());
  EXPECT_EQ(error.trouble, Trouble::kUnreachable) << error.message;
  EXPECT_EQ(error.code, absl::StatusCode::kDeadlineExceeded);
  close(listener);
}

TEST_F(CallsTest, OutlastARestart) {
  AnswerInfo(server_);
  // With real pauses: gRPC takes its own time to connect again.
  options_.retry.max_attempts = 1000;
  options_.retry.max_pause = absl::Milliseconds(50);
  std::atomic<int> pause_count = 0;
  options_.sleep = [&](absl::Duration pause, CancelToken*) {
    if (++pause_count == 2) server_.Start();
    return CancelToken().SleepFor(pause);
  };
  const auto created = Client::Create(options_);
  ASSERT_TRUE(created.ok()) << created.status();
  ASSERT_TRUE((*created)->GetServerInfo().ok());
  server_.Stop();
  const auto info = (*created)->GetServerInfo();
  EXPECT_TRUE(info.ok()) << info.status();
  EXPECT_GE(pause_count, 2);
}

TEST_F(CallsTest, EndAtTheirDeadline) {
  server_.HangOnce("GetServerInfo");
  CallOptions call;
  call.timeout = absl::Milliseconds(100);
  const ApiError error = ToApiError(client().GetServerInfo(call).status());
  EXPECT_EQ(error.code, absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(error.trouble, Trouble::kTimeout);
  EXPECT_TRUE(server_.WaitForGivenUp(1));
}

TEST_F(CallsTest, AreEndedByTheirToken) {
  server_.HangOnce("GetServerInfo");
  CancelToken cancel;
  CallOptions call;
  call.cancel = &cancel;
  Client& c = client();
  std::thread waiter([&] {
    const ApiError error = ToApiError(c.GetServerInfo(call).status());
    EXPECT_EQ(error.trouble, Trouble::kCancelled);
    EXPECT_EQ(error.code, absl::StatusCode::kCancelled);
  });
  EXPECT_TRUE(server_.WaitForCalls("GetServerInfo", 1));
  cancel.Cancel();
  waiter.join();
  EXPECT_TRUE(server_.WaitForGivenUp(1));
  // A token that was used up ends later calls at once.
  EXPECT_EQ(ToApiError(client().GetServerInfo(call).status()).trouble, Trouble::kCancelled);
}

TEST_F(CallsTest, PausesEndWithTheToken) {
  for (int i = 0; i < 3; ++i) server_.Once("GetServerInfo", ShuttingDown());
  CancelToken cancel;
  CallOptions call;
  call.cancel = &cancel;
  on_pause_ = [&](size_t) { cancel.Cancel(); };
  EXPECT_EQ(ToApiError(client().GetServerInfo(call).status()).trouble, Trouble::kCancelled);
  EXPECT_EQ(server_.Calls("GetServerInfo").size(), 1u);
}

TEST(ErrorTest, RoundTrip) {
  ApiError error;
  error.code = absl::StatusCode::kAborted;
  error.message = "changed";
  error.trouble = Trouble::kNotFound;
  error.reason = v1::ERROR_REASON_ETAG_MISMATCH;
  error.metadata = {{"etag", "x"}};
  error.violations = {{"spec", "bad"}};
  error.retry_after = absl::Milliseconds(1500);
  const ApiError read = ToApiError(ToStatus(error));
  EXPECT_EQ(read.code, error.code);
  EXPECT_EQ(read.message, error.message);
  EXPECT_EQ(read.trouble, error.trouble);
  EXPECT_EQ(read.reason, error.reason);
  EXPECT_EQ(read.reason_text, "ETAG_MISMATCH");
  EXPECT_EQ(read.metadata, error.metadata);
  ASSERT_EQ(read.violations.size(), 1u);
  EXPECT_EQ(read.violations[0].field, "spec");
  EXPECT_EQ(read.retry_after, error.retry_after);
}

}  // namespace
}  // namespace quiesce::client
