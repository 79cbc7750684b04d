#include "daemon/cloud/auth/signer.h"

#include <string>

#include "daemon/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kStopPath[] =
    "/v1/0a1b2c3d4e5f60718293a4b5c6d7e8f9/db-om/a8c37c9be61ffd4ee8aacab7bae74e91/stop";
constexpr char kListPath[] = "/v2/0a1b2c3d4e5f60718293a4b5c6d7e8f9/db-om/instances";

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%E4Y%m%dT%H%M%SZ", text, &time, &error)) << error;
  return time;
}

KeyPair Key(const std::string& security_token = "") {
  return {"AccessKey", "SecretKey", security_token};
}

std::string HashOfCanonical(RequestToSign request, const std::string& date) {
  request.headers.emplace_back("X-Sdk-Date", date);
  Sha256 hash;
  hash.Update(CanonicalRequest(request));
  return hash.HexDigest();
}

std::string Authorization(const RequestToSign& request, const std::string& date,
                          const KeyPair& key = Key()) {
  return Sign(request, key, At(date)).back().second;
}

// The vendor's Go SDK signs the date only.
TEST(Signer, GivesTheSignaturesOfTheGoSdk) {
  RequestToSign request;
  request.method = "GET";
  request.path = "/path";
  request.query = {{"limit", "1"}};
  EXPECT_EQ(HashOfCanonical(request, "20060102T150405Z"),
            "85c3b7730f308aee452b16138a42a914397e43a8f0d732dfa521c0ef2afa98a4");
  EXPECT_EQ(Authorization(request, "20060102T150405Z"),
            "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=x-sdk-date, "
            "Signature=5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624");

  request.method = "POST";
  request.query = {{"key", "value"}};
  request.body = "{\"Name\":\"test\",\"Id\":1}\n";
  EXPECT_EQ(HashOfCanonical(request, "20060102T150405Z"),
            "13f75ff5f5216199f986c7e7f2f77834d5e160ad9e46f37319816dc72ba7eeab");
  EXPECT_THAT(Authorization(request, "20060102T150405Z"),
              HasSubstr("cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59"));
}

// The vendor's Python SDK signs the host too.
TEST(Signer, GivesTheSignaturesOfThePythonSdk) {
  RequestToSign request;
  request.method = "GET";
  request.path = "/resources";
  request.query = {{"size", "1"}};
  request.headers = {{"host", "service.endpoint.myhuaweicloud.com"}};
  EXPECT_EQ(HashOfCanonical(request, "20200608T023900Z"),
            "de94dd1e1ccdb730b403ce35d7e14f7c7b04337f6def1c3a3a2ba936852b133f");
  EXPECT_EQ(Authorization(request, "20200608T023900Z"),
            "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, "
            "Signature=cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842");

  request.method = "POST";
  request.body = "{\"name\":\"test\",\"id\":1}";
  EXPECT_EQ(HashOfCanonical(request, "20200608T023900Z"),
            "2b1b2515e48cb55e043ff2ec5b93d3f13ec287e1da1d7a2e4e14b0611a341969");
  EXPECT_THAT(Authorization(request, "20200608T023900Z"),
              HasSubstr("436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f"));
}

TEST(Signer, SignsOurTwoRequests) {
  RequestToSign request;
  request.method = "POST";
  request.path = kStopPath;
  request.headers = {{"Host", "dbss.cn-north-4.myhuaweicloud.com"},
                     {"X-Project-Id", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}};
  EXPECT_EQ(HashOfCanonical(request, "20260101T000000Z"),
            "1e62e66e2bfd821af04616eb66cde19bebbf7a21f6b017af5676f9af35b8b1c2");
  EXPECT_EQ(Authorization(request, "20260101T000000Z"),
            "SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-project-id;x-sdk-date, "
            "Signature=108c3045f3674006b77b389ce183221254f4fdce8be6ec246c141ba23730ee2b");
  request.path = kListPath;
  EXPECT_EQ(HashOfCanonical(request, "20260101T000000Z"),
            "8eba1e7737f20720996cc4fe28a5867598f7fa44830bd7d2da6c882360e7e765");
  EXPECT_THAT(Authorization(request, "20260101T000000Z"),
              HasSubstr("d3b6db4b3c1197ae5f072449623aaa29ad36643fd53e44226ce8d39cfb37eded"));
}

TEST(Signer, SignsTheSecurityTokenOfATemporaryKey) {
  RequestToSign request;
  request.method = "POST";
  request.path = kStopPath;
  request.headers = {{"Host", "dbss.cn-north-4.myhuaweicloud.com"},
                     {"X-Project-Id", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"}};
  const NamedValues headers = Sign(request, Key("TOKEN"), At("20260101T000000Z"));
  EXPECT_THAT(
      headers,
      ElementsAre(
          Pair("X-Sdk-Date", "20260101T000000Z"), Pair("X-Security-Token", "TOKEN"),
          Pair("Authorization",
               "SDK-HMAC-SHA256 Access=AccessKey, "
               "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, "
               "Signature=7281e55f1b79ca5859634a8618007846080cbef7e07b3c45c2b4d5adeedeb5a5")));
}

TEST(Signer, EncodesAndSortsTheQueryAsTheSdksDo) {
  EXPECT_EQ(CanonicalQuery({{"limit", "1"},
                            {"enable", "true"},
                            {"test", "\xE4\xB8\x80 (&=?!#%.*)"},
                            {"path", "/tmp/123"},
                            {"multi", "3"},
                            {"multi", "1"},
                            {"multi", "2"}}),
            "enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&"
            "test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29");
  EXPECT_EQ(CanonicalQuery({}), "");
  EXPECT_EQ(CanonicalQuery({{"k", ""}}), "k=");
}

TEST(Signer, WritesTheCanonicalRequestLineByLine) {
  RequestToSign request;
  request.method = "POST";
  request.path = "/a b/c";
  request.headers = {{"X-Sdk-Date", "D"}, {"HOST", "  h  "}};
  EXPECT_EQ(CanonicalRequest(request),
            "POST\n/a%20b/c/\n\nhost:h\nx-sdk-date:D\n\nhost;x-sdk-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  request.path = "/";
  EXPECT_THAT(CanonicalRequest(request), HasSubstr("POST\n/\n"));
  request.path = "/a/";
  EXPECT_THAT(CanonicalRequest(request), HasSubstr("POST\n/a/\n"));
}

TEST(Signer, WritesTheDateInUtc) {
  RequestToSign request;
  request.method = "GET";
  request.path = "/";
  const NamedValues headers = Sign(request, Key(), absl::FromUnixSeconds(1767225600));
  EXPECT_EQ(headers.front().second, "20260101T000000Z");
}

}  // namespace
}  // namespace quiesce::cloud::auth
