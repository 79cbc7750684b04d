// Operations, paths, verbs and ids: daemon/cloud/API.md 1.

#include <regex>
#include <set>

#include "tests/fakes/dbss_sim/conformance.h"

namespace quiesce::dbss_sim {
namespace {

constexpr char kUnknownApi[] =
    "The API does not exist or has not been published in the environment.";

class RequestConformance : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Wires, RequestConformance, ::testing::Values(Wire::kPlain, Wire::kTls),
                         WireName);

TEST_P(RequestConformance, AListIsAPostToVersion2WithoutABody) {
  const WireReply reply = List();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  const Json body = Json::parse(reply.body);
  EXPECT_EQ(body.size(), 1u) << "clusters, and no total";
  EXPECT_TRUE(body["clusters"].is_array());
}

TEST_P(RequestConformance, AStopIsAPostToVersion1WithoutABodyAndSaysSuccess) {
  const WireReply reply = Stop();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  EXPECT_EQ(Json::parse(reply.body), Json({{"result", "success"}}));
  EXPECT_EQ(StopsWithEffect(), 1);
}

TEST_P(RequestConformance, TheVersionsOfThePathsCannotBeExchanged) {
  const std::string project = kProject;
  ExpectGatewayError(Send("POST", "/v1/" + project + "/db-om/instances"), 404, "APIGW.0101",
                     kUnknownApi);
  ExpectGatewayError(
      Send("POST", "/v2/" + project + "/db-om/" + std::string(kHexInstance) + "/stop"), 404,
      "APIGW.0101", kUnknownApi);
  EXPECT_EQ(StopsWithEffect(), 0);
}

TEST_P(RequestConformance, AnotherMethodIsNoSuchApi) {
  for (const char* method : {"GET", "PUT", "DELETE", "PATCH"}) {
    EXPECT_EQ(Send(method, ListPath()).status, 404) << method;
    EXPECT_EQ(Send(method, StopPath(kHexInstance)).status, 404) << method;
  }
  EXPECT_EQ(StopsWithEffect(), 0);
}

TEST_P(RequestConformance, TheOtherNineOperationsAreSeenAsCallsThatMustNotExist) {
  const std::string instance = "/v1/" + std::string(kProject) + "/db-om/" + kHexInstance;
  const std::pair<const char*, std::string> operations[] = {
      {"POST", instance + "/start"},
      {"POST", instance + "/reboot"},
      {"DELETE", instance},
      {"PUT", instance + "/name"},
      {"POST", instance + "/eip/bind"},
      {"POST", instance + "/eip/unbind"},
      {"PUT", instance + "/security-group"},
      {"POST", instance + "/password/reset"},
      {"POST", "/v2/" + std::string(kProject) + "/db-om/charge/period/order"},
  };
  for (const auto& [method, path] : operations) {
    ExpectGatewayError(Send(method, path), 404, "APIGW.0101", kUnknownApi);
  }
  EXPECT_EQ(sim_.log().CountsOf(Op::kOther).requests, 9);
}

TEST_P(RequestConformance, ThereIsNoDetailOfOneInstance) {
  EXPECT_EQ(Send("GET", "/v1/" + std::string(kProject) + "/db-om/" + kHexInstance).status, 404);
}

TEST_P(RequestConformance, BodiesAreIgnored) {
  EXPECT_EQ(Send("POST", ListPath(), "{}").status, 200);
  EXPECT_EQ(Send("POST", StopPath(kHexInstance), "{}").status, 200) << "as the Node SDK sends it";
  EXPECT_EQ(List().status, 200) << "the connection has nothing left of it";
}

TEST_P(RequestConformance, TheDocumentedContentTypeIsTaken) {
  const WireHeaders headers = {{"X-Auth-Token", kToken},
                               {"Content-Type", "application/json;charset=UTF-8"}};
  EXPECT_EQ(SendAs(headers, "POST", ListPath()).status, 200);
}

TEST_P(RequestConformance, HeaderNamesHaveNoCase) {
  EXPECT_EQ(SendAs({{"x-auth-token", kToken}}, "POST", ListPath()).status, 200);
}

TEST_P(RequestConformance, EveryAnswerNamesItsRequest) {
  std::set<std::string> ids;
  const std::regex form("[0-9a-f]{32}");
  for (const WireReply& reply : {List(), Stop(), Stop(), Send("GET", "/")}) {
    const std::string& id = reply.headers.at("x-request-id");
    EXPECT_TRUE(std::regex_match(id, form)) << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 4u);
}

TEST_P(RequestConformance, AnIdHas32To64Characters) {
  for (const std::size_t length : {32, 36, 64}) {
    const std::string id(length, 'a');
    ASSERT_TRUE(sim_.cloud().AddInstance(kProject, {id, "om", false, RunningState()}));
    EXPECT_EQ(Stop(id).status, 200) << length;
  }
  for (const std::size_t length : {1, 31, 65}) {
    ExpectServiceError(Stop(std::string(length, 'a')), 400, "DBSS.10020021",
                       "Invalid request parameter ID.");
  }
}

TEST_P(RequestConformance, TheIdOfAServerHasTheLengthOfAnInstancesButIsNone) {
  const std::string server = Cluster(kHexInstance)["detail"]["server"][0]["server_id"];
  EXPECT_EQ(server.size(), 36u);
  ExpectServiceError(Stop(server), 400, "DBSS.10020021", "Invalid request parameter ID.");
}

TEST_P(RequestConformance, NoHeaderMakesASecondStopTheSameAsTheFirst) {
  const WireHeaders headers = {{"X-Auth-Token", kToken}, {"Idempotency-Key", "one"}};
  EXPECT_EQ(SendAs(headers, "POST", StopPath(kHexInstance)).status, 200);
  ExpectServiceError(SendAs(headers, "POST", StopPath(kHexInstance)), 400, "DBSS.10020131",
                     "Failed to stop DBSS instance.");
}

TEST_P(RequestConformance, AResultCanSayFailedWithStatus200) {
  Plan({{"match", {{"op", "stop"}}}, {"kind", "result_failed"}});
  const WireReply reply = Stop();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"result":"failed"})");
  EXPECT_EQ(StopsWithEffect(), 0);
}

}  // namespace
}  // namespace quiesce::dbss_sim
