#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/lib/spec_digest.h"
#include "gmock/gmock.h"
#include "tests/unit/client/lib/client_fixture.h"

namespace quiesce::client {
namespace {

using ::testing::ElementsAre;

class PlansTest : public ClientFixture {
 protected:
  void SetUp() override {
    server_.On("CreatePlan", [](const v1::CreatePlanRequest&, v1::CreatePlanResponse& response) {
      response.mutable_plan()->set_name("plans/unary");
      return grpc::Status::OK;
    });
    server_.On("StreamCreatePlan",
               [](const v1::StreamCreatePlanRequest&, v1::CreatePlanResponse& response) {
                 response.mutable_plan()->set_name("plans/stream");
                 return grpc::Status::OK;
               });
    header_.set_workspace("billing");
  }
  static std::vector<v1::InstanceSpec> Specs(int count) {
    std::vector<v1::InstanceSpec> specs(count);
    for (int i = 0; i < count; ++i) {
      specs[i].set_project(i % 2 == 0 ? "" : "billing-sg");
      specs[i].set_instance_id(absl::StrCat("a8c37c9be61ffd4ee8aacab7bae7", 1000 + i));
    }
    return specs;
  }

  v1::WorkspaceHeader header_;
};

TEST(SpecDigestTest, IsTheDocumentedOne) {
  EXPECT_EQ(SpecDigest({}),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::vector<v1::InstanceSpec> specs(2);
  specs[0].set_project("billing-cn");
  specs[0].set_instance_id("a8c37c9be61ffd4ee8aacab7bae74e91");
  specs[1].set_instance_id("f19b543c-b22a-4da8-b43d-a9003aaec146");
  specs[1].set_protected_(true);
  // printf 'billing-cn/a8c37c9be61ffd4ee8aacab7bae74e91\n/f19b543c-b22a-4da8-b43d-a9003aaec146\n' |
  // sha256sum
  EXPECT_EQ(SpecDigest(specs),
            "sha256:4450474e11926498ef338878a72911bc77d22db26d89b2aafe43c66f19af2f0e");
}

TEST_F(PlansTest, SmallSetsAreOneRequest) {
  const auto response = client().CreatePlan(header_, Specs(1000));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->plan().name(), "plans/unary");
  const auto requests = server_.Requests<v1::CreatePlanRequest>("CreatePlan");
  EXPECT_EQ(requests[0].header().workspace(), "billing");
  EXPECT_EQ(requests[0].specs_size(), 1000);
  // It waits for lists of the cloud.
  EXPECT_GT(server_.Calls("CreatePlan")[0].deadline,
            std::chrono::system_clock::now() + std::chrono::seconds(20));
}

TEST_F(PlansTest, LargeSetsAreStreams) {
  const auto specs = Specs(2001);
  server_.Once("StreamCreatePlan", ShuttingDown());  // the stream is repeated as a whole
  const auto response = client().CreatePlan(header_, specs);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->plan().name(), "plans/stream");
  const auto messages = server_.Requests<v1::StreamCreatePlanRequest>("StreamCreatePlan");
  ASSERT_EQ(messages.size(), 10u);
  for (size_t begin : {0u, 5u}) {
    EXPECT_EQ(messages[begin].header().workspace(), "billing");
    std::vector<v1::InstanceSpec> received;
    for (size_t i = begin + 1; i < begin + 4; ++i) {
      ASSERT_TRUE(messages[i].has_chunk());
      EXPECT_LE(messages[i].chunk().specs_size(), 1000);
      received.insert(received.end(), messages[i].chunk().specs().begin(),
                      messages[i].chunk().specs().end());
    }
    EXPECT_EQ(received.size(), 2001u);
    EXPECT_EQ(messages[begin + 4].trailer().count(), 2001);
    EXPECT_EQ(messages[begin + 4].trailer().digest(), SpecDigest(received));
    EXPECT_EQ(SpecDigest(received), SpecDigest(specs));
  }
}

TEST_F(PlansTest, ARefusedStreamSaysWhy) {
  server_.Once("StreamCreatePlan",
               testing::Error(grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_FIELD,
                              "bad", {}, {{"specs[70123].instance_id", "is bad"}}));
  const ApiError error = ToApiError(client().CreatePlan(header_, Specs(1001)).status());
  ASSERT_EQ(error.violations.size(), 1u);
  EXPECT_EQ(error.violations[0].field, "specs[70123].instance_id");
}

TEST_F(PlansTest, NamesMayLackTheirCollection) {
  for (const char* name : {"7c41", "plan/7c41", "plans/7c41"})
    EXPECT_FALSE(client().GetPlan(name).ok());
  for (const auto& request : server_.Requests<v1::GetPlanRequest>("GetPlan")) {
    EXPECT_EQ(request.name(), "plans/7c41");
  }
  EXPECT_FALSE(client().ApplyPlan("7c41", "sha256:9b").ok());
  EXPECT_EQ(server_.Requests<v1::ApplyPlanRequest>("ApplyPlan")[0].name(), "plans/7c41");
  EXPECT_EQ(server_.Requests<v1::ApplyPlanRequest>("ApplyPlan")[0].digest(), "sha256:9b");
  EXPECT_FALSE(client().CancelRun("81d0").ok());
  EXPECT_EQ(server_.Requests<v1::CancelRunRequest>("CancelRun")[0].name(), "runs/81d0");
  EXPECT_FALSE(client().EndHold("hold/81d0").ok());
  EXPECT_EQ(server_.Requests<v1::EndHoldRequest>("EndHold")[0].name(), "holds/81d0");
  EXPECT_FALSE(client().RefreshProject("billing-cn").ok());
  EXPECT_EQ(server_.Requests<v1::RefreshProjectRequest>("RefreshProject")[0].name(),
            "projects/billing-cn");
}

// Pages of two: items 1 and 2, 3 and 4, 5.
void AnswerInPages(testing::ApiServer& server) {
  server.On("ListPlanItems", [](const v1::ListPlanItemsRequest& request,
                                v1::ListPlanItemsResponse& response) {
    const int first = request.page_token().empty() ? 1 : std::atoi(request.page_token().c_str());
    for (int i = first; i < first + 2 && i <= 5; ++i) {
      response.add_items()->set_instance(absl::StrCat("i", i));
    }
    if (first + 2 <= 5) response.set_next_page_token(absl::StrCat(first + 2));
    return grpc::Status::OK;
  });
}

TEST_F(PlansTest, AllPagesAreRead) {
  AnswerInPages(server_);
  server_.Once("ListPlanItems", ShuttingDown());
  std::vector<std::string> names;
  const auto status = client().ListPlanItems("7c41", "change=ADOPT", [&](const v1::PlanItem& item) {
    names.push_back(item.instance());
    return true;
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(names, ElementsAre("i1", "i2", "i3", "i4", "i5"));
  const auto requests = server_.Requests<v1::ListPlanItemsRequest>("ListPlanItems");
  EXPECT_EQ(requests[3].parent(), "plans/7c41");
  EXPECT_EQ(requests[3].filter(), "change=ADOPT");
  EXPECT_EQ(requests[3].page_size(), 1000);
}

TEST_F(PlansTest, ReadingEndsWhenTheCallerHasEnough) {
  AnswerInPages(server_);
  int count = 0;
  ASSERT_TRUE(
      client().ListPlanItems("7c41", "", [&](const v1::PlanItem&) { return ++count < 3; }).ok());
  EXPECT_EQ(count, 3);
  EXPECT_EQ(server_.Calls("ListPlanItems").size(), 2u);
}

TEST_F(PlansTest, AServerThatRepeatsItselfDoesNotHangTheReader) {
  server_.On("ListPlanItems",
             [](const v1::ListPlanItemsRequest&, v1::ListPlanItemsResponse& response) {
               response.set_next_page_token("again");
               return grpc::Status::OK;
             });
  const auto status = client().ListPlanItems("7c41", "", [](const v1::PlanItem&) { return true; });
  EXPECT_EQ(ToApiError(status).trouble, Trouble::kProtocol);
}

class FollowRunTest : public ClientFixture {
 protected:
  // RUNNING `count` times, then DONE.
  void AnswerRunning(int count) {
    auto left = std::make_shared<std::atomic<int>>(count);
    server_.On("GetRun", [left](const v1::GetRunRequest& request, v1::Run& run) {
      run.set_name(request.name());
      run.set_state((*left)-- > 0 ? v1::RUN_STATE_RUNNING : v1::RUN_STATE_DONE);
      return grpc::Status::OK;
    });
  }
};

TEST_F(FollowRunTest, GivesEveryReadingUntilTheEnd) {
  AnswerRunning(3);
  std::vector<v1::RunState> states;
  const auto run = client().FollowRun("81d0", [&](const v1::Run& r) {
    states.push_back(r.state());
    return true;
  });
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->state(), v1::RUN_STATE_DONE);
  EXPECT_EQ(run->name(), "runs/81d0");
  EXPECT_THAT(states, ElementsAre(v1::RUN_STATE_RUNNING, v1::RUN_STATE_RUNNING,
                                  v1::RUN_STATE_RUNNING, v1::RUN_STATE_DONE));
  EXPECT_THAT(pauses(), ElementsAre(absl::Seconds(1), absl::Seconds(1), absl::Seconds(1)));
}

TEST_F(FollowRunTest, OutlastsARestart) {
  AnswerRunning(1);
  for (int i = 0; i < 20; ++i) server_.Once("GetRun", ShuttingDown());
  const auto run = client().FollowRun("81d0", nullptr);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(server_.Calls("GetRun").size(), 22u);
}

TEST_F(FollowRunTest, EndsWhenPatienceIsOver) {
  options_.patience = absl::ZeroDuration();
  for (int i = 0; i < 5; ++i) server_.Once("GetRun", ShuttingDown());
  EXPECT_EQ(client().FollowRun("81d0", nullptr).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(FollowRunTest, EndsAtItsTimeWithTheLastReading) {
  AnswerRunning(1000000);
  FollowOptions follow;
  follow.timeout = absl::Milliseconds(20);
  const auto run = client().FollowRun("81d0", nullptr, follow);
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->state(), v1::RUN_STATE_RUNNING);
}

TEST_F(FollowRunTest, EndsForErrorsAndTheCaller) {
  server_.Once("GetRun",
               testing::Error(grpc::StatusCode::NOT_FOUND, v1::ERROR_REASON_RUN_NOT_FOUND));
  EXPECT_EQ(client().FollowRun("81d0", nullptr).status().code(), absl::StatusCode::kNotFound);
  AnswerRunning(1000);
  EXPECT_TRUE(client().FollowRun("81d0", [](const v1::Run&) { return false; }).ok());
  CancelToken cancel;
  FollowOptions follow;
  follow.cancel = &cancel;
  on_pause_ = [&](size_t) { cancel.Cancel(); };
  EXPECT_EQ(ToApiError(client().FollowRun("81d0", nullptr, follow).status()).trouble,
            Trouble::kCancelled);
}

}  // namespace
}  // namespace quiesce::client
