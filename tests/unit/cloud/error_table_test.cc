#include "daemon/cloud/error_table.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/cloud/response_parser.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::Outcome;

Answer Answered(int status, std::string_view code, BodyShape shape = BodyShape::kJson) {
  Answer answer;
  answer.http_status = status;
  answer.error_code = code;
  answer.shape = shape;
  return answer;
}

struct Row {
  int status;
  const char* code;
  CallClass call_class;
  Outcome outcome;
};

// Every row of the vendor's tables, in their order.
const Row kDbssCodes[] = {
    {400, "DBSS.10000001", CallClass::kPermanent, Outcome::kRejected},
    {400, "DBSS.10020101", CallClass::kTransient, Outcome::kUnknown},
    {400, "DBSS.10020102", CallClass::kTransient, Outcome::kUnknown},
    {400, "DBSS.10020118", CallClass::kPermanent, Outcome::kRejected},
    {400, "DBSS.10020140", CallClass::kPermanent, Outcome::kRejected},
    {400, "DBSS.100210016", CallClass::kPermanent, Outcome::kRejected},
    {400, "DBSS.10020021", CallClass::kPermanent, Outcome::kRejected},
    {400, "DBSS.10020130", CallClass::kBlocked, Outcome::kRejected},
    {400, "DBSS.10020131", CallClass::kAlreadyInState, Outcome::kRejected},
    {400, "DBSS.10020132", CallClass::kBlocked, Outcome::kRejected},
    {401, "DBSS.10020100", CallClass::kAuth, Outcome::kRejected},
    {404, "DBSS.10021004", CallClass::kNotFound, Outcome::kRejected},
    {500, "DBSS.11000000", CallClass::kUnknown, Outcome::kUnknown},
};
const Row kGatewayCodes[] = {
    {404, "APIGW.0101", CallClass::kPermanent, Outcome::kRejected},
    {404, "APIGW.0103", CallClass::kPermanent, Outcome::kRejected},
    {400, "APIGW.0104", CallClass::kPermanent, Outcome::kRejected},
    {400, "APIGW.0105", CallClass::kPermanent, Outcome::kRejected},
    {400, "APIGW.0106", CallClass::kPermanent, Outcome::kRejected},
    {400, "APIGW.0602", CallClass::kPermanent, Outcome::kRejected},
    {400, "APIGW.0607", CallClass::kPermanent, Outcome::kRejected},
    {400, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected},
    {413, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected},
    {414, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected},
    {494, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected},
    {502, "APIGW.0201", CallClass::kUnknown, Outcome::kUnknown},
    {504, "APIGW.0201", CallClass::kUnknown, Outcome::kUnknown},
    {401, "APIGW.0301", CallClass::kAuth, Outcome::kRejected},
    {403, "APIGW.0302", CallClass::kForbidden, Outcome::kRejected},
    {401, "APIGW.0303", CallClass::kAuth, Outcome::kRejected},
    {401, "APIGW.0305", CallClass::kAuth, Outcome::kRejected},
    {401, "APIGW.0311", CallClass::kAuth, Outcome::kRejected},
    {403, "APIGW.0304", CallClass::kForbidden, Outcome::kRejected},
    {403, "APIGW.0306", CallClass::kForbidden, Outcome::kRejected},
    {401, "APIGW.0307", CallClass::kAuth, Outcome::kRejected},
    {429, "APIGW.0308", CallClass::kThrottled, Outcome::kRejected},
    {403, "APIGW.0310", CallClass::kForbidden, Outcome::kRejected},
    {403, "APIGW.0401", CallClass::kForbidden, Outcome::kRejected},
    {403, "APIGW.0402", CallClass::kForbidden, Outcome::kRejected},
    {403, "APIGW.0404", CallClass::kForbidden, Outcome::kRejected},
    {403, "APIGW.0801", CallClass::kForbidden, Outcome::kRejected},
    {403, "APIGW.0802", CallClass::kForbidden, Outcome::kRejected},
    {405, "APIGW.0501", CallClass::kPermanent, Outcome::kRejected},
    {405, "APIGW.0502", CallClass::kPermanent, Outcome::kRejected},
    {500, "APIGW.0601", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0605", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0606", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0608", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0609", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0611", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0612", CallClass::kUnknown, Outcome::kUnknown},
    {500, "APIGW.0705", CallClass::kUnknown, Outcome::kUnknown},
    {502, "APIGW.0610", CallClass::kUnknown, Outcome::kUnknown},
    {503, "APIGW.0613", CallClass::kTransient, Outcome::kRejected},
};
// A status that we know with a code that we do not, or none.
const Row kStatuses[] = {
    {401, "", CallClass::kAuth, Outcome::kRejected},
    {401, "NEW.1", CallClass::kAuth, Outcome::kRejected},
    {403, "", CallClass::kForbidden, Outcome::kRejected},
    {403, "DBSS.00112233", CallClass::kForbidden, Outcome::kRejected},
    {404, "", CallClass::kNotFound, Outcome::kRejected},
    {429, "", CallClass::kThrottled, Outcome::kRejected},
    {429, "DBSS.1", CallClass::kThrottled, Outcome::kRejected},
    {500, "", CallClass::kUnknown, Outcome::kUnknown},
    {502, "NEW.1", CallClass::kUnknown, Outcome::kUnknown},
    {504, "", CallClass::kUnknown, Outcome::kUnknown},
};

void ExpectRow(const Row& row) {
  SCOPED_TRACE(std::to_string(row.status) + " " + row.code);
  const Verdict verdict = Classify(Answered(row.status, row.code));
  EXPECT_EQ(verdict.call_class, row.call_class);
  EXPECT_EQ(verdict.outcome, row.outcome);
  EXPECT_TRUE(verdict.mapped);
  EXPECT_FALSE(verdict.meaning.empty());
}

TEST(ErrorTableTest, KnowsEveryDocumentedCodeOfTheService) {
  for (const Row& row : kDbssCodes) ExpectRow(row);
}

TEST(ErrorTableTest, KnowsEveryDocumentedCodeOfTheGateway) {
  for (const Row& row : kGatewayCodes) ExpectRow(row);
}

TEST(ErrorTableTest, FallsBackToTheStatus) {
  for (const Row& row : kStatuses) ExpectRow(row);
}

TEST(ErrorTableTest, TakesTheBodyOfARefusalForWhatItIsAndTheStatusForTheRest) {
  for (const BodyShape shape : {BodyShape::kEmpty, BodyShape::kHtml, BodyShape::kNotJson,
                                BodyShape::kTooLarge, BodyShape::kWrongType}) {
    EXPECT_EQ(Classify(Answered(403, "", shape)).call_class, CallClass::kForbidden);
    EXPECT_EQ(Classify(Answered(502, "", shape)).outcome, Outcome::kUnknown);
  }
}

TEST(ErrorTableTest, BelievesA200OnlyWhoseResultIsSuccess) {
  Answer answer = Answered(200, "");
  answer.result = "success";
  EXPECT_EQ(Classify(answer).call_class, CallClass::kAccepted);
  EXPECT_EQ(Classify(answer).outcome, Outcome::kAccepted);

  answer.result = "failed";
  EXPECT_EQ(Classify(answer).call_class, CallClass::kBlocked);
  EXPECT_EQ(Classify(answer).outcome, Outcome::kRejected);

  for (const char* result : {"", "SUCCESS", "ok", "successful"}) {
    SCOPED_TRACE(result);
    answer.result = result;
    EXPECT_EQ(Classify(answer).call_class, CallClass::kMalformed);
    EXPECT_EQ(Classify(answer).outcome, Outcome::kUnknown);
  }
}

TEST(ErrorTableTest, TakesNoOther200ForAnAnswer) {
  for (const BodyShape shape : {BodyShape::kEmpty, BodyShape::kHtml, BodyShape::kNotJson,
                                BodyShape::kTooLarge, BodyShape::kWrongType}) {
    for (const Operation operation : {Operation::kStop, Operation::kList}) {
      Answer answer = Answered(200, "", shape);
      answer.result = "success";
      answer.operation = operation;
      EXPECT_EQ(Classify(answer).call_class, CallClass::kMalformed);
      EXPECT_EQ(Classify(answer).outcome, Outcome::kUnknown);
      EXPECT_TRUE(Classify(answer).mapped);
    }
  }
}

TEST(ErrorTableTest, CallsWhatNoRowKnowsTransientAndSaysSo) {
  const struct {
    int status;
    const char* code;
    Outcome outcome;
  } rows[] = {
      {400, "", Outcome::kRejected},
      {400, "APIGW.9999", Outcome::kRejected},
      {418, "", Outcome::kRejected},
      {409, "", Outcome::kRejected},
      // The service took the request, and failed in a way that is new to us.
      {400, "DBSS.99999999", Outcome::kUnknown},
      {409, "DBSS.10020131", Outcome::kUnknown},
      // Something on the way gave up waiting.
      {408, "", Outcome::kUnknown},
      {499, "", Outcome::kUnknown},
      {201, "", Outcome::kUnknown},
      {202, "", Outcome::kUnknown},
      {204, "", Outcome::kUnknown},
      {302, "", Outcome::kUnknown},
      {501, "", Outcome::kUnknown},
      {503, "", Outcome::kUnknown},
      {520, "", Outcome::kUnknown},
      {0, "", Outcome::kUnknown},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.status) + " " + row.code);
    const Verdict verdict = Classify(Answered(row.status, row.code));
    EXPECT_EQ(verdict.call_class, CallClass::kTransient);
    EXPECT_EQ(verdict.outcome, row.outcome);
    EXPECT_FALSE(verdict.mapped);
    EXPECT_EQ(verdict.meaning, "unmapped answer");
  }
}

TEST(ErrorTableTest, KnowsWhatATransportFailureProves) {
  Answer answer;
  answer.http_status = 200;
  answer.result = "success";
  answer.shape = BodyShape::kJson;
  for (const Transport transport : {Transport::kNotSent, Transport::kDistrust}) {
    answer.transport = transport;
    EXPECT_EQ(Classify(answer).outcome, Outcome::kNotSent);
    EXPECT_EQ(Classify(answer).call_class, CallClass::kTransient);
  }
  answer.transport = Transport::kLost;
  EXPECT_EQ(Classify(answer).outcome, Outcome::kUnknown);
  EXPECT_EQ(Classify(answer).call_class, CallClass::kUnknown);
}

// As a whole answer is read: its body first, then the table.
Verdict Read(int status, const std::string& body) {
  const ParsedAnswer parsed = ParseAnswer(body, [](std::string text) { return text; });
  Answer answer = Answered(status, parsed.error_code, parsed.shape);
  answer.result = parsed.result;
  return Classify(answer);
}

TEST(ErrorTableTest, ReadsEveryFormOfABody) {
  const std::string page = "<html><head><title>502 Bad Gateway</title></head></html>";
  const std::string nested =
      R"({"error":{"error_code":"DBSS.10020131","error_msg":"Failed to stop DBSS instance."}})";
  const struct {
    int status;
    std::string body;
    CallClass call_class;
    Outcome outcome;
  } rows[] = {
      {200, R"({"result":"success"})", CallClass::kAccepted, Outcome::kAccepted},
      {200, R"({"result":"failed"})", CallClass::kBlocked, Outcome::kRejected},
      {200, "", CallClass::kMalformed, Outcome::kUnknown},
      {200, page, CallClass::kMalformed, Outcome::kUnknown},
      {200, R"({"result":"succ)", CallClass::kMalformed, Outcome::kUnknown},
      {200, R"({"result":0})", CallClass::kMalformed, Outcome::kUnknown},
      {200, R"(["success"])", CallClass::kMalformed, Outcome::kUnknown},
      {200, R"({"result":null})", CallClass::kMalformed, Outcome::kUnknown},
      {400, nested, CallClass::kAlreadyInState, Outcome::kRejected},
      {500, R"({"error":{"error_code":"DBSS.11000000","error_msg":"x"}})", CallClass::kUnknown,
       Outcome::kUnknown},
      {401, R"({"error":{"code":401,"message":"wrong","title":"Unauthorized"}})", CallClass::kAuth,
       Outcome::kRejected},
      {400, R"({"error":{"code":400,"message":"invalid","title":"Bad Request"}})",
       CallClass::kTransient, Outcome::kRejected},
      {500, "", CallClass::kUnknown, Outcome::kUnknown},
      {502, page, CallClass::kUnknown, Outcome::kUnknown},
      {403, "", CallClass::kForbidden, Outcome::kRejected},
      {400, R"({"error_code":"DBSS.99999999","error_msg":"new"})", CallClass::kTransient,
       Outcome::kUnknown},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.status, " ", row.body));
    EXPECT_EQ(Read(row.status, row.body).call_class, row.call_class);
    EXPECT_EQ(Read(row.status, row.body).outcome, row.outcome);
  }
}

// Which of them it is decides how the secret is treated (auth/evidence), not the class.
TEST(ErrorTableTest, PutsEveryReasonForWhichIamRefusesIntoOneClass) {
  for (const char* said :
       {"x-auth-token not found", "decrypt token fail",
        "token expires, expires_at: 2020-01-04T09:05:22.701000Z",
        "verify aksk signature fail, canonicalRequest:GET|/path/||host:h||host;x-sdk-date|e3b0",
        "ak AKIDEXAMPLE not exist", "Get secretKey failed",
        "AK access failed to reach the limit,forbidden", "Unauthorized"}) {
    const std::string body =
        absl::StrCat(R"({"error_msg":"Incorrect IAM authentication information: )", said,
                     R"(","error_code":"APIGW.0301","request_id":"0123"})");
    EXPECT_EQ(Read(401, body).call_class, CallClass::kAuth) << said;
    EXPECT_EQ(Read(401, body).outcome, Outcome::kRejected) << said;
  }
}

TEST(ErrorTableTest, IsTotalAndNeverTakesAnErrorForAcceptance) {
  for (int status = 0; status < 1000; ++status) {
    if (status == 200) continue;
    for (const char* code : {"", "DBSS.10020131", "APIGW.0308", "X"}) {
      Answer answer = Answered(status, code);
      answer.result = "success";
      const Verdict verdict = Classify(answer);
      EXPECT_TRUE(verdict.outcome == Outcome::kRejected || verdict.outcome == Outcome::kUnknown);
      EXPECT_NE(verdict.call_class, CallClass::kAccepted);
      EXPECT_NE(verdict.call_class, CallClass::kNone);
      // A stop that may have had effect must not look like a refusal, nor the other way round.
      if (verdict.call_class == CallClass::kUnknown) {
        EXPECT_EQ(verdict.outcome, Outcome::kUnknown);
      }
    }
  }
}

TEST(ErrorTableTest, LeavesNothingAboutAListInDoubt) {
  for (int status = 0; status < 1000; ++status) {
    for (const char* code : {"", "DBSS.10020130", "DBSS.10020131", "DBSS.11000000"}) {
      Answer answer = Answered(status, code);
      answer.operation = Operation::kList;
      const Verdict verdict = Classify(answer);
      EXPECT_NE(verdict.call_class, CallClass::kUnknown);
      EXPECT_NE(verdict.call_class, CallClass::kAlreadyInState);
      EXPECT_NE(verdict.call_class, CallClass::kBlocked);
      EXPECT_EQ(verdict.call_class == CallClass::kAccepted, status == 200);
    }
  }
  Answer lost;
  lost.operation = Operation::kList;
  lost.transport = Transport::kLost;
  EXPECT_EQ(Classify(lost).call_class, CallClass::kTransient);
}

}  // namespace
}  // namespace quiesce::cloud
