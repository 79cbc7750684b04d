#include "daemon/rpc/listener.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

TEST(ParseListener, TakesUnixSocketsAndLoopback) {
  EXPECT_EQ(ParseListener("unix:///run/quiesced/api.sock")->GrpcAddress(),
            "unix:/run/quiesced/api.sock");
  EXPECT_EQ(ParseListener("127.0.0.1:7443")->GrpcAddress(), "127.0.0.1:7443");
  EXPECT_EQ(ParseListener("localhost:0")->GrpcAddress(), "127.0.0.1:0");
  EXPECT_EQ(ParseListener("[::1]:7443")->GrpcAddress(), "[::1]:7443");
}

TEST(ParseListener, RefusesEverythingElse) {
  for (const std::string& text :
       {std::string(), std::string("unix://"), std::string("unix://relative"),
        std::string("unix:/one/slash"), std::string("unix:///dir/"), std::string("127.0.0.1"),
        std::string("127.0.0.1:"), std::string("127.0.0.1:x"), std::string("127.0.0.1:65536"),
        std::string("127.0.0.1:-1"), std::string("127.0.0.1:+5"), std::string("0.0.0.0:7443"),
        std::string("[::]:7443"), std::string("10.0.0.1:7443"), std::string("example.com:7443"),
        std::string("http://127.0.0.1:7443"), "unix:///" + std::string(200, 'x')}) {
    EXPECT_EQ(ParseListener(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace quiesce::rpc
