#include "daemon/cloud/endpoint.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct GoodRow {
  const char* text;
  bool tls;
  const char* host;
  int port;
  const char* printed;
};

TEST(EndpointTest, TakesSchemeHostAndPort) {
  const GoodRow rows[] = {
      {"https://dbss.cn-north-4.myhuaweicloud.com", true, "dbss.cn-north-4.myhuaweicloud.com", 443,
       "https://dbss.cn-north-4.myhuaweicloud.com"},
      {"https://example.com/", true, "example.com", 443, "https://example.com"},
      {"HTTPS://Example.COM:443", true, "example.com", 443, "https://example.com"},
      {"https://example.com:8443", true, "example.com", 8443, "https://example.com:8443"},
      {"https://10.1.2.3:1", true, "10.1.2.3", 1, "https://10.1.2.3:1"},
      {"https://[2001:DB8::1]:65535", true, "2001:db8::1", 65535, "https://[2001:db8::1]:65535"},
      {"http://127.0.0.1:8080", false, "127.0.0.1", 8080, "http://127.0.0.1:8080"},
      {"http://127.255.3.4", false, "127.255.3.4", 80, "http://127.255.3.4"},
      {"http://localhost:80/", false, "localhost", 80, "http://localhost"},
      {"http://LOCALHOST:1234", false, "localhost", 1234, "http://localhost:1234"},
      {"http://[::1]:9", false, "::1", 9, "http://[::1]:9"},
      {"https://localhost", true, "localhost", 443, "https://localhost"},
  };
  for (const GoodRow& row : rows) {
    SCOPED_TRACE(row.text);
    const auto endpoint = ParseEndpoint(row.text);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(endpoint->tls, row.tls);
    EXPECT_EQ(endpoint->host, row.host);
    EXPECT_EQ(endpoint->port, row.port);
    EXPECT_EQ(endpoint->ToString(), row.printed);
    const auto again = ParseEndpoint(endpoint->ToString());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, *endpoint);
  }
}

TEST(EndpointTest, SaysWhatIsWrongAndTheWayOut) {
  const struct {
    const char* text;
    const char* problem;
  } rows[] = {
      {"", "empty"},
      {"dbss.example.com", "does not start with https://"},
      {"ftp://example.com", "\"ftp\" is not https"},
      {"bad://..", "\"bad\" is not https"},
      {"https://", "host is missing"},
      {"https:///", "host is missing"},
      {"https://:443", "host is missing"},
      {"https://example.com:", "port \"\""},
      {"https://example.com:0", "port \"0\""},
      {"https://example.com:65536", "port \"65536\""},
      {"https://example.com:99999999999", "not a number from 1 to 65535"},
      {"https://example.com:+443", "port \"+443\""},
      {"https://example.com: 443", "not a number"},
      {"https://example.com:443x", "port \"443x\""},
      {"https://example.com/v1", "no path"},
      {"https://example.com?x=1", "no path, query"},
      {"https://example.com#x", "fragment"},
      {"https://2001:db8::1", "brackets"},
      {"https://[2001:db8::1", "no ']'"},
      {"https://[2001:db8::1]443", "only a port"},
      {"https://[example.com]", "not a host name or an IP address"},
      {"https://[]", "host is missing"},
      {"https://ex ample.com", "not a host name"},
      {"https://-x.example.com", "not a host name"},
      {"https://x..example.com", "not a host name"},
      {"https://example.com.", "not a host name"},
      {"https://under_score.example.com", "not a host name"},
      {"https://1.2.3", "not a host name or an IP address"},
      {"https://256.1.1.1", "not a host name or an IP address"},
      {"https://0x7f000001", "not a host name"},
      {"https://b\xC3\xBC"
       "cher.example",
       "not a host name"},
      {"https://example.com\r\nX: y", "not a host name"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const auto endpoint = ParseEndpoint(row.text);
    ASSERT_FALSE(endpoint.ok());
    EXPECT_EQ(endpoint.status().code(), absl::StatusCode::kInvalidArgument);
    const std::string message(endpoint.status().message());
    EXPECT_THAT(message, HasSubstr(row.problem));
    EXPECT_THAT(message, HasSubstr("write an endpoint like https://"));
    EXPECT_THAT(message, Not(HasSubstr("\r")));
  }
}

TEST(EndpointTest, PlainHttpIsForLoopbackOnly) {
  for (const char* text : {"http://example.com", "http://10.0.0.1:8080", "http://128.0.0.1",
                           "http://126.255.255.255", "http://[::2]", "http://[::ffff:10.0.0.1]",
                           "http://localhost.example.com", "http://0.0.0.0", "http://[::]"}) {
    SCOPED_TRACE(text);
    const auto endpoint = ParseEndpoint(text);
    ASSERT_FALSE(endpoint.ok());
    EXPECT_THAT(std::string(endpoint.status().message()), HasSubstr("loopback only"));
    EXPECT_THAT(std::string(endpoint.status().message()), HasSubstr("write https://"));
  }
}

TEST(EndpointTest, NeverRepeatsAPassword) {
  const auto endpoint = ParseEndpoint("https://user:hunter2@example.com");
  ASSERT_FALSE(endpoint.ok());
  EXPECT_THAT(std::string(endpoint.status().message()), HasSubstr("user name or password"));
  EXPECT_THAT(std::string(endpoint.status().message()), Not(HasSubstr("hunter2")));
}

TEST(EndpointTest, KnowsTheEndpointOfARegion) {
  const auto endpoint = EndpointOfRegion("cn-north-4");
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(endpoint->ToString(), "https://dbss.cn-north-4.myhuaweicloud.com");
  for (const char* region : {"", "cn north", "CN-NORTH-4", "x.evil.com/", "a@b", "-x"}) {
    EXPECT_FALSE(EndpointOfRegion(region).ok()) << region;
  }
}

TEST(EndpointTest, KnowsWhereTheTokensOfARegionComeFrom) {
  const auto endpoint = IamEndpointOfRegion("cn-north-4");
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  EXPECT_EQ(endpoint->ToString(), "https://iam.cn-north-4.myhuaweicloud.com");
  EXPECT_FALSE(IamEndpointOfRegion("x.evil.com/").ok());
}

TEST(EndpointTest, KnowsThisMachine) {
  for (const char* text :
       {"http://127.0.0.1", "https://127.9.9.9:1", "https://[::1]", "https://LOCALHOST"}) {
    EXPECT_TRUE(ParseEndpoint(text)->is_loopback()) << text;
  }
  for (const char* text : {"https://localhost.example.com", "https://10.0.0.1", "https://[::2]"}) {
    EXPECT_FALSE(ParseEndpoint(text)->is_loopback()) << text;
  }
}

TEST(EndpointTest, HostHeaderNamesAPortOnlyWhenItIsNotTheDefault) {
  EXPECT_EQ(ParseEndpoint("https://example.com:443")->HostHeader(), "example.com");
  EXPECT_EQ(ParseEndpoint("https://example.com:80")->HostHeader(), "example.com:80");
  EXPECT_EQ(ParseEndpoint("http://[::1]:8080")->HostHeader(), "[::1]:8080");
  EXPECT_TRUE(ParseEndpoint("https://[::1]")->host_is_address());
  EXPECT_TRUE(ParseEndpoint("https://10.0.0.1")->host_is_address());
  EXPECT_FALSE(ParseEndpoint("https://localhost")->host_is_address());
}

}  // namespace
}  // namespace quiesce::cloud
