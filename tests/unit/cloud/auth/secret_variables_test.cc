#include "daemon/cloud/auth/secret_variables.h"

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Environment With(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

TEST(SecretVariables, OneVariableIsItsValue) {
  SecretVariables password({{"", "IAM_PASSWORD"}}, With({{"IAM_PASSWORD", "two words"}}));
  EXPECT_EQ(**password.Get(), "two words");
  EXPECT_EQ(password.name(), "$IAM_PASSWORD");
}

TEST(SecretVariables, LabelsMakeTheTextOfAKeyPair) {
  SecretVariables pair({{"access_key", "AK"}, {"secret_key", "SK"}},
                       With({{"AK", "a"}, {"SK", "s"}}));
  EXPECT_EQ(**pair.Get(), "access_key: a\nsecret_key: s\n");
  EXPECT_EQ(pair.name(), "$AK and $SK");
}

TEST(SecretVariables, ErrorsNameTheVariableAndNoValue) {
  const auto problem = [](std::map<std::string, std::string> variables) {
    SecretVariables pair({{"access_key", "AK"}, {"secret_key", "SK"}}, With(std::move(variables)));
    return pair.Get().status();
  };
  EXPECT_EQ(problem({{"AK", "hunter2"}}).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(problem({{"AK", "hunter2"}}).message()), HasSubstr("SK is not set"));
  EXPECT_THAT(std::string(problem({{"AK", ""}, {"SK", "x"}}).message()), HasSubstr("AK is empty"));
  const std::string injected(problem({{"AK", "hunter2\nsecret_key: x"}, {"SK", "x"}}).message());
  EXPECT_THAT(injected, HasSubstr("AK holds spaces, line ends"));
  EXPECT_THAT(injected, Not(HasSubstr("hunter2")));
  SecretVariables without({{"", "X"}}, nullptr);
  EXPECT_EQ(without.Get().status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace quiesce::cloud::auth
