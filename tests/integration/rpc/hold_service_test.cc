#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HoldServiceTest : public RpcTest {
 protected:
  static v1::CreateHoldRequest Request(const std::string& scope) {
    v1::CreateHoldRequest request;
    request.set_scope(scope);
    request.set_reason("INC-4711");
    request.set_owner("on-call");
    request.mutable_ttl()->set_seconds(3600);
    return request;
  }
  v1::CreateHoldResponse Create(const v1::CreateHoldRequest& request) {
    v1::CreateHoldResponse response;
    const grpc::Status status = holds_->CreateHold(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  SeenError CreateError(const v1::CreateHoldRequest& request) {
    v1::CreateHoldResponse response;
    return ErrorOf(holds_->CreateHold(Context().get(), request, &response));
  }
  v1::ListHoldsResponse List(const v1::ListHoldsRequest& request) {
    v1::ListHoldsResponse response;
    const grpc::Status status = holds_->ListHolds(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::Hold End(const std::string& name) {
    v1::EndHoldRequest request;
    request.set_name(name);
    v1::Hold hold;
    const grpc::Status status = holds_->EndHold(Context().get(), request, &hold);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return hold;
  }
};

TEST_F(HoldServiceTest, AHeldInstanceIsNotStoppedUntilTheHoldEnds) {
  Running(1);
  const v1::Hold hold = Create(Request("projects/alpha/instances/" + Id(1))).hold();
  EXPECT_EQ(hold.scope(), Name(1));
  EXPECT_TRUE(hold.active());
  EXPECT_EQ(hold.created_by(), "local");
  Declare(1);
  const v1::WaitInstanceResponse waited = WaitFor(Name(1));
  EXPECT_EQ(waited.result(), v1::WAIT_RESULT_BLOCKED);
  EXPECT_EQ(waited.instance().verdict().reason(), v1::REASON_HELD);
  EXPECT_EQ(waited.instance().verdict().summary(), "running, and held: INC-4711 (on-call)");
  EXPECT_THAT(cloud_.stops(), IsEmpty());

  const v1::Hold ended = End(hold.name().substr(0, 14));
  EXPECT_FALSE(ended.active());
  EXPECT_EQ(ended.ended_by(), "local");
  EXPECT_EQ(End(hold.name()).end_time().seconds(), ended.end_time().seconds());
  EXPECT_THAT(WaitFor(Name(1)).result(), v1::WAIT_RESULT_CONVERGED);
}

TEST_F(HoldServiceTest, ANewHoldNamesTheCallsThatAreOnTheirWay) {
  Running(1);
  cloud_.HoldStops();
  Declare(1);
  // Until the call is on its way; each try is a round trip.
  while (cloud_.stops().empty()) Refresh();
  const v1::CreateHoldResponse response = Create(Request("workspaces/direct"));
  EXPECT_EQ(response.covered_count(), 1);
  EXPECT_EQ(response.open_call_count(), 1);
  ASSERT_EQ(response.open_calls_size(), 1);
  EXPECT_EQ(response.open_calls(0).instance(), Name(1));
  EXPECT_EQ(response.open_calls(0).cloud_name(), "om-1");
}

TEST_F(HoldServiceTest, EveryScopeIsTaken) {
  Declare(1);
  EXPECT_EQ(Create(Request("fleet")).covered_count(), 1);
  EXPECT_EQ(Create(Request("projects/alpha")).hold().scope(), std::string("projects/") + kProjectA);
  EXPECT_EQ(Create(Request("projects/beta")).covered_count(), 0);
  EXPECT_EQ(Create(Request("workspaces/direct")).covered_count(), 1);
  EXPECT_EQ(Create(Request("workspaces/empty")).covered_count(), 0);
}

TEST_F(HoldServiceTest, BadRequestsNameTheirFields) {
  v1::CreateHoldRequest request;
  EXPECT_THAT(CreateError(request).Fields(),
              ElementsAre("scope", "reason", "owner", "expire_time"));
  request = Request("fleet");
  request.mutable_ttl()->set_seconds(93 * 86400);
  EXPECT_THAT(CreateError(request).Fields(), ElementsAre("ttl"));
  request.mutable_ttl()->set_seconds(0);
  EXPECT_THAT(CreateError(request).Fields(), ElementsAre("ttl"));
  request.mutable_expire_time()->set_seconds(1);
  EXPECT_THAT(CreateError(request).Fields(), ElementsAre("expire_time"));
  request.mutable_expire_time()->set_seconds(253402300799);
  EXPECT_THAT(CreateError(request).Fields(), ElementsAre("expire_time"));
  const SeenError error = CreateError(Request("projects/nowhere"));
  EXPECT_EQ(error.code, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(error.reason, "PROJECT_NOT_FOUND");
  EXPECT_EQ(CreateError(Request("projects/nowhere/instances/" + Id(1))).reason,
            "PROJECT_NOT_FOUND");
}

TEST_F(HoldServiceTest, AHoldIsExtendedButNeverShortened) {
  const v1::Hold hold = Create(Request("fleet")).hold();
  v1::ExtendHoldRequest request;
  request.set_name(hold.name());
  request.mutable_ttl()->set_seconds(7200);
  v1::Hold extended;
  ASSERT_TRUE(holds_->ExtendHold(Context().get(), request, &extended).ok());
  EXPECT_GT(extended.expire_time().seconds(), hold.expire_time().seconds());
  request.mutable_ttl()->set_seconds(60);
  SeenError error = ErrorOf(holds_->ExtendHold(Context().get(), request, &extended));
  EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(error.reason, "INVALID_FIELD");

  End(hold.name());
  request.mutable_ttl()->set_seconds(7200);
  error = ErrorOf(holds_->ExtendHold(Context().get(), request, &extended));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "HOLD_ENDED");
  request.set_name("holds/ffffffff");
  EXPECT_EQ(ErrorOf(holds_->ExtendHold(Context().get(), request, &extended)).reason,
            "HOLD_NOT_FOUND");
}

TEST_F(HoldServiceTest, ARepeatedCreationGivesTheSameHold) {
  v1::CreateHoldRequest request = Request("fleet");
  request.set_request_id("hold-1");
  EXPECT_EQ(Create(request).hold().name(), Create(request).hold().name());
  request.set_reason("another");
  EXPECT_EQ(CreateError(request).reason, "REQUEST_ID_REUSED");
}

TEST_F(HoldServiceTest, HoldsAreListedNewestFirstByScopeAndInPages) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) names.push_back(Create(Request("fleet")).hold().name());
  Create(Request("workspaces/direct"));
  End(names[0]);
  v1::ListHoldsRequest request;
  request.set_filter("scope=fleet");
  request.set_page_size(3);
  v1::ListHoldsResponse page = List(request);
  ASSERT_EQ(page.holds_size(), 3);
  EXPECT_EQ(page.holds(0).name(), names[4]);
  EXPECT_EQ(page.holds(2).name(), names[2]);
  request.set_page_token(page.next_page_token());
  page = List(request);
  ASSERT_EQ(page.holds_size(), 1);
  EXPECT_EQ(page.holds(0).name(), names[1]);
  EXPECT_THAT(page.next_page_token(), IsEmpty());

  request.clear_page_token();
  request.set_include_ended(true);
  request.set_page_size(0);
  EXPECT_EQ(List(request).holds_size(), 5);
  request.set_filter("scope=everything");
  v1::ListHoldsResponse response;
  EXPECT_EQ(ErrorOf(holds_->ListHolds(Context().get(), request, &response)).reason,
            "INVALID_FILTER");
}

}  // namespace
}  // namespace quiesce::rpc
