#include "client/lib/target.h"

#include <string>

#include "client/lib/api_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::client {
namespace {

using ::testing::HasSubstr;

TEST(TargetTest, UnixSockets) {
  for (const char* text : {"unix:///run/q/api.sock", "unix:/run/q/api.sock"}) {
    const auto target = ParseTarget(text);
    ASSERT_TRUE(target.ok()) << target.status();
    EXPECT_EQ(target->grpc, "unix:/run/q/api.sock");
    EXPECT_EQ(target->socket_path, "/run/q/api.sock");
    EXPECT_EQ(target->text, text);
  }
}

TEST(TargetTest, Loopback) {
  for (const char* text : {"127.0.0.1:7443", "127.1.2.3:1", "[::1]:7443", "localhost:65535"}) {
    const auto target = ParseTarget(text);
    ASSERT_TRUE(target.ok()) << target.status();
    EXPECT_EQ(target->grpc, text);
    EXPECT_EQ(target->socket_path, "");
  }
}

TEST(TargetTest, Refused) {
  for (const char* text :
       {"", "unix:", "unix://relative", "unix:relative", "7443", ":7443", "localhost",
        "localhost:0", "localhost:65536", "localhost:x", "localhost:", "quiesced.prod:7443",
        "10.0.0.1:7443", "127.0.0.1.example.com:7443", "0.0.0.0:7443", "::1:7443"}) {
    const auto target = ParseTarget(text);
    EXPECT_FALSE(target.ok()) << text;
    EXPECT_EQ(ToApiError(target.status()).trouble, Trouble::kArgument);
  }
  EXPECT_THAT(ParseTarget("quiesced.prod:7443").status().message(), HasSubstr("has no TLS"));
  EXPECT_THAT(ParseTarget("unix:///" + std::string(200, 'x')).status().message(),
              HasSubstr("at most 107"));
}

}  // namespace
}  // namespace quiesce::client
