#include "daemon/cloud/response_parser.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/limits.h"
#include "daemon/cloud/safe_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cloud/published_example.h"

namespace quiesce::cloud {
namespace {

using core::PowerState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// With nothing to hide.
ParsedAnswer Parse(std::string_view body) {
  return ParseAnswer(body, [](std::string text) { return text; });
}

// Of whoever sent this secret.
constexpr char kSecret[] = "MIID/hunter2+hunter2";
std::string WithoutSecret(const std::string& text) {
  return absl::StrReplaceAll(text, {{kSecret, "[secret]"}});
}

TEST(ParseAnswerTest, ReadsTheResultOfAStop) {
  const ParsedAnswer answer = Parse(R"({ "result" : "success" })");
  EXPECT_EQ(answer.shape, BodyShape::kJson);
  EXPECT_EQ(answer.result, "success");
  EXPECT_EQ(answer.error_code, "");
  EXPECT_EQ(Parse(R"({"result":"failed"})").result, "failed");
  EXPECT_EQ(Parse(R"({"result":null})").shape, BodyShape::kJson);
  EXPECT_EQ(Parse(R"({"result":null})").result, "");
  EXPECT_EQ(Parse(R"({"result":true})").shape, BodyShape::kWrongType);
  EXPECT_EQ(Parse(R"({"result":{"a":1}})").shape, BodyShape::kWrongType);
}

TEST(ParseAnswerTest, ReadsEveryFormOfAnError) {
  const struct {
    const char* body;
    const char* code;
    const char* message;
  } rows[] = {
      {R"({"error_code":"DBSS.10020131","error_msg":"Failed to stop DBSS instance.","details":null,"encoded_authorization_message":null})",
       "DBSS.10020131", "Failed to stop DBSS instance."},
      {R"({"error_msg":"The API does not exist.","error_code":"APIGW.0101","request_id":"x"})",
       "APIGW.0101", "The API does not exist."},
      {R"({"error":{"error_code":"DBSS.11000000","error_msg":"Internal system exception."}})",
       "DBSS.11000000", "Internal system exception."},
      {R"({"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}})",
       "401", "The username or password is wrong."},
      {R"({"code":"X.1","message":"m"})", "X.1", "m"},
      {R"({"code":400,"message":"m"})", "400", "m"},
      {R"({"errorCode":"X.2","errorMsg":"m2"})", "X.2", "m2"},
      {R"({"fault":{"errorCode":"X.3","errorMsg":"m3"}})", "X.3", "m3"},
      {R"({"error_code":"DBSS.1","error_msg":"no","encoded_authorization_message":"Egpj","details":[{"error_code":"PDP5.1","error_msg":"denied by policy"}]})",
       "DBSS.1", "no (PDP5.1: denied by policy)"},
      {R"({"error_code":"DBSS.1","error_msg":"no","details":[{"code":"P","message":"d"},{"code":"Q"}]})",
       "DBSS.1", "no (P: d)"},
      {R"({"error_code":"DBSS.1","error_msg":"no","details":"gone"})", "DBSS.1", "no"},
      {R"({"error_code":"DBSS.1","error_msg":"no","details":[7]})", "DBSS.1", "no"},
      {R"({"error_code":null,"error_msg":null,"code":"Y","message":"y"})", "Y", "y"},
      {R"({"error_code":["x"],"error_msg":{"y":1}})", "", ""},
      {R"({"error_code":-5})", "", ""},
      {"{}", "", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const ParsedAnswer answer = Parse(row.body);
    EXPECT_EQ(answer.shape, BodyShape::kJson);
    EXPECT_EQ(answer.error_code, row.code);
    EXPECT_EQ(answer.message, row.message);
  }
}

TEST(ParseAnswerTest, NeverThrowsWhateverTheBytes) {
  EXPECT_EQ(Parse("").shape, BodyShape::kEmpty);
  EXPECT_EQ(Parse("<html>no</html>").shape, BodyShape::kHtml);
  EXPECT_EQ(Parse("<html>no</html>").message, "");
  EXPECT_EQ(Parse("upstream\r\nconnect error").message, "upstream  connect error");
  EXPECT_EQ(Parse("[1]").shape, BodyShape::kWrongType);
  EXPECT_EQ(Parse("\"success\"").shape, BodyShape::kWrongType);
  EXPECT_EQ(Parse("{\"result\":\"success\"").shape, BodyShape::kNotJson);
  EXPECT_EQ(Parse("{\"result\":\"success\"}}").shape, BodyShape::kNotJson);
  EXPECT_EQ(Parse("\xFF\xFE").message, "??");
  EXPECT_EQ(Parse({"{\"result\":\"success\"}\0<html>", 27}).shape, BodyShape::kNotJson);
  EXPECT_EQ(Parse(std::string(60000, '[')).shape, BodyShape::kNotJson);
  EXPECT_EQ(Parse(std::string(30000, '[') + std::string(30000, ']')).shape, BodyShape::kWrongType);
  EXPECT_EQ(Parse("{\"code\":1e999,\"message\":\"m\"}").shape, BodyShape::kNotJson);
  EXPECT_EQ(Parse("{\"code\":123456789012345678901234567890,\"message\":\"m\"}").message, "m");
}

TEST(ParseAnswerTest, BoundsAndCleansMessages) {
  const ParsedAnswer answer = Parse(
      absl::StrCat(R"({"error_code":")", std::string(500, 'C'), R"(","error_msg":"a\nb\u001b)",
                   std::string(80, 'x'), R"( )", std::string(2000, 'T'), R"( end"})"));
  EXPECT_LE(answer.error_code.size(), limits::kMaxCloudCodeBytes);
  EXPECT_THAT(answer.message, AllOf(StartsWith("a b xxx"), HasSubstr("[2000 characters] end")));
  EXPECT_THAT(answer.message, Not(HasSubstr("TTT")));
}

TEST(ParseAnswerTest, TakesSecretsOutBeforeACutCouldLeaveHalfOfOne) {
  for (size_t before = 0; before < limits::kMaxCloudMessageBytes + 1; ++before) {
    std::string words(before, 'w');
    for (size_t i = 9; i < words.size(); i += 10) words[i] = ' ';
    // As it is, and as encoders write it that escape what they need not.
    for (const char* form : {kSecret, R"(MIID\/hunter2\u002bhunter2)"}) {
      const std::string text = absl::StrCat(words, " ", form);
      for (const std::string& body :
           {absl::StrCat(R"({"error_code":")", text, R"(","error_msg":"m"})"),
            absl::StrCat(R"({"error_msg":")", text, R"("})"),
            absl::StrCat(R"({"error_code":"c","details":[{"error_msg":")", text, R"("}]})")}) {
        const ParsedAnswer answer = ParseAnswer(body, WithoutSecret);
        ASSERT_THAT(answer.error_code + answer.message, Not(HasSubstr("MI"))) << body;
      }
    }
    const std::string no_json = absl::StrCat(words, " ", kSecret);
    ASSERT_THAT(ParseAnswer(no_json, WithoutSecret).message, Not(HasSubstr("MI"))) << no_json;
  }
}

TEST(ParseAnswerTest, TakesNothingOutOfAResult) {
  const ParsedAnswer answer =
      ParseAnswer(R"({"result":"success"})", [](std::string) { return "[secret]"; });
  EXPECT_EQ(answer.result, "success");
}

// --- text ---------------------------------------------------------------------------------------

TEST(SafeTextTest, TakesOutControlsAndWhatIsNotText) {
  EXPECT_EQ(SafeText("a\tb\x7F"
                     "c\xC2\x85"
                     "d\xE2\x80\xAE"
                     "e",
                     100),
            "a b c d e");
  EXPECT_EQ(SafeText("gr\xC3\xBC\xC3\x9F \xE4\xB8\x80 \xF0\x9F\x98\x80", 100),
            "gr\xC3\xBC\xC3\x9F \xE4\xB8\x80 \xF0\x9F\x98\x80");
  // Overlong, a surrogate, beyond Unicode, a lone continuation, cut short.
  EXPECT_EQ(SafeText("\xC0\xAF", 100), "??");
  EXPECT_EQ(SafeText("\xE0\x80\xAF", 100), "???");
  EXPECT_EQ(SafeText("\xED\xA0\x80", 100), "???");
  EXPECT_EQ(SafeText("\xF4\x90\x80\x80", 100), "????");
  EXPECT_EQ(SafeText("\x80", 100), "?");
  EXPECT_EQ(SafeText("x\xE4\xB8", 100), "x??");
  EXPECT_EQ(SafeText(std::string(101, 'x'), 1000), "[101 characters]");
  EXPECT_EQ(SafeText(std::string(100, 'x'), 1000), std::string(100, 'x'));
  EXPECT_LE(SafeText(std::string(50, 'x') + " " + std::string(50, 'y'), 20).size(), 20u);
}

TEST(ParseRetryAfterTest, TakesSecondsAndDates) {
  const absl::Time now = absl::FromUnixSeconds(1445412420);  // Wed, 21 Oct 2015 07:27:00 GMT
  EXPECT_EQ(ParseRetryAfter("0", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("17", now), absl::Seconds(17));
  EXPECT_EQ(ParseRetryAfter("Wed, 21 Oct 2015 07:28:00 GMT", now), absl::Minutes(1));
  EXPECT_EQ(ParseRetryAfter("Wed, 21 Oct 2015 07:26:00 GMT", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("999999", now), limits::kMaxThrottlePause);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", now), limits::kMaxThrottlePause);
  for (const char* text : {"", "-1", "+1", "1.5", "soon", "12 ", "Wed, 99 Oct 2015 07:28:00 GMT"}) {
    EXPECT_EQ(ParseRetryAfter(text, now), std::nullopt) << text;
  }
}

TEST(ResponseParser, ReadsTheDateOfAnAnswer) {
  EXPECT_EQ(ParseHttpDate("Thu, 01 Jan 2026 00:00:00 GMT"), absl::FromUnixSeconds(1767225600));
  for (const char* text : {"", "now", "Thu, 01 Jan 2026", "2026-01-01T00:00:00Z"}) {
    EXPECT_EQ(ParseHttpDate(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace quiesce::cloud
