#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "gmock/gmock.h"
#include "tests/unit/client/lib/client_fixture.h"

namespace quiesce::client {
namespace {

class WaitTest : public ClientFixture {
 protected:
  // NOT_YET `count` times, then CONVERGED.
  void AnswerNotYet(int count) {
    auto left = std::make_shared<std::atomic<int>>(count);
    server_.On(
        "WaitInstance", [left](const v1::WaitInstanceRequest&, v1::WaitInstanceResponse& response) {
          response.mutable_instance()->set_etag("etag-1");
          response.set_result((*left)-- > 0 ? v1::WAIT_RESULT_NOT_YET : v1::WAIT_RESULT_CONVERGED);
          return grpc::Status::OK;
        });
  }
};

TEST_F(WaitTest, RepeatsLongPolls) {
  AnswerNotYet(3);
  const auto response = client().WaitInstance("projects/p/instances/i", "", absl::Minutes(5));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result(), v1::WAIT_RESULT_CONVERGED);
  const auto requests = server_.Requests<v1::WaitInstanceRequest>("WaitInstance");
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(requests[0].name(), "projects/p/instances/i");
  EXPECT_EQ(requests[0].timeout().seconds(), 30);
  // It waits for the declaration that it found, not for a later one.
  EXPECT_EQ(requests[0].etag(), "");
  EXPECT_EQ(requests[1].etag(), "etag-1");
  EXPECT_EQ(requests[3].etag(), "etag-1");
  // The server answered early each time; it is not asked in a tight loop.
  EXPECT_EQ(pauses().size(), 3u);
  // The call outlives the poll.
  EXPECT_GT(server_.Calls("WaitInstance")[0].deadline,
            std::chrono::system_clock::now() + std::chrono::seconds(31));
}

TEST_F(WaitTest, KeepsTheGivenEtag) {
  AnswerNotYet(1);
  ASSERT_TRUE(client().WaitInstance("n", "mine", absl::Minutes(5)).ok());
  EXPECT_EQ(server_.Requests<v1::WaitInstanceRequest>("WaitInstance")[1].etag(), "mine");
}

TEST_F(WaitTest, NotYetWhenTheTimeIsOver) {
  AnswerNotYet(1000000);
  auto response = client().WaitInstance("n", "", absl::ZeroDuration());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result(), v1::WAIT_RESULT_NOT_YET);
  EXPECT_EQ(server_.Calls("WaitInstance").size(), 1u);
  response = client().WaitInstance("n", "", absl::Milliseconds(300));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result(), v1::WAIT_RESULT_NOT_YET);
}

TEST_F(WaitTest, OutlastsARestartAndALimit) {
  AnswerNotYet(1);
  for (int i = 0; i < 20; ++i) server_.Once("WaitInstance", ShuttingDown());
  server_.Once("WaitInstance",
               testing::ErrorWithRetry(grpc::StatusCode::RESOURCE_EXHAUSTED,
                                       v1::ERROR_REASON_OVERLOADED, std::chrono::seconds(9)));
  const auto response = client().WaitInstance("n", "", absl::Minutes(5));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result(), v1::WAIT_RESULT_CONVERGED);
  EXPECT_THAT(pauses(), ::testing::Contains(absl::Seconds(9)));
}

TEST_F(WaitTest, ErrorsEndIt) {
  server_.Once("WaitInstance", testing::Error(grpc::StatusCode::FAILED_PRECONDITION,
                                              v1::ERROR_REASON_NOT_DECLARED));
  EXPECT_EQ(ToApiError(client().WaitInstance("n", "", absl::Minutes(5)).status()).reason,
            v1::ERROR_REASON_NOT_DECLARED);
}

TEST_F(WaitTest, NobodyThereIsTold) {
  server_.Stop();
  options_.patience = absl::ZeroDuration();
  EXPECT_EQ(ToApiError(client().WaitInstance("n", "", absl::Minutes(5)).status()).trouble,
            Trouble::kUnreachable);
}

TEST_F(WaitTest, TheTokenEndsIt) {
  server_.HangOnce("WaitInstance");
  CancelToken cancel;
  CallOptions call;
  call.cancel = &cancel;
  Client& c = client();
  std::thread waiter([&] {
    EXPECT_EQ(ToApiError(c.WaitInstance("n", "", absl::InfiniteDuration(), call).status()).trouble,
              Trouble::kCancelled);
  });
  EXPECT_TRUE(server_.WaitForCalls("WaitInstance", 1));
  cancel.Cancel();
  waiter.join();
}

}  // namespace
}  // namespace quiesce::client
