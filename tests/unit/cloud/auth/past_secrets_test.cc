#include "daemon/cloud/auth/past_secrets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

TEST(PastSecrets, TakesEverySecretOutOfAText) {
  PastSecrets secrets;
  secrets.Add("hunter2");
  secrets.Add("");
  secrets.Add("hunter2-and-more");
  EXPECT_EQ(secrets.Redact("x hunter2hunter2 y hunter2-and-more"), "x [secret][secret] y [secret]");
  EXPECT_EQ(secrets.Redact("nothing"), "nothing");
  EXPECT_EQ(secrets.Redact(""), "");
}

TEST(PastSecrets, ForgetsTheOldestOnly) {
  PastSecrets secrets;
  secrets.Add("first-secret");
  for (size_t i = 1; i < limits::kMaxPastSecrets; ++i) secrets.Add(absl::StrCat("secret-", i, "."));
  EXPECT_EQ(secrets.Redact("first-secret"), "[secret]");
  secrets.Add("first-secret");  // used again
  secrets.Add("the-latest");
  EXPECT_EQ(secrets.Redact("first-secret secret-1. secret-2."), "[secret] secret-1. [secret]");
}

}  // namespace
}  // namespace quiesce::cloud::auth
