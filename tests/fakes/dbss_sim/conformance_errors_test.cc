// The errors of the service and of the gateway: daemon/cloud/API.md 3 and 4.

#include <set>

#include "tests/fakes/dbss_sim/conformance.h"
#include "tests/fakes/dbss_sim/error_catalog.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

class ErrorConformance : public Conformance {
 protected:
  WireReply StopWith(const nlohmann::json& rule) {
    nlohmann::json full = {{"match", {{"op", "stop"}}}};
    full.update(rule);
    Plan(full);
    return Stop();
  }
};
INSTANTIATE_TEST_SUITE_P(Wires, ErrorConformance, ::testing::Values(Wire::kPlain, Wire::kTls),
                         WireName);

struct Row {
  int status;
  const char* code;
  const char* message;
};

// API.md 3.2, the whole table.
constexpr Row kServiceErrors[] = {
    {400, "DBSS.10000001", "Enter a valid request message"},
    {400, "DBSS.10020101", "Enter a valid request message"},
    {400, "DBSS.10020102", "Enter a valid request message"},
    {400, "DBSS.10020118", "Failed to add database, exceeding the limit"},
    {400, "DBSS.10020140", "Illegal order ID"},
    {400, "DBSS.100210016", "Insufficient quota"},
    {400, "DBSS.10020021", "Invalid request parameter ID."},
    {400, "DBSS.10020130", "Failed to start DBSS instance."},
    {400, "DBSS.10020131", "Failed to stop DBSS instance."},
    {400, "DBSS.10020132", "Restarting DBSS instance failed."},
    {401, "DBSS.10020100", "Failed to authenticate the token in the request"},
    {404, "DBSS.10021004", "ECS can not found the request page"},
    {500, "DBSS.11000000", "Internal system exception. Contact technical support engineers"},
};

TEST_P(ErrorConformance, EveryErrorOfTheServiceHasItsCodeAndTheFormOfDbssError) {
  for (const Row& row : kServiceErrors) {
    ExpectServiceError(StopWith({{"kind", "error:" + std::string(row.code)}}), row.status, row.code,
                       row.message);
  }
  EXPECT_EQ(StopsWithEffect(), 0);
}

// API.md 4, what the table gives with its text.
TEST_P(ErrorConformance, EveryErrorOfTheGatewayHasItsTextAndTheIdOfTheRequest) {
  const std::pair<const char*, Row> rows[] = {
      {"",
       {404, "APIGW.0101", "The API does not exist or has not been published in the environment."}},
      {":method", {404, "APIGW.0101", "The API does not exist."}},
      {"", {404, "APIGW.0103", "The backend does not exist."}},
      {":backend_unavailable", {502, "APIGW.0201", "Backend unavailable."}},
      {":backend_timeout", {504, "APIGW.0201", "Backend timeout."}},
      {"", {403, "APIGW.0302", "The IAM user is not authorized to access the API."}},
      {"", {401, "APIGW.0307", "The token must be updated."}},
      {"", {403, "APIGW.0310", "The project is unavailable."}},
      {"", {502, "APIGW.0610", "No backend available."}},
      {"", {503, "APIGW.0613", "The IAM service is currently unavailable."}},
  };
  for (const auto& [variant, row] : rows) {
    ExpectGatewayError(StopWith({{"kind", "error:" + std::string(row.code) + variant}}), row.status,
                       row.code, row.message);
  }
}

// API.md 4, what it gives with a status only.
TEST_P(ErrorConformance, EveryCodeOfTheGatewayHasItsStatus) {
  const std::map<int, std::set<std::string>> kCodes = {
      {400, {"0104", "0105", "0106", "0602", "0607", "0201:request"}},
      {401, {"0303", "0305", "0311"}},
      {403, {"0304", "0306", "0401", "0402", "0404", "0801", "0802"}},
      {405, {"0501", "0502"}},
      {413, {"0201:entity_too_large"}},
      {414, {"0201:uri_too_large"}},
      {494, {"0201:headers_too_large"}},
      {500, {"0601", "0605", "0606", "0608", "0609", "0611", "0612", "0705"}},
  };
  for (const auto& [status, codes] : kCodes) {
    for (const std::string& code : codes) {
      const WireReply reply = StopWith({{"kind", "error:APIGW." + code}});
      EXPECT_EQ(reply.status, status) << code;
      EXPECT_EQ(Json::parse(reply.body)["error_code"], "APIGW." + code.substr(0, 4));
    }
  }
}

TEST_P(ErrorConformance, EverySubMessageOf0301CanBeHad) {
  const std::pair<const char*, const char*> subs[] = {
      {"no_token", "x-auth-token not found"},
      {"decrypt", "decrypt token fail"},
      {"expired", "token expires, expires_at: "},
      {"signature", "verify aksk signature fail, canonicalRequest:POST|"},
      {"no_key", "ak AKIDEXAMPLE not exist"},
      {"secret_key", "Get secretKey failed"},
      {"locked", "AK access failed to reach the limit,forbidden"},
      {"unauthorized", "Unauthorized"},
  };
  for (const auto& [name, sub] : subs) {
    const WireReply reply = StopWith({{"kind", std::string("error:APIGW.0301:") + name}});
    EXPECT_EQ(reply.status, 401);
    const std::string message = Json::parse(reply.body)["error_msg"];
    EXPECT_EQ(message.rfind(std::string("Incorrect IAM authentication information: ") + sub, 0), 0u)
        << message;
  }
}

// API.md 3.1: the forms in which an error of the service comes.
TEST_P(ErrorConformance, AnErrorOfTheServiceMayBeBareNestedOrHaveDetails) {
  const WireReply bare = StopWith({{"kind", "error:DBSS.10020100:bare"}});
  EXPECT_EQ(Json::parse(bare.body),
            Json({{"error_code", "DBSS.10020100"},
                  {"error_msg", "Failed to authenticate the token in the request"}}));

  const WireReply nested = StopWith({{"kind", "error:DBSS.11000000:nested"}});
  EXPECT_EQ(nested.status, 500);
  EXPECT_EQ(
      Json::parse(nested.body),
      Json({{"error",
             {{"error_code", "DBSS.11000000"},
              {"error_msg", "Internal system exception. Contact technical support engineers"}}}}));

  const WireReply details = StopWith({{"kind", "error:DBSS.10020100:forbidden"}});
  EXPECT_EQ(details.status, 403);
  const Json body = Json::parse(details.body);
  EXPECT_EQ(body["details"], Json::parse(R"([{"error_code":"DBSS.00112233",
                                              "error_msg":"PDP5 error information"}])"));
  EXPECT_TRUE(body["encoded_authorization_message"].is_string());
}

TEST_P(ErrorConformance, EveryNamedErrorIsJsonAndCanComeBeforeOrAfterTheEffect) {
  for (const NamedError& error : NamedErrors()) {
    Control("start", {{"project", kProject}, {"instance", kHexInstance}, {"instant", true}});
    const std::int64_t before = StopsWithEffect();
    for (const bool effect : {false, true}) {
      const WireReply reply = StopWith({{"kind", error.name}, {"effect", effect}});
      EXPECT_EQ(reply.status, error.status) << error.name;
      EXPECT_TRUE(Json::parse(reply.body).is_object()) << error.name;
      EXPECT_EQ(StopsWithEffect(), before + (effect ? 1 : 0)) << error.name;
    }
  }
}

TEST_P(ErrorConformance, AnErrorOfIamHasANumberForItsCode) {
  const WireReply reply = StopWith({{"kind", "error:IAM.401"}});
  EXPECT_EQ(Json::parse(reply.body),
            Json::parse(R"({"error":{"code":401,"message":"The username or password is wrong.",
                                     "title":"Unauthorized"}})"));
}

TEST_P(ErrorConformance, AnUnknownInstanceHasThreePossibleErrors) {
  const std::string unknown(32, '0');
  ExpectServiceError(Stop(unknown), 400, "DBSS.10020021", "Invalid request parameter ID.");
  Control("settings", {{"missing_instance", "not_found"}});
  ExpectServiceError(Stop(unknown), 404, "DBSS.10021004", "ECS can not found the request page");
  Control("settings", {{"missing_instance", "stop_failed"}});
  ExpectServiceError(Stop(unknown), 400, "DBSS.10020131", "Failed to stop DBSS instance.");
}

TEST_P(ErrorConformance, AProjectThatDoesNotExistIsUnavailable) {
  ExpectGatewayError(Send("POST", ListPath(std::string(32, '0'))), 403, "APIGW.0310",
                     "The project is unavailable.");
}

// API.md 4.1: the texts that were seen.
TEST_P(ErrorConformance, TheQuotasThatWereSeenHaveTheirWords) {
  const std::string prefix = "The throttling threshold has been reached: policy ";
  for (const auto& [name, policy] :
       {std::pair("user", "user over ratelimit,limit:200,time:5 minute"),
        std::pair("ip", "ip over ratelimit,limit:5,time:1 second"),
        std::pair("user_minute", "user over ratelimit,limit:60,time:1 minute")}) {
    const WireReply reply = StopWith({{"kind", std::string("error:APIGW.0308:") + name}});
    ExpectGatewayError(reply, 429, "APIGW.0308", prefix + policy);
    EXPECT_EQ(reply.headers.count("retry-after"), 0u) << "no document knows it";
  }
  const WireReply reply = StopWith({{"kind", "error:APIGW.0308:user"}, {"retry_after_s", 3}});
  EXPECT_EQ(reply.headers.at("retry-after"), "3");
}

TEST_P(ErrorConformance, AQuotaAdmitsItsLimitAndIsFullAgainInTheNextWindow) {
  Control("settings", {{"quotas",
                        {{{"policy", "user"},
                          {"limit", 3},
                          {"period_ms", 300'000},
                          {"counts", {"list", "stop"}}}}}});
  // To the beginning of a window, so that none ends in the middle.
  sim_.Advance(minutes(5) - sim_.now() % minutes(5));
  EXPECT_EQ(List().status, 200);
  EXPECT_EQ(Stop().status, 200);
  EXPECT_EQ(Stop().status, 400) << "an error of the service counts too";
  ExpectGatewayError(List(), 429, "APIGW.0308",
                     "The throttling threshold has been reached: policy user over "
                     "ratelimit,limit:3,time:5 minute");
  sim_.AddToken("of somebody else");
  EXPECT_EQ(SendAs({{"X-Auth-Token", "of somebody else"}}, "POST", ListPath()).status, 200);
  sim_.Advance(minutes(5));
  EXPECT_EQ(List().status, 200);
  EXPECT_EQ(sim_.quotas().uses()[0].admitted, 5);
  EXPECT_EQ(sim_.quotas().uses()[0].refused, 1);
}

TEST_P(ErrorConformance, AQuotaOfTheAddressIsSharedAndComesBeforeTheToken) {
  Control("settings", {{"quotas", {{{"policy", "ip"}, {"limit", 1}, {"period_ms", 3'600'000}}}}});
  EXPECT_EQ(SendAs({}, "POST", ListPath()).status, 401);
  ExpectGatewayError(List(), 429, "APIGW.0308",
                     "The throttling threshold has been reached: policy ip over "
                     "ratelimit,limit:1,time:1 hour");
}

TEST_P(ErrorConformance, ARefusedRequestReachesNothing) {
  Control("settings", {{"quotas",
                        {{{"policy", "user"},
                          {"limit", 0},
                          {"period_ms", 1000},
                          {"retry_after", true},
                          {"counts", {"stop"}}}}}});
  const WireReply reply = Stop();
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(reply.headers.at("retry-after"), "1");
  EXPECT_EQ(StopsWithEffect(), 0);
  EXPECT_EQ(List().status, 200);
  Control("settings", {{"quotas", nlohmann::json::array()}});
  EXPECT_EQ(Stop().status, 200);
}

}  // namespace
}  // namespace quiesce::dbss_sim
