#include "daemon/cloud/auth/secret_text.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SecretText, ReadsATokenWithoutItsLineEnd) {
  for (const char* content : {"MIID+/=-_.token", "MIID+/=-_.token\n", "MIID+/=-_.token\r\n"}) {
    EXPECT_EQ(TokenIn(content, "/k").value(), "MIID+/=-_.token");
  }
}

TEST(SecretText, RefusesWhatIsNoToken) {
  const struct {
    std::string content;
    const char* problem;
  } rows[] = {
      {"", "is empty"},
      {"\n", "is empty"},
      {"\r\n", "is empty"},
      {" secret", "holds spaces"},
      {"sec ret", "holds spaces"},
      {"secret\n\n", "line ends"},
      {"secret\nX-Header: x", "line ends"},
      {"secret\r", "control"},
      {std::string("sec\0ret", 7), "control"},
      {"s\xC3\xBC"
       "cret",
       "non-ASCII"},
  };
  for (const auto& row : rows) {
    const auto token = TokenIn(row.content, "/the/file");
    ASSERT_FALSE(token.ok());
    EXPECT_EQ(token.status().code(), absl::StatusCode::kFailedPrecondition);
    const std::string message(token.status().message());
    EXPECT_THAT(message, HasSubstr(row.problem));
    EXPECT_THAT(message, HasSubstr("/the/file"));
    EXPECT_THAT(message, Not(HasSubstr("ret")));
  }
}

TEST(SecretText, APasswordMayHoldSpacesAndAnyScript) {
  EXPECT_EQ(PasswordIn(" pass w\xC3\xB6rd \n", "/k").value(), " pass w\xC3\xB6rd ");
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("two\nlines"), std::string("ta\tb"),
        std::string("n\0l", 3), std::string("la\xF4tin")}) {
    const auto password = PasswordIn(content, "/the/file");
    ASSERT_FALSE(password.ok());
    EXPECT_THAT(std::string(password.status().message()), HasSubstr("/the/file"));
    EXPECT_THAT(std::string(password.status().message()), Not(HasSubstr("two")));
  }
}

}  // namespace
}  // namespace quiesce::cloud::auth
