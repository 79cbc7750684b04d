#include "daemon/cloud/proxy.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool UsesProxy(const ProxySettings& settings, const std::string& endpoint) {
  return settings.For(ParseEndpoint(endpoint).value()).has_value();
}

TEST(Proxy, ReadsHostPortAndLogin) {
  const auto endpoint = ParseEndpoint("https://dbss.example.com").value();
  const auto settings = ProxySettings::Parse("HTTP://us%40er:p%3Ass@Proxy.Example.com:3128/", "");
  ASSERT_TRUE(settings.ok()) << settings.status();
  const auto proxy = settings->For(endpoint);
  ASSERT_TRUE(proxy);
  EXPECT_EQ(proxy->host, "proxy.example.com");
  EXPECT_EQ(proxy->port, 3128);
  EXPECT_EQ(proxy->user, "us@er");
  EXPECT_EQ(proxy->password, "p:ss");
  EXPECT_EQ(proxy->ToString(), "http://proxy.example.com:3128");
  EXPECT_EQ(ProxySettings::Parse("[2001:db8::1]:80", "")->For(endpoint)->ToString(),
            "http://[2001:db8::1]:80");
}

TEST(Proxy, IsNotUsedForThisMachineNorInTheClear) {
  const auto settings = ProxySettings::Parse("http://proxy:3128", "").value();
  EXPECT_TRUE(UsesProxy(settings, "https://dbss.example.com"));
  for (const char* endpoint : {"http://127.0.0.1:80", "https://127.0.0.1", "https://127.8.8.8",
                               "https://[::1]", "https://localhost:8443"}) {
    EXPECT_FALSE(UsesProxy(settings, endpoint)) << endpoint;
  }
  EXPECT_FALSE(UsesProxy(ProxySettings(), "https://dbss.example.com"));
  EXPECT_FALSE(UsesProxy(ProxySettings::Parse("", "x").value(), "https://dbss.example.com"));
}

TEST(Proxy, IsPassedByForWhatNoProxyNames) {
  const struct {
    const char* no_proxy;
    bool used;
  } rows[] = {
      {"dbss.example.com", false},
      {"example.com", false},
      {".example.com", false},
      {"a, EXAMPLE.com ,b", false},
      {"*", false},
      {"com", false},
      {"xample.com", true},
      {"ss.example.com", true},
      {"other.example.com", true},
      {"dbss.example.com.evil", true},
      {"", true},
      {",,", true},
  };
  for (const auto& row : rows) {
    const auto settings = ProxySettings::Parse("http://proxy:3128", row.no_proxy).value();
    EXPECT_EQ(UsesProxy(settings, "https://dbss.example.com"), row.used) << row.no_proxy;
  }
  const auto settings = ProxySettings::Parse("http://proxy:3128", "10.0.0.1,[2001:db8::1]").value();
  EXPECT_FALSE(UsesProxy(settings, "https://10.0.0.1"));
  EXPECT_FALSE(UsesProxy(settings, "https://[2001:db8::1]"));
  EXPECT_TRUE(UsesProxy(settings, "https://10.0.0.2"));
}

TEST(Proxy, RefusesWhatIsNoneWithoutRepeatingIt) {
  for (const char* text :
       {"https://hunter2:3128", "socks5://hunter2:3128", "http://hunter2", "http://hunter2:0",
        "http://hunter2:x", "http://hunter2@host:1", "http://:hunter2@host:1",
        "http://hunter2:@host:1", "http://u:hunter2%@host:1", "http://u:hunter2%zz@host:1",
        "http://hunter2 x:1", "http://hunter2:1/path", "http://"}) {
    const auto settings = ProxySettings::Parse(text, "");
    ASSERT_FALSE(settings.ok()) << text;
    EXPECT_THAT(std::string(settings.status().message()), HasSubstr("write http://HOST:PORT"));
    EXPECT_THAT(std::string(settings.status().message()), Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace quiesce::cloud
