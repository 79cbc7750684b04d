// Tokens and signatures: daemon/cloud/API.md 5.

#include <ctime>
#include <regex>

#include "tests/fakes/dbss_sim/conformance.h"
#include "tests/fakes/dbss_sim/request_signature.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kOtherProject[] = "ffffffffffffffffffffffffffffffff";

class TokenConformance : public Conformance {
 protected:
  void SetUp() override {
    Conformance::SetUp();
    sim_.cloud().AddProject({kOtherProject, "cn-north-1"});
    sim_.tokens().PutUser({"IAMUser", "IAMPassword", "IAMDomain"});
  }

  WireReply Ask(const std::string& body) {
    return SendAs({{"Content-Type", "application/json;charset=utf8"}}, "POST", kTokenPath, body);
  }
  std::string Issue() {
    return Ask(TokenRequest({{"project", {{"id", kProject}}}}).dump()).headers["x-subject-token"];
  }
  WireReply ListWith(const std::string& token, const std::string& project = kProject) {
    return SendAs({{"X-Auth-Token", token}}, "POST", ListPath(project));
  }
};
INSTANTIATE_TEST_SUITE_P(Wires, TokenConformance, ::testing::Values(Wire::kPlain, Wire::kTls),
                         WireName);

TEST_P(TokenConformance, ATokenComesInAHeaderWithStatus201AndTheDocumentedBody) {
  const WireReply reply = Ask(TokenRequest({{"project", {{"name", "cn-north-4"}}}}).dump());
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.headers.at("x-subject-token").substr(0, 4), "MIID");
  EXPECT_GT(reply.headers.at("x-subject-token").size(), 500u);
  const Json token = Json::parse(reply.body)["token"];
  EXPECT_EQ(token.size(), 7u);
  EXPECT_EQ(token["catalog"], Json::array());
  EXPECT_EQ(token["methods"], Json({"password"}));
  EXPECT_EQ(token["project"]["id"], kProject);
  EXPECT_EQ(token["project"]["name"], "cn-north-4");
  EXPECT_EQ(token["project"]["domain"]["name"], "IAMDomain");
  EXPECT_EQ(token["roles"], Json::parse(R"([{"id":"0","name":"te_admin"}])"));
  EXPECT_EQ(token["user"]["name"], "IAMUser");
  EXPECT_EQ(token["user"]["password_expires_at"], "");
  EXPECT_EQ(token["user"]["domain"], token["project"]["domain"]);
  const std::regex six_digits(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
  EXPECT_TRUE(std::regex_match(token["issued_at"].get<std::string>(), six_digits));
  EXPECT_TRUE(std::regex_match(token["expires_at"].get<std::string>(), six_digits));
}

TEST_P(TokenConformance, ATokenIsGoodForADayAndForItsProject) {
  const std::string token = Issue();
  EXPECT_EQ(ListWith(token).status, 200);
  ExpectGatewayError(ListWith(token, kOtherProject), 403, "APIGW.0302",
                     "The IAM user is not authorized to access the API.");
  sim_.Advance(hours(24) - seconds(60));
  EXPECT_EQ(ListWith(token).status, 200);
  sim_.Advance(seconds(60));
  EXPECT_EQ(ListWith(token).status, 401);
}

TEST_P(TokenConformance, ANewTokenLeavesTheOldOneGood) {
  const std::string first = Issue();
  const std::string second = Issue();
  EXPECT_NE(first, second);
  EXPECT_EQ(ListWith(first).status, 200);
  EXPECT_EQ(ListWith(second).status, 200);
}

TEST_P(TokenConformance, AnExpiredTokenGetsEitherOfTwoErrors) {
  Control("settings", {{"token_lifetime_ms", 0}});
  const std::string token = Issue();
  const WireReply reply = ListWith(token);
  EXPECT_EQ(reply.status, 401);
  EXPECT_TRUE(std::regex_match(
      Json::parse(reply.body)["error_msg"].get<std::string>(),
      std::regex("Incorrect IAM authentication information: token expires, expires_at: "
                 R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)")));
  Control("settings", {{"expired_token", "must_be_updated"}});
  ExpectGatewayError(ListWith(token), 401, "APIGW.0307", "The token must be updated.");
}

TEST_P(TokenConformance, ATokenMayDieBeforeItsTime) {
  const std::string token = Issue();
  const auto revoked =
      Control("revoke", {{"user", "IAMUser"}, {"in_ms", 1'800'000}, {"as", "must_be_updated"}});
  EXPECT_EQ(revoked["tokens"], 1);
  EXPECT_EQ(ListWith(token).status, 200) << "it may take half an hour";
  sim_.Advance(minutes(30));
  ExpectGatewayError(ListWith(token), 401, "APIGW.0307", "The token must be updated.");
  Control("revoke", {{"user", "IAMUser"}, {"as", "unknown"}});
  ExpectUnauthenticated(ListWith(token), "decrypt token fail");
  EXPECT_EQ(ListWith(Issue()).status, 200) << "a new one is good";
}

TEST_P(TokenConformance, WithoutATokenOrWithAnUnknownOneNothingIsReached) {
  ExpectUnauthenticated(SendAs({}, "POST", ListPath()), "x-auth-token not found");
  ExpectUnauthenticated(SendAs({}, "POST", StopPath(kHexInstance)), "x-auth-token not found");
  ExpectUnauthenticated(ListWith("MIIDunknown"), "decrypt token fail");
  EXPECT_EQ(StopsWithEffect(), 0);
}

TEST_P(TokenConformance, AWrongPasswordAndAWrongBodyHaveTheErrorsOfIam) {
  Json wrong = TokenRequest({{"project", {{"id", kProject}}}});
  wrong["auth"]["identity"]["password"]["user"]["password"] = "guess";
  WireReply reply = Ask(wrong.dump());
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.headers.count("x-subject-token"), 0u);
  EXPECT_EQ(Json::parse(reply.body),
            Json::parse(R"({"error":{"code":401,"message":"The username or password is wrong.",
                                     "title":"Unauthorized"}})"));
  const Json both = {{"project", {{"id", kProject}}}, {"domain", {{"name", "IAMDomain"}}}};
  for (const std::string& body : {std::string("{"), std::string("{}"), TokenRequest(both).dump(),
                                  TokenRequest(Json::object()).dump()}) {
    reply = Ask(body);
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(Json::parse(reply.body),
              Json::parse(R"({"error":{"code":400,"message":"The request body is invalid",
                                       "title":"Bad Request"}})"));
  }
}

TEST_P(TokenConformance, AScopeOfADomainOpensNoProject) {
  const WireReply reply = Ask(TokenRequest({{"domain", {{"name", "IAMDomain"}}}}).dump());
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(ListWith(reply.headers.at("x-subject-token")).status, 403);
}

TEST_P(TokenConformance, TheTokenEndpointHasItsQuotaToo) {
  Control("settings",
          {{"quotas",
            {{{"policy", "user"}, {"limit", 1}, {"period_ms", 60'000}, {"counts", {"token"}}}}}});
  sim_.Advance(minutes(1) - sim_.now() % minutes(1));
  EXPECT_NE(Issue(), "");
  EXPECT_EQ(Ask(TokenRequest({{"project", {{"id", kProject}}}}).dump()).status, 429);
}

constexpr char kAccess[] = "HST3WB3CSB1EXAMPLE00";
constexpr char kSecret[] = "B1kBTu5sEXAMPLEEXAMPLEEXAMPLEEXAMPLE0000";

std::string SdkDate(std::chrono::system_clock::time_point moment) {
  const std::time_t time = std::chrono::system_clock::to_time_t(moment);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

// How a request is signed.
struct Signing {
  std::string secret = kSecret;
  std::string access = kAccess;
  std::chrono::system_clock::time_point date = std::chrono::system_clock::now();
  WireHeaders signed_headers;    // Beside Host and X-Sdk-Date; names in lower case.
  WireHeaders unsigned_headers;  // Sent all the same.
  std::string body;
};

class SignatureConformance : public Conformance {
 protected:
  void SetUp() override {
    Conformance::SetUp();
    sim_.cloud().AddProject({kOtherProject, "cn-north-1"});
    PutKey(nlohmann::json::object());
  }

  void PutKey(const nlohmann::json& more) {
    nlohmann::json key = {{"access", kAccess}, {"secret", kSecret}};
    key.update(more);
    Control("keys", key);
  }

  WireHeaders Sign(const std::string& method, const std::string& target, const Signing& signing) {
    const int port = GetParam() == Wire::kTls ? sim_.tls_port() : sim_.port();
    WireHeaders headers = signing.signed_headers;
    headers.emplace_back("host", "localhost:" + std::to_string(port));
    headers.emplace_back("x-sdk-date", SdkDate(signing.date));
    std::vector<std::string> names;
    for (const auto& header : headers) names.push_back(header.first);
    std::sort(names.begin(), names.end());
    ApiRequest request;
    request.method = method;
    request.target = target;
    request.body = signing.body;
    request.headers.assign(headers.begin(), headers.end());
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ";") + name;
    const std::string signature =
        SignatureOf(CanonicalRequest(request, names), SdkDate(signing.date), signing.secret);
    headers.emplace_back("Authorization", "SDK-HMAC-SHA256 Access=" + signing.access +
                                              ", SignedHeaders=" + list +
                                              ", Signature=" + signature);
    headers.insert(headers.end(), signing.unsigned_headers.begin(), signing.unsigned_headers.end());
    return headers;
  }

  WireReply SignedList(const Signing& signing = {}, const std::string& project = kProject) {
    const std::string target = ListPath(project);
    return SendAs(Sign("POST", target, signing), "POST", target, signing.body);
  }
  WireReply SignedStop(const Signing& signing = {}) {
    const std::string target = StopPath(kHexInstance);
    return SendAs(Sign("POST", target, signing), "POST", target, signing.body);
  }
  static Signing Wrong() {
    Signing signing;
    signing.secret = "not the secret";
    return signing;
  }
};
INSTANTIATE_TEST_SUITE_P(Wires, SignatureConformance, ::testing::Values(Wire::kPlain, Wire::kTls),
                         WireName);

TEST_P(SignatureConformance, ASignedRequestNeedsNoToken) {
  EXPECT_EQ(SignedList().status, 200);
  EXPECT_EQ(SignedStop().status, 200);
  EXPECT_EQ(StopsWithEffect(), 1);
}

TEST_P(SignatureConformance, MoreHeadersMayBeSignedAndThenCount) {
  Signing signing;
  signing.signed_headers = {{"x-project-id", kProject}};
  EXPECT_EQ(SignedList(signing).status, 200);
  signing.signed_headers.clear();
  signing.unsigned_headers = {{"X-Project-Id", kProject}};
  EXPECT_EQ(SignedList(signing).status, 200) << "as golangsdk sends it";
  WireHeaders headers = Sign("POST", ListPath(), {});
  for (auto& [name, value] : headers) {
    if (name == "host") value = "somebody.else";
  }
  EXPECT_EQ(SendAs(headers, "POST", ListPath()).status, 401);
}

TEST_P(SignatureConformance, ABodyIsSignedUnlessItIsSaidNotToBe) {
  Signing signing;
  signing.body = "{}";
  EXPECT_EQ(SignedList(signing).status, 200);
  WireHeaders headers = Sign("POST", ListPath(), signing);
  EXPECT_EQ(SendAs(headers, "POST", ListPath(), "{ }").status, 401) << "another body";
  signing.signed_headers = {{"x-sdk-content-sha256", "UNSIGNED-PAYLOAD"}};
  headers = Sign("POST", ListPath(), signing);
  EXPECT_EQ(SendAs(headers, "POST", ListPath(), "{ }").status, 200);
}

TEST_P(SignatureConformance, AWrongSignatureIsToldWhatTheGatewaySigned) {
  const WireReply reply = SignedStop(Wrong());
  EXPECT_EQ(reply.status, 401);
  const std::string message = Json::parse(reply.body)["error_msg"];
  const std::string expected =
      "Incorrect IAM authentication information: verify aksk signature fail, "
      "canonicalRequest:POST|" +
      StopPath(kHexInstance) + "/||host:localhost:";
  EXPECT_EQ(message.substr(0, expected.size()), expected);
  EXPECT_NE(message.find("||host;x-sdk-date|"
                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            std::string::npos)
      << message;
  EXPECT_EQ(StopsWithEffect(), 0);
}

TEST_P(SignatureConformance, AnUnknownKeyAndAnUnreadableOneHaveTheirErrors) {
  Signing signing;
  signing.access = "NOSUCHKEY";
  ExpectUnauthenticated(SignedList(signing), "ak NOSUCHKEY not exist");
  PutKey({{"state", "secret_unavailable"}});
  ExpectUnauthenticated(SignedList(), "Get secretKey failed");
  PutKey({{"state", "unknown"}});
  ExpectUnauthenticated(SignedList(), "ak " + std::string(kAccess) + " not exist");
}

TEST_P(SignatureConformance, ADateMoreThanAQuarterOfAnHourOffIsRefused) {
  Signing signing;
  const auto now = std::chrono::system_clock::now();
  for (const auto offset : {minutes(-16), minutes(-14), minutes(14), minutes(16)}) {
    signing.date = now + offset;
    EXPECT_EQ(SignedList(signing).status, std::abs(offset.count()) < 15 ? 200 : 401)
        << offset.count();
  }
  Control("settings", {{"wall_offset_ms", -16 * 60'000}});
  EXPECT_EQ(SignedList().status, 401) << "the gateway's clock is behind";
}

TEST_P(SignatureConformance, TheDateMustBeThereAndSigned) {
  WireHeaders headers = Sign("POST", ListPath(), {});
  for (auto& [name, value] : headers) {
    if (name == "Authorization") value.replace(value.find("host;x-sdk-date"), 15, "host");
  }
  ExpectUnauthenticated(SendAs(headers, "POST", ListPath()), "Unauthorized");
  ExpectUnauthenticated(SendAs({{"Authorization", "SDK-HMAC-SHA256 nothing"}}, "POST", ListPath()),
                        "Unauthorized");
  ExpectUnauthenticated(SendAs({{"Authorization", "Bearer x"}}, "POST", ListPath()),
                        "Unauthorized");
}

TEST_P(SignatureConformance, FailuresInARowLockTheKeyForFiveMinutes) {
  for (int i = 0; i < kFailuresToLock - 1; ++i) EXPECT_EQ(SignedList(Wrong()).status, 401);
  EXPECT_EQ(SignedList().status, 200) << "a good one begins anew";
  for (int i = 0; i < kFailuresToLock; ++i) EXPECT_EQ(SignedList(Wrong()).status, 401);
  const std::string locked = "AK access failed to reach the limit,forbidden";
  ExpectUnauthenticated(SignedList(), locked);
  sim_.Advance(minutes(5) - seconds(30));
  ExpectUnauthenticated(SignedList(), locked);
  sim_.Advance(seconds(30));
  EXPECT_EQ(SignedList().status, 200);
}

TEST_P(SignatureConformance, TemporaryKeysNeedTheirTokenAndExpire) {
  PutKey({{"security_token", "gAAAA"}, {"expires_in_ms", 60'000}});
  ExpectUnauthenticated(SignedList(), "Unauthorized");
  Signing signing;
  signing.signed_headers = {{"x-security-token", "gAAAA"}};
  EXPECT_EQ(SignedList(signing).status, 200);
  signing.signed_headers.clear();
  signing.unsigned_headers = {{"X-Security-Token", "gAAAA"}};
  EXPECT_EQ(SignedList(signing).status, 200) << "signed or not";
  sim_.Advance(minutes(1));
  const WireReply reply = SignedList(signing);
  EXPECT_EQ(reply.status, 401);
  EXPECT_NE(reply.body.find("token expires, expires_at: "), std::string::npos);
}

TEST_P(SignatureConformance, AKeyOpensItsProjectsOnly) {
  PutKey({{"projects", {kProject}}});
  EXPECT_EQ(SignedList().status, 200);
  EXPECT_EQ(SignedList({}, kOtherProject).status, 403);
}

TEST_P(SignatureConformance, ATokenIsPreferredToASignature) {
  Signing signing = Wrong();
  signing.unsigned_headers = {{"X-Auth-Token", kToken}};
  EXPECT_EQ(SignedList(signing).status, 200);
}

TEST_P(SignatureConformance, KeysOfOneUserShareItsQuota) {
  PutKey({{"user", "deployer"}});
  Control("keys", {{"access", "SECOND"}, {"secret", kSecret}, {"user", "deployer"}});
  Control("tokens", {{"token", "of-the-same"}, {"user", "deployer"}});
  Control("settings", {{"quotas", {{{"policy", "user"}, {"limit", 2}, {"period_ms", 60'000}}}}});
  sim_.Advance(minutes(1) - sim_.now() % minutes(1));
  EXPECT_EQ(SignedList().status, 200);
  Signing second;
  second.access = "SECOND";
  EXPECT_EQ(SignedList(second).status, 200);
  EXPECT_EQ(SendAs({{"X-Auth-Token", "of-the-same"}}, "POST", ListPath()).status, 429);
  EXPECT_EQ(List().status, 200) << "another user";
}

}  // namespace
}  // namespace quiesce::dbss_sim
