// The simulator against daemon/cloud/API.md, over a real socket.

#include "tests/fakes/dbss_sim/dbss_sim.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/dbss_sim/test_client.h"

namespace quiesce::dbss_sim {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::seconds;

constexpr char kOtherProject[] = "ffffffffffffffffffffffffffffffff";
constexpr char kUnknownInstance[] = "00000000000000000000000000000000";

class DbssSimTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    sim_.cloud().AddProject({kOtherProject, "cn-north-1"});
    sim_.cloud().AddInstance(kProject, {kHexInstance, "billing-om-01", false, RunningState()});
    sim_.cloud().AddInstance(kProject, {kUuidInstance, "billing-om-02", true, RunningState()});
    sim_.AddToken(kToken);
    client_ = std::make_unique<TestClient>(sim_);
  }

  void ExpectGatewayError(const httplib::Result& result, int status, const std::string& code,
                          const std::string& message) {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, status);
    EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
    EXPECT_EQ(result->get_header_value("server"), "api-gateway");
    const json body = json::parse(result->body);
    EXPECT_EQ(body.size(), 3u) << "error_code, error_msg, request_id and nothing else";
    EXPECT_EQ(body["error_code"], code);
    EXPECT_EQ(body["error_msg"], message);
    EXPECT_EQ(body["request_id"], result->get_header_value("X-Request-Id"));
    EXPECT_EQ(body["request_id"].get<std::string>().size(), 32u);
  }

  void ExpectServiceError(const httplib::Result& result, int status, const std::string& code,
                          const std::string& message) {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, status);
    const json expected = {{"error_code", code},
                           {"error_msg", message},
                           {"details", nullptr},
                           {"encoded_authorization_message", nullptr}};
    EXPECT_EQ(json::parse(result->body), expected);
  }

  DbssSim sim_;
  std::unique_ptr<TestClient> client_;
};

TEST_F(DbssSimTest, AStopIsAnsweredAsDocumentedAndHasItsEffect) {
  const auto result = client_->Stop(kHexInstance);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(json::parse(result->body), json({{"result", "success"}}));
  auto clusters = client_->Clusters();
  EXPECT_EQ(clusters[kHexInstance]["detail"]["server"][0]["status"], "SHUTOFF");
  EXPECT_EQ(clusters[kUuidInstance]["detail"]["server"][0]["status"], "ACTIVE");
}

TEST_F(DbssSimTest, AListHasTheWholeProjectAndNoOther) {
  const auto result = client_->List();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  const json body = json::parse(result->body);
  EXPECT_EQ(body.size(), 1u) << "no total, no paging";
  EXPECT_EQ(body["clusters"].size(), 2u);
  const auto other = client_->Post(ListPath(kOtherProject));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->body, R"({"clusters":[]})");
}

TEST_F(DbssSimTest, RequestsWithABodyAreAnsweredLikeThoseWithout) {
  // The Node SDK sends {} with a stop (daemon/cloud/API.md 5.5). The third request shows that no
  // body was left on the connection.
  EXPECT_EQ(client_->Post(StopPath(kHexInstance), "{}")->status, 200);
  EXPECT_EQ(client_->Post(ListPath(), "{}")->status, 200);
  EXPECT_EQ(client_->List()->status, 200);
}

TEST_F(DbssSimTest, AStopIsSeenInTheListPhaseByPhase) {
  const PowerTimeline timeline{seconds(1000), seconds(1000), seconds(1000)};
  PowerTimelines timelines{timeline, timeline};
  timelines[1].powering += seconds(1000);
  sim_.cloud().SetTimelines(timelines);
  ASSERT_EQ(client_->Stop(kUuidInstance)->status, 200);
  const auto shown = [this] {
    std::string text;
    const json cluster = client_->Clusters()[kUuidInstance];
    for (const auto& server : cluster["detail"]["server"]) {
      text += server["status"].get<std::string>() + "/" + server["task_status"].get<std::string>() +
              " ";
    }
    return text;
  };
  EXPECT_EQ(shown(), "ACTIVE/NO_TASK ACTIVE/NO_TASK ");
  sim_.Advance(seconds(1100));
  EXPECT_EQ(shown(), "ACTIVE/powering-off ACTIVE/powering-off ");
  sim_.Advance(seconds(1000));
  EXPECT_EQ(shown(), "SHUTOFF/powering-off ACTIVE/powering-off ");
  sim_.Advance(seconds(1000));
  EXPECT_EQ(shown(), "SHUTOFF/NO_TASK SHUTOFF/powering-off ");
  sim_.Advance(seconds(1000));
  EXPECT_EQ(shown(), "SHUTOFF/NO_TASK SHUTOFF/NO_TASK ");
}

TEST_F(DbssSimTest, AStopOfWhatIsNotRunningIsRefusedWithTheOpaqueError) {
  ASSERT_EQ(client_->Stop(kHexInstance)->status, 200);
  ExpectServiceError(client_->Stop(kHexInstance), 400, "DBSS.10020131",
                     "Failed to stop DBSS instance.");
}

TEST_F(DbssSimTest, AStopOfWhatIsNotRunningCanBeMadeANoOpOrAFailure) {
  ASSERT_EQ(client_->Stop(kHexInstance)->status, 200);
  ApiSettings settings;
  settings.stop_in_wrong_state = WrongStateAnswer::kSuccess;
  sim_.api().SetSettings(settings);
  auto result = client_->Stop(kHexInstance);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, R"({"result":"success"})");
  settings.stop_in_wrong_state = WrongStateAnswer::kFailed;
  sim_.api().SetSettings(settings);
  result = client_->Stop(kHexInstance);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, R"({"result":"failed"})");
  EXPECT_EQ(sim_.log().CountsOf(kProject, kHexInstance).stops_with_effect, 1);
}

TEST_F(DbssSimTest, AnUnknownInstanceIsAnInvalidIdUnlessSetOtherwise) {
  ExpectServiceError(client_->Stop(kUnknownInstance), 400, "DBSS.10020021",
                     "Invalid request parameter ID.");
  ApiSettings settings;
  settings.missing_instance = MissingInstanceAnswer::kNotFound;
  sim_.api().SetSettings(settings);
  ExpectServiceError(client_->Stop(kUnknownInstance), 404, "DBSS.10021004",
                     "ECS can not found the request page");
  settings.missing_instance = MissingInstanceAnswer::kStopFailed;
  sim_.api().SetSettings(settings);
  ExpectServiceError(client_->Stop(kUnknownInstance), 400, "DBSS.10020131",
                     "Failed to stop DBSS instance.");
}

TEST_F(DbssSimTest, TheIdOfAServerIsNotTheIdOfAnInstance) {
  const json cluster = client_->Clusters()[kHexInstance];
  const std::string server = cluster["detail"]["server"][0]["server_id"];
  ExpectServiceError(client_->Stop(server), 400, "DBSS.10020021", "Invalid request parameter ID.");
}

TEST_F(DbssSimTest, AnIdOfTheWrongLengthIsInvalid) {
  ExpectServiceError(client_->Stop(std::string(31, 'a')), 400, "DBSS.10020021",
                     "Invalid request parameter ID.");
  ExpectServiceError(client_->Stop(std::string(65, 'a')), 400, "DBSS.10020021",
                     "Invalid request parameter ID.");
}

TEST_F(DbssSimTest, EncodedCharactersOfAnIdAreDecodedButDoNotSplitThePath) {
  std::string encoded = kHexInstance;
  encoded.replace(0, 1, "%61");
  EXPECT_EQ(client_->Stop(encoded)->status, 200);
  ExpectGatewayError(
      client_->Post("/v1/" + std::string(kProject) + "%2Fdb-om/" + kHexInstance + "/stop"), 404,
      "APIGW.0101", "The API does not exist or has not been published in the environment.");
}

TEST_F(DbssSimTest, UnknownPathsAndMethodsAreUnknownToTheGateway) {
  const std::string message =
      "The API does not exist or has not been published in the environment.";
  const std::string project = kProject;
  for (const std::string& path :
       {std::string("/"), std::string("/v2"), "/v1/" + project + "/db-om/instances",
        "/v2/" + project + "/db-om/" + kHexInstance + "/stop",
        "/v1/" + project + "/db-om/" + kHexInstance + "/start", StopPath(kHexInstance) + "/"}) {
    ExpectGatewayError(client_->Post(path), 404, "APIGW.0101", message);
  }
  ExpectGatewayError(client_->Get(ListPath()), 404, "APIGW.0101", message);
  ExpectGatewayError(client_->Delete("/v1/" + project + "/db-om/" + kHexInstance), 404,
                     "APIGW.0101", message);
  EXPECT_EQ(sim_.log().CountsOf(Op::kOther).requests, 8);
}

TEST_F(DbssSimTest, WithoutATokenARequestIsRefused) {
  TestClient client(sim_, "");
  const std::string message = "Incorrect IAM authentication information: x-auth-token not found";
  ExpectGatewayError(client.List(), 401, "APIGW.0301", message);
  ExpectGatewayError(client.Stop(kHexInstance), 401, "APIGW.0301", message);
  EXPECT_EQ(sim_.log().CountsOf(kProject, kHexInstance).stops_with_effect, 0);
}

TEST_F(DbssSimTest, AnUnknownTokenCannotBeDecrypted) {
  TestClient client(sim_, "no-such-token");
  ExpectGatewayError(client.List(), 401, "APIGW.0301",
                     "Incorrect IAM authentication information: decrypt token fail");
}

TEST_F(DbssSimTest, ATokenOfAnotherRegionMustBeUpdated) {
  TokenGrant grant;
  grant.must_be_updated = true;
  sim_.tokens().Put(kToken, grant);
  ExpectGatewayError(client_->Stop(kHexInstance), 401, "APIGW.0307", "The token must be updated.");
}

TEST_F(DbssSimTest, ATokenOfAnotherProjectIsForbidden) {
  TokenGrant grant;
  grant.projects = {kOtherProject};
  sim_.tokens().Put(kToken, grant);
  ExpectGatewayError(client_->Stop(kHexInstance), 403, "APIGW.0302",
                     "The IAM user is not authorized to access the API.");
  EXPECT_EQ(client_->Post(ListPath(kOtherProject))->status, 200);
}

TEST_F(DbssSimTest, AProjectThatDoesNotExistIsUnavailable) {
  ExpectGatewayError(client_->Post(ListPath(std::string(32, 'e'))), 403, "APIGW.0310",
                     "The project is unavailable.");
}

class TokenEndpointTest : public DbssSimTest {
 protected:
  void SetUp() override {
    DbssSimTest::SetUp();
    sim_.tokens().PutUser({"IAMUser", "IAMPassword", "IAMDomain"});
  }

  std::string Issue(const json& scope) {
    const auto result = client_->Post(kTokenPath, TokenRequest(scope).dump());
    EXPECT_TRUE(result && result->status == 201);
    return result ? result->get_header_value("X-Subject-Token") : "";
  }

  void ExpectIamError(const json& body, int status, const std::string& title,
                      const std::string& message) {
    const auto result =
        client_->Post(kTokenPath, body.is_string() ? body.get<std::string>() : body.dump());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, status);
    EXPECT_FALSE(result->has_header("X-Subject-Token"));
    const json expected = {{"error", {{"code", status}, {"message", message}, {"title", title}}}};
    EXPECT_EQ(json::parse(result->body), expected);
  }
};

TEST_F(TokenEndpointTest, ATokenIsIssuedInTheHeaderWithTheDocumentedBody) {
  const auto result =
      client_->Post(kTokenPath, TokenRequest({{"project", {{"name", "cn-north-4"}}}}).dump());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 201);
  EXPECT_EQ(result->get_header_value("X-Subject-Token").substr(0, 4), "MIID");
  const json token = json::parse(result->body)["token"];
  EXPECT_EQ(token["project"]["id"], kProject);
  EXPECT_EQ(token["project"]["name"], "cn-north-4");
  EXPECT_EQ(token["project"]["domain"]["name"], "IAMDomain");
  EXPECT_EQ(token["user"]["name"], "IAMUser");
  EXPECT_EQ(token["user"]["password_expires_at"], "");
  EXPECT_EQ(token["methods"], json({"password"}));
  EXPECT_EQ(token["catalog"], json::array());
  EXPECT_EQ(token["roles"][0]["name"], "te_admin");
  const std::regex six_digits(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
  const std::string issued = token["issued_at"];
  const std::string expires = token["expires_at"];
  EXPECT_TRUE(std::regex_match(issued, six_digits)) << issued;
  EXPECT_TRUE(std::regex_match(expires, six_digits)) << expires;
  EXPECT_EQ(issued.substr(10), expires.substr(10)) << "whole days apart";
  EXPECT_NE(issued, expires);
}

TEST_F(TokenEndpointTest, AnIssuedTokenOpensItsProjectOnlyAndAnEarlierOneStaysGood) {
  TestClient first(sim_, Issue({{"project", {{"id", kProject}}}}));
  TestClient second(sim_, Issue({{"project", {{"id", kProject}}}}));
  EXPECT_EQ(first.List()->status, 200);
  EXPECT_EQ(second.List()->status, 200);
  EXPECT_EQ(first.Post(ListPath(kOtherProject))->status, 403);
}

TEST_F(TokenEndpointTest, ATokenExpiresAfterADayWithEitherOfTheTwoErrors) {
  TestClient client(sim_, Issue({{"project", {{"id", kProject}}}}));
  sim_.Advance(hours(23));
  EXPECT_EQ(client.List()->status, 200);
  sim_.Advance(hours(1));
  const auto expired = client.List();
  EXPECT_EQ(expired->status, 401);
  const json body = json::parse(expired->body);
  EXPECT_EQ(body["error_code"], "APIGW.0301");
  const std::string message = body["error_msg"];
  EXPECT_EQ(
      message.rfind("Incorrect IAM authentication information: token expires, expires_at: 2", 0),
      0u)
      << message;
  ApiSettings settings;
  settings.expired_token = ExpiredTokenAnswer::kMustBeUpdated;
  sim_.api().SetSettings(settings);
  ExpectGatewayError(client.List(), 401, "APIGW.0307", "The token must be updated.");
}

TEST_F(TokenEndpointTest, ATokenOfADomainOpensNoProject) {
  TestClient client(sim_, Issue({{"domain", {{"name", "IAMDomain"}}}}));
  EXPECT_EQ(client.List()->status, 403);
}

TEST_F(TokenEndpointTest, AWrongPasswordIsUnauthorized) {
  json request = TokenRequest({{"project", {{"id", kProject}}}});
  request["auth"]["identity"]["password"]["user"]["password"] = "wrong";
  ExpectIamError(request, 401, "Unauthorized", "The username or password is wrong.");
}

TEST_F(TokenEndpointTest, AnInvalidBodyIsABadRequest) {
  const std::string message = "The request body is invalid";
  ExpectIamError(json("{"), 400, "Bad Request", message);
  ExpectIamError(json::object(), 400, "Bad Request", message);
  ExpectIamError(TokenRequest(json::object()), 400, "Bad Request", message);
  ExpectIamError(
      TokenRequest({{"project", {{"id", kProject}}}, {"domain", {{"name", "IAMDomain"}}}}), 400,
      "Bad Request", message);
}

TEST(TokenBookTest, ATokenIsGoodUntilTheMomentItExpires) {
  TokenBook book;
  TokenGrant grant;
  grant.expires = SimTime(10);
  grant.expires_at = "then";
  book.Put(kToken, grant);
  EXPECT_EQ(book.Check(kToken, kProject, SimTime(9)).verdict, TokenBook::Verdict::kValid);
  EXPECT_EQ(book.Check(kToken, kProject, SimTime(10)).verdict, TokenBook::Verdict::kExpired);
  EXPECT_EQ(book.Check(kToken, kProject, SimTime(10)).expires_at, "then");
}

TEST(SimulatorLifeTest, ATestCanBringItsOwnClock) {
  std::atomic<SimTime::rep> now{1000};
  DbssSim::Options options;
  options.clock = [&now] { return SimTime(now); };
  options.timelines[0].powering = seconds(1);
  DbssSim sim(options);
  ASSERT_TRUE(sim.Start());
  sim.AddToken(kToken);
  sim.cloud().AddProject({kProject, "p"});
  sim.cloud().AddInstance(kProject, {kHexInstance, "one", false, RunningState()});
  TestClient client(sim);
  ASSERT_EQ(client.Stop(kHexInstance)->status, 200);
  EXPECT_EQ(sim.log().Entries({})[0].arrived, SimTime(1000));
  now += 999'999;
  EXPECT_EQ(client.Clusters()[kHexInstance]["detail"]["server"][0]["status"], "ACTIVE");
  ++now;
  EXPECT_EQ(client.Clusters()[kHexInstance]["detail"]["server"][0]["status"], "SHUTOFF");
}

TEST(SimulatorLifeTest, ASecondSimulatorCannotTakeThePort) {
  DbssSim first;
  ASSERT_TRUE(first.Start());
  DbssSim::Options options;
  options.port = first.port();
  DbssSim second(options);
  EXPECT_FALSE(second.Start());
}

TEST(SimulatorLifeTest, StoppingCutsRequestsThatWait) {
  DbssSim sim;
  ASSERT_TRUE(sim.Start());
  sim.AddToken(kToken);
  ApiSettings settings;
  settings.list_latency = hours(1);
  sim.api().SetSettings(settings);
  std::thread caller([&sim] {
    TestClient client(sim);
    EXPECT_FALSE(client.List());
  });
  while (sim.log().CountsOf(Op::kList).in_flight == 0) std::this_thread::yield();
  sim.Stop();
  caller.join();
}

TEST(SimulatorLifeTest, AnIdleConnectionDoesNotDelayStopping) {
  DbssSim sim;
  ASSERT_TRUE(sim.Start());
  TestClient client(sim);
  ASSERT_TRUE(client.Get("/_sim/health"));
  const auto before = std::chrono::steady_clock::now();
  sim.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(30));
}

TEST(SimulatorLifeTest, ManyConnectionsAtOnceStopEachInstanceOnce) {
  DbssSim sim;
  ASSERT_TRUE(sim.Start());
  sim.AddToken(kToken);
  BulkSpec spec;
  spec.project = kProject;
  spec.count = 200;
  ASSERT_EQ(SeedCloud({{{kProject, "p"}, MakeInstances(spec)}}, &sim.cloud()), "");
  const auto instances = MakeInstances(spec);
  std::atomic<int> accepted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      TestClient client(sim);
      for (const InstanceSpec& instance : instances) {
        const auto result = client.Stop(instance.id);
        if (result && result->status == 200) ++accepted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 200);
  EXPECT_EQ(sim.log().CountsOf(Op::kStop).requests, 16 * 200);
  EXPECT_EQ(sim.log().CountsOf(Op::kStop).effects, 200);
  EXPECT_EQ(sim.cloud().Summaries(sim.now())[0].counts.stopped, 200);
  for (const InstanceCounts& counts : sim.log().CountsByInstance()) {
    EXPECT_EQ(counts.stops_with_effect, 1);
    EXPECT_EQ(counts.stop_requests, 16);
  }
}

}  // namespace
}  // namespace quiesce::dbss_sim
