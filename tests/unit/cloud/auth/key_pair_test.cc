#include "daemon/cloud/auth/key_pair.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(KeyPair, ReadsBothKeysInAnyOrder) {
  const auto pair = ParseKeyPair("secret_key: s/k+=\naccess_key:AK", "/k");
  ASSERT_TRUE(pair.ok()) << pair.status();
  EXPECT_EQ(pair->access_key, "AK");
  EXPECT_EQ(pair->secret_key, "s/k+=");
  EXPECT_EQ(pair->security_token, "");
}

TEST(KeyPair, ReadsATemporaryKeyBetweenComments) {
  const auto pair = ParseKeyPair(
      "# made by CI\r\n\r\n  access_key:\tAK\r\nsecret_key: SK  \r\nsecurity_token: a:b:c\r\n",
      "/k");
  ASSERT_TRUE(pair.ok()) << pair.status();
  EXPECT_EQ(pair->access_key, "AK");
  EXPECT_EQ(pair->secret_key, "SK");
  EXPECT_EQ(pair->security_token, "a:b:c");
}

TEST(KeyPair, RefusesWithTheLineAndWithoutItsContent) {
  const struct {
    const char* content;
    const char* problem;
  } rows[] = {
      {"", "/k has no access_key"},
      {"access_key: hunter2\n", "/k has no secret_key"},
      {"secret_key: hunter2\n", "/k has no access_key"},
      {"hunter2\n", "/k:1: is no `name: value`"},
      {"access_key: hunter2\nhunter2: hunter2\n", "/k:2: has a name that is not known here"},
      {"access_key: hunter2\n\naccess_key: hunter2\n", "/k:3: has a name that stood there before"},
      {"access_key: hunter2\nsecret_key:  \n", "/k:2: has no value"},
      {"access_key: hunter2 hunter2\n", "/k:1: has a value with spaces"},
      {"access_key: hunter2\x01\n", "/k:1: has a value with spaces"},
      {"access_key: hunt\xC3\xA4r2\n", "/k:1: has a value with spaces"},
      {"Access_Key: hunter2\n", "/k:1: has a name that is not known here"},
  };
  for (const auto& row : rows) {
    const auto pair = ParseKeyPair(row.content, "/k");
    ASSERT_FALSE(pair.ok()) << row.content;
    EXPECT_EQ(pair.status().code(), absl::StatusCode::kFailedPrecondition);
    const std::string message(pair.status().message());
    EXPECT_THAT(message, StartsWith(row.problem));
    EXPECT_THAT(message, HasSubstr("write access_key: and secret_key:"));
    EXPECT_THAT(message, Not(HasSubstr("hunt")));
  }
}

}  // namespace
}  // namespace quiesce::cloud::auth
