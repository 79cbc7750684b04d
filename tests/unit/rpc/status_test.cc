#include "daemon/rpc/status.h"

#include <string>

#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "quiesce/v1/common.pb.h"

namespace quiesce::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

template <typename Detail>
bool Find(const grpc::Status& status, Detail& out) {
  const google::rpc::Status details = Details(status);
  for (const google::protobuf::Any& any : details.details()) {
    if (any.UnpackTo(&out)) return true;
  }
  return false;
}

TEST(ToGrpcStatus, CarriesReasonMetadataAndViolations) {
  const grpc::Status status =
      ToGrpcStatus(core::MakeError(absl::StatusCode::kAborted, "changed",
                                   {"ETAG_MISMATCH", {{"etag", "x-1"}}, {{"etag", "is old"}}}));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(status.error_message(), "changed");
  EXPECT_EQ(Details(status).code(), 10);
  EXPECT_EQ(Details(status).message(), "changed");
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(Find(status, info));
  EXPECT_EQ(info.domain(), "quiesce.v1");
  EXPECT_EQ(info.reason(), "ETAG_MISMATCH");
  EXPECT_EQ(info.metadata().at("etag"), "x-1");
  google::rpc::BadRequest bad_request;
  ASSERT_TRUE(Find(status, bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "etag");
  google::rpc::RetryInfo retry;
  EXPECT_FALSE(Find(status, retry));
}

TEST(ToGrpcStatus, OkIsOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok()); }

TEST(ToGrpcStatus, SaysWhenToComeBack) {
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(Find(ToGrpcStatus(ShuttingDown()), retry));
  EXPECT_TRUE(Find(ToGrpcStatus(Overloaded("calls", 5)), retry));
  const grpc::Status paused = ToGrpcStatus(core::MakeError(
      absl::StatusCode::kUnavailable, "m", {"LIST_FAILED", {{core::kRetryAfterKey, "2m"}}, {}}));
  ASSERT_TRUE(Find(paused, retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 120);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(Find(paused, info));
  EXPECT_EQ(info.metadata().count(core::kRetryAfterKey), 0u);
}

TEST(ToGrpcStatus, FitsIntoTheHeadersWhateverItSays) {
  for (const std::string& text : {std::string("x"), std::string("数"), std::string("%")}) {
    std::string longest;
    while (longest.size() < 5000) longest += text;
    core::ErrorDetail detail{"INVALID_FIELD", {{"name", longest}, {"owner", longest}}, {}};
    for (int i = 0; i < 20; ++i) detail.field_violations.emplace_back("field", longest);
    const grpc::Status status =
        ToGrpcStatus(core::MakeError(absl::StatusCode::kInvalidArgument, longest, detail));
    EXPECT_GE(status.error_message().size(), 100u);
    EXPECT_LE(status.error_message().size(), limits::kMaxErrorMessageBytes);
    size_t encoded = status.error_message().size() * (text == "x" ? 1 : 3);
    encoded += status.error_details().size() * 4 / 3;
    EXPECT_LE(encoded, limits::kMaxErrorHeaderBytes + 4) << text;
  }
}

TEST(WithReason, GivesForeignErrorsTheReasonOfTheirCode) {
  const auto reason = [](const absl::Status& status) {
    return core::DetailOf(WithReason(status, "1234"))->reason;
  };
  EXPECT_EQ(reason(absl::UnavailableError("closed")), "SHUTTING_DOWN");
  EXPECT_EQ(reason(absl::ResourceExhaustedError("full")), "OVERLOADED");
  EXPECT_EQ(reason(absl::CancelledError("")), "CANCELLED");
  EXPECT_EQ(reason(absl::DeadlineExceededError("")), "DEADLINE_EXCEEDED");
  EXPECT_TRUE(WithReason(absl::OkStatus(), "").ok());
  const absl::Status own = core::error::RunNotFound("1");
  EXPECT_EQ(WithReason(own, ""), own);
}

TEST(WithReason, HidesFaultsBehindTheirIncident) {
  for (const absl::Status& fault :
       {absl::InternalError("cannot read /var/lib/secret"), absl::UnknownError("/var/lib/secret"),
        absl::DataLossError("/var/lib/secret"), absl::NotFoundError("/var/lib/secret")}) {
    const absl::Status shown = WithReason(fault, "1234");
    EXPECT_EQ(shown.code(), absl::StatusCode::kInternal);
    EXPECT_EQ(core::DetailOf(shown)->metadata.at("incident"), "1234");
    EXPECT_THAT(std::string(shown.message()), HasSubstr("1234"));
    EXPECT_THAT(std::string(shown.message()), Not(HasSubstr("secret")));
  }
}

TEST(Reasons, OfTheCoreAreReasonsOfTheApi) {
  using namespace core::error;  // NOLINT: a test of all of them
  for (const absl::Status& status : {InstanceNotFound("x"),
                                     UnknownProject("f", "x", {}),
                                     PlanNotFound("x"),
                                     RunNotFound("x"),
                                     HoldNotFound("x"),
                                     PlanExpired("x"),
                                     PlanStale("x"),
                                     DeclaredElsewhere("x", "x", "x", "x"),
                                     WrongWriterKind("x", true),
                                     WorkspaceNeedsOwner("x"),
                                     EtagMismatch("x", "x", "x"),
                                     RequestIdReused("x", "x"),
                                     NotDeclared("x"),
                                     HoldEnded("x"),
                                     RunEnded("x"),
                                     core::InvalidField("x", "x"),
                                     ShuttingDown(),
                                     Overloaded("x", 1),
                                     DeadlineExceeded(),
                                     Cancelled(),
                                     WithReason(absl::InternalError("x"), "1")}) {
    v1::ErrorReason reason;
    EXPECT_TRUE(v1::ErrorReason_Parse("ERROR_REASON_" + core::DetailOf(status)->reason, &reason))
        << status;
  }
}

}  // namespace
}  // namespace quiesce::rpc
