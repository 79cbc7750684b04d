#include "daemon/core/error.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

ErrorDetail Detail(const absl::Status& status) {
  std::optional<ErrorDetail> detail = DetailOf(status);
  EXPECT_TRUE(detail) << status;
  return detail.value_or(ErrorDetail{});
}

// --- the payload ---------------------------------------------------------------------------------

TEST(ErrorDetail, TravelsWithTheStatus) {
  const ErrorDetail detail{"SOME_REASON",
                           {{"key", "value"}, {"empty", ""}, {"7:odd", "3:abc:"}},
                           {{"instances[3].id", "has 12 characters"}, {"", "3:"}}};
  const absl::Status status = MakeError(absl::StatusCode::kAborted, "message", detail);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Message(status), "message");
  const ErrorDetail read = Detail(status);
  EXPECT_EQ(read.reason, detail.reason);
  EXPECT_EQ(read.metadata, detail.metadata);
  EXPECT_EQ(read.field_violations, detail.field_violations);
}

TEST(ErrorDetail, CarriesAnyBytes) {
  const std::string bytes("\0\xff\n:9:", 6);
  const ErrorDetail detail{bytes, {{bytes, bytes}}, {{bytes, bytes}}};
  const ErrorDetail read = Detail(MakeError(absl::StatusCode::kInternal, "m", detail));
  EXPECT_EQ(read.reason, bytes);
  EXPECT_EQ(read.metadata, detail.metadata);
  EXPECT_EQ(read.field_violations, detail.field_violations);
}

TEST(ErrorDetail, IsAbsentFromOtherStatuses) {
  EXPECT_FALSE(DetailOf(absl::OkStatus()));
  EXPECT_FALSE(DetailOf(absl::InternalError("disk full")));
}

std::string PayloadOf(const absl::Status& status) {
  std::string payload;
  status.ForEachPayload(
      [&](absl::string_view, const absl::Cord& value) { payload = std::string(value); });
  return payload;
}

std::string UrlOf(const absl::Status& status) {
  std::string url;
  status.ForEachPayload(
      [&](absl::string_view name, const absl::Cord&) { url = std::string(name); });
  return url;
}

TEST(ErrorDetail, ADamagedPayloadIsNoDetail) {
  const absl::Status good =
      MakeError(absl::StatusCode::kAborted, "m", ErrorDetail{"R", {{"k", "v"}}, {{"f", "p"}}});
  const std::string url = UrlOf(good);
  const std::string payload = PayloadOf(good);
  std::vector<std::string> damaged = {
      "",           ":", "x",  "1",    "99:R0:0:",        "-1:R",
      "1:R1:",      "R", "0:", "0:0:", "1:R999999999:0:", "99999999999999999999:R0:0:",
      payload + "x"};
  for (size_t length = 0; length < payload.size(); ++length) {
    damaged.push_back(payload.substr(0, length));
  }
  for (const std::string& bytes : damaged) {
    absl::Status status = good;
    status.SetPayload(url, absl::Cord(bytes));
    EXPECT_FALSE(DetailOf(status)) << bytes;
  }
}

// --- bounds --------------------------------------------------------------------------------------

TEST(MakeError, KeepsTheMessageWithinItsLimitAndValid) {
  std::string longest;
  while (longest.size() < 5000) longest += "数";
  const absl::Status status = MakeError(absl::StatusCode::kInternal, longest, {});
  EXPECT_LE(status.message().size(), limits::kMaxErrorMessageBytes);
  EXPECT_GT(status.message().size(), limits::kMaxErrorMessageBytes - 8);
  EXPECT_THAT(Message(status), HasSubstr("数..."));
}

TEST(MakeError, KeepsTheDetailWithinItsLimitAndCountsWhatItLeavesOut) {
  ErrorDetail detail{"R", {{"long", std::string(9999, 'm')}}, {}};
  for (int i = 0; i < 1000; ++i) detail.field_violations.emplace_back("f", std::string(99, 'p'));
  const absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, "m", detail);
  const ErrorDetail read = Detail(status);
  EXPECT_LT(PayloadOf(status).size(), limits::kMaxErrorDetailBytes + 512);
  EXPECT_EQ(read.metadata.at("long").size(), 256u);
  EXPECT_GT(read.field_violations.size(), 20u);
  EXPECT_EQ(read.metadata.at("violations_omitted"),
            std::to_string(1000 - read.field_violations.size()));
}

TEST(MakeError, ShortensAViolationRatherThanLosingTheOnlyOne) {
  const absl::Status status = InvalidField("field", std::string(100000, 'p'));
  EXPECT_LE(status.message().size(), limits::kMaxErrorMessageBytes);
  EXPECT_EQ(Detail(status).field_violations.size(), 1u);
}

TEST(InvalidField, NamesTheFieldBeforeTheProblem) {
  const absl::Status status = InvalidField("instances[3].id", "\"a8c3\" has 4 characters");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(status), "instances[3].id: \"a8c3\" has 4 characters");
  EXPECT_THAT(Detail(status).field_violations,
              ElementsAre(Pair("instances[3].id", "\"a8c3\" has 4 characters")));
}

// --- the errors that users can meet --------------------------------------------------------------

struct Row {
  absl::Status status;
  absl::StatusCode code;
  std::string reason;
  std::vector<std::string> message_has;  // the thing at fault, then the way out
};

// With texts that fill every limit when `text` is long.
std::vector<Row> AllErrors(const std::string& text) {
  using absl::StatusCode;
  return {
      {error::InstanceNotFound(text),
       StatusCode::kNotFound,
       "INSTANCE_NOT_FOUND",
       {"instance \"", "quiesce refresh"}},
      {error::UnknownProject("defaults.project", text, {text, "billing-sg"}),
       StatusCode::kInvalidArgument,
       "INVALID_FIELD",
       {"defaults.project: project \"", "\"billing-sg\"", "use one of these"}},
      {error::PlanNotFound(text), StatusCode::kNotFound, "PLAN_NOT_FOUND", {"quiesce plan"}},
      {error::RunNotFound(text), StatusCode::kNotFound, "RUN_NOT_FOUND", {"quiesce apply"}},
      {error::HoldNotFound(text), StatusCode::kNotFound, "HOLD_NOT_FOUND", {"quiesce explain"}},
      {error::PlanExpired(text),
       StatusCode::kFailedPrecondition,
       "PLAN_EXPIRED",
       {"24 hours", "quiesce plan"}},
      {error::PlanStale(text), StatusCode::kAborted, "PLAN_STALE", {"quiesce plan"}},
      {error::DeclaredElsewhere(text, text, text, text),
       StatusCode::kFailedPrecondition,
       "INSTANCE_CLAIMED",
       {"declared by workspace \"", "contact \"", "released there first", "move_from"}},
      {error::WrongWriterKind(text, true),
       StatusCode::kFailedPrecondition,
       "WORKSPACE_KIND_MISMATCH",
       {"is DECLARED", "quiesce apply"}},
      {error::WrongWriterKind(text, false),
       StatusCode::kFailedPrecondition,
       "WORKSPACE_KIND_MISMATCH",
       {"is DIRECT", "SetDesiredState"}},
      {error::WorkspaceNeedsOwner(text),
       StatusCode::kFailedPrecondition,
       "WORKSPACE_NEEDS_OWNER",
       {"owner and contact", "set both"}},
      {error::EtagMismatch(text, text, "0123456789abcdef-4"),
       StatusCode::kAborted,
       "ETAG_MISMATCH",
       {"\"0123456789abcdef-4\"", "read the instance again"}},
      {error::RequestIdReused(text, "quiesce.v1.PlanService/ApplyPlan"),
       StatusCode::kInvalidArgument,
       "REQUEST_ID_REUSED",
       {"request_id: ", "quiesce.v1.PlanService/ApplyPlan", "needs a new request_id"}},
      {error::NotDeclared(text),
       StatusCode::kFailedPrecondition,
       "NOT_DECLARED",
       {"no workspace", "SetDesiredState"}},
      {error::HoldEnded(text), StatusCode::kFailedPrecondition, "HOLD_ENDED", {"quiesce hold"}},
      {error::RunEnded(text), StatusCode::kFailedPrecondition, "RUN_ENDED", {"quiesce show"}},
  };
}

TEST(Errors, NameWhatIsAtFaultAndTheWayOut) {
  for (const Row& row : AllErrors("thing-at-fault")) {
    EXPECT_EQ(row.status.code(), row.code) << row.status;
    EXPECT_EQ(Detail(row.status).reason, row.reason);
    EXPECT_THAT(Message(row.status), HasSubstr("\"thing-at-fault\""));
    for (const std::string& part : row.message_has) {
      EXPECT_THAT(Message(row.status), HasSubstr(part));
    }
  }
}

TEST(Errors, KeepTheWayOutHoweverLongTheInput) {
  for (const std::string& text : {std::string(100000, 'x'), std::string(100000, '\x01'),
                                  std::string(100000, '\xff'), std::string()}) {
    for (const Row& row : AllErrors(text)) {
      EXPECT_LE(row.status.message().size(), limits::kMaxErrorMessageBytes);
      EXPECT_LE(PayloadOf(row.status).size(), limits::kMaxErrorDetailBytes);
      EXPECT_THAT(Message(row.status), HasSubstr(row.message_has.back()));
    }
  }
}

TEST(Errors, GiveThePartsToAProgram) {
  const ErrorDetail detail =
      Detail(error::DeclaredElsewhere("projects/p/instances/i", "risk", "risk-team", "#risk"));
  EXPECT_EQ(detail.metadata.at("name"), "projects/p/instances/i");
  EXPECT_EQ(detail.metadata.at("workspace"), "risk");
  EXPECT_EQ(detail.metadata.at("owner"), "risk-team");
  EXPECT_EQ(detail.metadata.at("contact"), "#risk");
}

TEST(Errors, OfAFieldCarryAViolation) {
  EXPECT_EQ(Detail(error::UnknownProject("a.project", "x", {})).field_violations[0].first,
            "a.project");
  EXPECT_EQ(Detail(error::RequestIdReused("x", "m")).field_violations[0].first, "request_id");
  EXPECT_EQ(Detail(error::WorkspaceNeedsOwner("w")).field_violations.size(), 2u);
}

TEST(UnknownProject, ListsAFewOfManyProjects) {
  EXPECT_THAT(Message(error::UnknownProject("f", "x", {})), HasSubstr("which has none"));
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("p" + std::to_string(i));
  EXPECT_THAT(Message(error::UnknownProject("f", "x", many)), HasSubstr("\"p7\" and 92 more"));
}

TEST(Errors, ReasonsAreUpperSnake) {
  for (const Row& row : AllErrors("x")) {
    EXPECT_EQ(row.reason.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"), std::string::npos);
  }
}

}  // namespace
}  // namespace quiesce::core
