#include "daemon/cloud/auth/iam_answer.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Result = TokenAnswer::Result;

// As published.
constexpr char kIssued[] =
    R"({"token":{"catalog":[],"expires_at":"2020-01-04T09:05:22.701000Z",)"
    R"("issued_at":"2020-01-03T09:05:22.701000Z","methods":["password"],)"
    R"("project":{"domain":{"id":"d78cbac186b744899480f25bd022f468","name":"IAMDomain"},)"
    R"("id":"aa2d97d7e62c4b7da3ffdfc11551f878","name":"cn-north-1"},)"
    R"("roles":[{"id":"0","name":"te_admin"}],"user":{"name":"IAMUser"}}})";

const absl::Time kNow = absl::FromUnixSeconds(1578042322);  // 2020-01-03T09:05:22Z

// With nothing to hide.
TokenAnswer Parse(int status, std::string_view subject_token, std::string_view body) {
  return ParseTokenAnswer(status, subject_token, body, kNow, [](std::string text) { return text; });
}

TEST(IamAnswer, AsksForTheTokenOfOneProject) {
  EXPECT_EQ(TokenRequestBody({"user", "domain", "pass\"word\\", "p1"}),
            R"({"auth":{"identity":{"methods":["password"],"password":{"user":)"
            R"({"domain":{"name":"domain"},"name":"user","password":"pass\"word\\"}}},)"
            R"("scope":{"project":{"id":"p1"}}}})");
  // Such a password is refused where it is read; here it must not end the process.
  EXPECT_THAT(TokenRequestBody({"u", "d", "\xFF", "p"}), HasSubstr("password"));
}

TEST(IamAnswer, ReadsATokenWithItsLife) {
  const TokenAnswer answer = Parse(201, "MIIDkg+/=", kIssued);
  EXPECT_EQ(answer.result, Result::kToken);
  EXPECT_EQ(answer.token, "MIIDkg+/=");
  EXPECT_EQ(answer.lifetime, absl::Hours(24));
  EXPECT_EQ(answer.expires_at, kNow + absl::Hours(24) + absl::Milliseconds(701));
}

TEST(IamAnswer, WithoutTheTimeOfIssueATokenLivesFromNow) {
  const TokenAnswer answer =
      Parse(201, "T", R"({"token":{"expires_at":"2020-01-03T10:05:22.000000Z"}})");
  EXPECT_EQ(answer.result, Result::kToken);
  EXPECT_EQ(answer.lifetime, absl::Hours(1));
}

TEST(IamAnswer, NoTokenIsMadeOutOfAnythingElse) {
  for (const char* body :
       {"", "null", "[]", "{}", R"({"token":null})", R"({"token":[]})", R"({"token":{}})",
        R"({"token":{"expires_at":1}})", R"({"token":{"expires_at":"soon"}})",
        R"({"token":{"expires_at":"2020-01-03T09:05:22.000000Z"}})",
        R"({"token":{"expires_at":"2019-01-03T09:05:22.000000Z"}})", "{\"token\":{", "<html>"}) {
    EXPECT_EQ(Parse(201, "T", body).result, Result::kNoToken) << body;
  }
  for (const std::string& token :
       {std::string(), std::string("a b"), std::string("a\r\nX: y"), std::string("\xFF"),
        std::string(limits::kMaxSecretFileBytes + 1, 't')}) {
    EXPECT_EQ(Parse(201, token, kIssued).result, Result::kNoToken);
  }
}

TEST(IamAnswer, TellsAWrongPasswordFromWhatPasses) {
  const struct {
    int status;
    Result result;
  } rows[] = {{401, Result::kWrongPassword}, {400, Result::kRefused}, {403, Result::kRefused},
              {404, Result::kRefused},       {408, Result::kNoToken}, {429, Result::kNoToken},
              {500, Result::kNoToken},       {503, Result::kNoToken}, {302, Result::kNoToken},
              {200, Result::kNoToken}};
  for (const auto& row : rows) {
    EXPECT_EQ(Parse(row.status, "T", "{}").result, row.result) << row.status;
  }
  const TokenAnswer wrong =
      Parse(401, "",
            R"({"error":{"code":401,"message":"The username or password is wrong.","title":"U"}})");
  EXPECT_EQ(wrong.problem, "IAM answered HTTP 401: The username or password is wrong.");
}

TEST(IamAnswer, ShowsNoPartOfAPasswordThatIamRepeats) {
  const auto redact = [](const std::string& text) {
    return absl::StrReplaceAll(text, {{"hunter2-hunter2", "[secret]"}});
  };
  for (size_t before = 0; before < limits::kMaxCloudMessageBytes; ++before) {
    std::string words(before, 'w');
    for (size_t i = 9; i < words.size(); i += 10) words[i] = ' ';
    const std::string body = absl::StrCat(R"({"error":{"code":401,"message":")", words,
                                          R"( hunter2-hunter2 is wrong"}})");
    const TokenAnswer answer = ParseTokenAnswer(401, "", body, kNow, redact);
    ASSERT_THAT(answer.problem, StartsWith("IAM answered HTTP 401"));
    ASSERT_THAT(answer.problem, Not(HasSubstr("hu"))) << before;
  }
}

}  // namespace
}  // namespace quiesce::cloud::auth
