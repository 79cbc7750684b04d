// The simulator's signatures against vectors of others: daemon/cloud/API.md 5.5.

#include "tests/fakes/dbss_sim/request_signature.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/fakes/dbss_sim/target.h"

namespace quiesce::dbss_sim {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Signed {
  std::string canonical_hash;
  std::string signature;
};

Signed Sign(const std::string& method, const std::string& target, const Headers& headers,
            const std::string& body) {
  ApiRequest request;
  request.method = method;
  request.target = target;
  request.body = body;
  std::vector<std::string> names;
  std::string date;
  for (const auto& [name, value] : headers) {
    request.headers.emplace_back(name, value);
    names.push_back(name);
    if (name == "x-sdk-date") date = value;
  }
  const std::string canonical = CanonicalRequest(request, names);
  return {Sha256Hex(canonical), SignatureOf(canonical, date, "SecretKey")};
}

TEST(RequestSignatureTest, AGetWithAQueryAgreesWithTheGoSdk) {
  const Signed got = Sign("GET", "/path?limit=1", {{"x-sdk-date", "20060102T150405Z"}}, "");
  EXPECT_EQ(got.canonical_hash, "85c3b7730f308aee452b16138a42a914397e43a8f0d732dfa521c0ef2afa98a4");
  EXPECT_EQ(got.signature, "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624");
}

TEST(RequestSignatureTest, APostWithABodyAgreesWithTheGoSdk) {
  const Signed got = Sign("POST", "/path?key=value", {{"x-sdk-date", "20060102T150405Z"}},
                          "{\"Name\":\"test\",\"Id\":1}\n");
  EXPECT_EQ(got.canonical_hash, "13f75ff5f5216199f986c7e7f2f77834d5e160ad9e46f37319816dc72ba7eeab");
  EXPECT_EQ(got.signature, "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59");
}

TEST(RequestSignatureTest, ASignedHostAgreesWithThePythonSdk) {
  const Headers headers = {{"host", "service.endpoint.myhuaweicloud.com"},
                           {"x-sdk-date", "20200608T023900Z"}};
  Signed got = Sign("GET", "/resources?size=1", headers, "");
  EXPECT_EQ(got.canonical_hash, "de94dd1e1ccdb730b403ce35d7e14f7c7b04337f6def1c3a3a2ba936852b133f");
  EXPECT_EQ(got.signature, "cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842");
  got = Sign("POST", "/resources?size=1", headers, R"({"name":"test","id":1})");
  EXPECT_EQ(got.canonical_hash, "2b1b2515e48cb55e043ff2ec5b93d3f13ec287e1da1d7a2e4e14b0611a341969");
  EXPECT_EQ(got.signature, "436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f");
}

TEST(RequestSignatureTest, TheTwoRequestsOfThisApiAgreeWithTheDocument) {
  const std::string project = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
  const std::string stop = "/v1/" + project + "/db-om/a8c37c9be61ffd4ee8aacab7bae74e91/stop";
  Headers headers = {{"host", "dbss.cn-north-4.myhuaweicloud.com"},
                     {"x-project-id", project},
                     {"x-sdk-date", "20260101T000000Z"}};
  Signed got = Sign("POST", stop, headers, "");
  EXPECT_EQ(got.canonical_hash, "1e62e66e2bfd821af04616eb66cde19bebbf7a21f6b017af5676f9af35b8b1c2");
  EXPECT_EQ(got.signature, "108c3045f3674006b77b389ce183221254f4fdce8be6ec246c141ba23730ee2b");
  got = Sign("POST", "/v2/" + project + "/db-om/instances", headers, "");
  EXPECT_EQ(got.canonical_hash, "8eba1e7737f20720996cc4fe28a5867598f7fa44830bd7d2da6c882360e7e765");
  EXPECT_EQ(got.signature, "d3b6db4b3c1197ae5f072449623aaa29ad36643fd53e44226ce8d39cfb37eded");
  headers.emplace_back("x-security-token", "TOKEN");
  got = Sign("POST", stop, headers, "");
  EXPECT_EQ(got.signature, "7281e55f1b79ca5859634a8618007846080cbef7e07b3c45c2b4d5adeedeb5a5");
}

TEST(RequestSignatureTest, AQueryIsSortedAndEncoded) {
  ApiRequest request;
  request.method = "GET";
  request.target =
      "/p?test=%E4%B8%80%20(%26%3D%3F!%23%25.*)&path=/tmp/123&multi=3&multi=1&multi=2&limit=1"
      "&enable=true&empty";
  const std::string canonical = CanonicalRequest(request, {});
  const std::string expected =
      "GET\n/p/\nempty=&enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8"
      "%80%20%28%26%3D%3F%21%23%25.%2A%29\n";
  EXPECT_EQ(canonical.substr(0, expected.size()), expected);
}

TEST(RequestSignatureTest, OnlyTheDocumentedFormIsAnAuthorization) {
  const auto read =
      ParseAuthorization("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=abc");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access, "AK");
  EXPECT_EQ(read->signed_headers, (std::vector<std::string>{"host", "x-sdk-date"}));
  EXPECT_EQ(read->signature, "abc");
  for (const char* wrong :
       {"", "SDK-HMAC-SHA256", "SDK-HMAC-SHA256, Access=AK, SignedHeaders=h, Signature=a",
        "SDK-HMAC-SHA1 Access=AK, SignedHeaders=h, Signature=a",
        "SDK-HMAC-SHA256 Access=, SignedHeaders=h, Signature=a",
        "SDK-HMAC-SHA256 Access=AK, Signature=a, SignedHeaders=h",
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=h"}) {
    EXPECT_FALSE(ParseAuthorization(wrong)) << wrong;
  }
}

TEST(RequestSignatureTest, OnlyTheDocumentedFormIsADate) {
  ASSERT_TRUE(ParseSdkDate("20060102T150405Z"));
  EXPECT_EQ(ParseSdkDate("20060102T150405Z")->time_since_epoch(), std::chrono::seconds(1136214245));
  for (const char* wrong :
       {"", "20060102T150405", "2006-01-02T15:04:05Z", "20061302T150405Z", "20060102T150405Z "}) {
    EXPECT_FALSE(ParseSdkDate(wrong)) << wrong;
  }
}

TEST(TargetTest, DecodingUndoesEncoding) {
  EXPECT_EQ(PercentDecoded("%41%2f%zz%4"), "A/%zz%4");
  EXPECT_EQ(PercentEncoded("aZ09-_.~ /\xe4"), "aZ09-_.~%20%2F%E4");
  EXPECT_EQ(PathSegments("/a/b%2Fc/?q"), (std::vector<std::string>{"a", "b/c", ""}));
}

}  // namespace
}  // namespace quiesce::dbss_sim
