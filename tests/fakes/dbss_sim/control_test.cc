#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/test_client.h"

namespace quiesce::dbss_sim {
namespace {

using nlohmann::json;

class ControlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.AddToken(kToken);
    client_ = std::make_unique<TestClient>(sim_);
  }

  void Do(const std::string& path, const json& body) {
    const auto result = client_->Control(path, body);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 200) << path << ": " << result->body;
  }

  void Seed() {
    Do("seed", {{"projects",
                 {{{"id", kProject},
                   {"name", "cn-north-4"},
                   {"instances",
                    {{{"id", kHexInstance}, {"name", "billing-om-01"}},
                     {{"id", kUuidInstance}, {"name", "billing-om-02"}, {"ha", true}}}}}}}});
  }

  json Target(const json& more = json::object()) {
    json target = {{"project", kProject}, {"instance", kUuidInstance}};
    target.update(more);
    return target;
  }

  void ExpectProblem(const std::string& path, const json& body, int status,
                     const std::string& field) {
    const auto result = client_->Control(path, body);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, status) << path << " " << body;
    const json error = json::parse(result->body)["error"];
    EXPECT_EQ(error["field"], field) << path << " " << body << ": " << result->body;
    EXPECT_NE(error["problem"], "");
  }

  json View(const std::string& path) {
    const auto result = client_->Get("/_sim/" + path);
    EXPECT_TRUE(result && result->status == 200) << path;
    return result ? json::parse(result->body) : json();
  }

  json Server(int node) { return client_->Clusters()[kUuidInstance]["detail"]["server"][node]; }

  DbssSim sim_;
  std::unique_ptr<TestClient> client_;
};

TEST_F(ControlTest, ASeededFleetIsListed) {
  Seed();
  const auto clusters = client_->Clusters();
  ASSERT_EQ(clusters.size(), 2u);
  EXPECT_EQ(clusters.at(kHexInstance)["name"], "billing-om-01");
  EXPECT_EQ(clusters.at(kUuidInstance)["is_active_standby"], true);
}

TEST_F(ControlTest, BulkSeedingMakesManyInstancesAndTellsTheirIds) {
  const auto result = client_->Control("seed_bulk", {{"project", kProject},
                                                     {"count", 100},
                                                     {"name_prefix", "om-"},
                                                     {"state", "mixed"},
                                                     {"ha_share", 0.5}});
  ASSERT_EQ(result->status, 200) << result->body;
  EXPECT_EQ(json::parse(result->body)["instances"].size(), 100u);
  const json fleet = View("fleet");
  EXPECT_EQ(fleet["instances"], 100);
  EXPECT_GT(fleet["running"], 20);
  EXPECT_GT(fleet["stopped"], 20);
  EXPECT_EQ(fleet["running"].get<int>() + fleet["stopped"].get<int>(), 100);
  EXPECT_EQ(View(std::string("instances?project=") + kProject)["instances"][0]["name"], "om-01");
  // The same once more would give the same ids.
  ExpectProblem("seed_bulk", {{"project", kProject}, {"count", 1}, {"name_prefix", "om-"}}, 400,
                "first_number");
}

TEST_F(ControlTest, AnInstanceCanBeStartedBehindTheClientsBack) {
  Seed();
  ASSERT_EQ(client_->Stop(kUuidInstance)->status, 200);
  Do("start", Target());
  EXPECT_EQ(Server(0)["status"], "ACTIVE");
  EXPECT_EQ(Server(1)["status"], "ACTIVE");
  ExpectProblem("start", Target(), 409, "instance");
  ASSERT_EQ(client_->Stop(kUuidInstance)->status, 200);

  const json stops = View("stops");
  EXPECT_EQ(stops["stops_with_effect"], 2);
  EXPECT_EQ(stops["stopped_twice"], 0) << "the start explains the second stop";
  EXPECT_EQ(stops["redundant_stops"], 0);
  EXPECT_EQ(stops["instances"][0]["manual_starts"], 1);
  const json entries = View(std::string("log?instance=") + kUuidInstance)["entries"];
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0]["op"], "stop");
  EXPECT_EQ(entries[1]["op"], "manual_start");
  EXPECT_EQ(entries[2]["op"], "stop");
}

TEST_F(ControlTest, AnInstantStartInterruptsAStop) {
  Seed();
  Do("timeline", {{"powering_off_ms", 3'600'000}});
  ASSERT_EQ(client_->Stop(kUuidInstance)->status, 200);
  ExpectProblem("start", Target(), 409, "instance");
  Do("start", Target({{"instant", true}}));
  EXPECT_EQ(Server(0)["task_status"], "NO_TASK");
  EXPECT_EQ(client_->Stop(kUuidInstance)->status, 200);
}

TEST_F(ControlTest, AStopByAnotherIsNotCountedAsOneByTheClient) {
  Seed();
  Do("stop", Target());
  EXPECT_EQ(Server(0)["status"], "SHUTOFF");
  EXPECT_EQ(View("stops")["stops_with_effect"], 0);
  EXPECT_EQ(View("stops")["instances"][0]["manual_stops"], 1);
}

TEST_F(ControlTest, RawStringsCanBeForcedForOneServerOrBoth) {
  Seed();
  Do("force", Target({{"node", 1}, {"status", "SHUTOFF"}}));
  EXPECT_EQ(Server(0)["status"], "ACTIVE");
  EXPECT_EQ(Server(1)["status"], "SHUTOFF");
  EXPECT_EQ(Server(1)["task_status"], "NO_TASK");
  Do("force", Target({{"status", "SOMETHING-NEW"}, {"task_status", nullptr}}));
  EXPECT_EQ(Server(0)["status"], "SOMETHING-NEW");
  EXPECT_TRUE(Server(1)["task_status"].is_null());
  EXPECT_EQ(client_->Stop(kUuidInstance)->status, 400);
  Do("force", Target({{"shape", "empty_servers"}}));
  EXPECT_TRUE(client_->Clusters()[kUuidInstance]["detail"]["server"].empty());
  Do("force", Target({{"shape", "null_detail"}}));
  EXPECT_TRUE(client_->Clusters()[kUuidInstance]["detail"].is_null());
}

TEST_F(ControlTest, AnInstanceCanBeFrozenAndThawed) {
  Seed();
  Do("freeze", Target());
  EXPECT_EQ(Server(0)["status"], "FROZEN");
  EXPECT_EQ(Server(1)["scene"], "ARREAR");
  EXPECT_EQ(client_->Stop(kUuidInstance)->status, 400);
  Do("freeze", Target({{"frozen", false}}));
  EXPECT_EQ(Server(0)["status"], "ACTIVE");
  EXPECT_TRUE(Server(0)["scene"].is_null());
}

TEST_F(ControlTest, AnInstanceCanBeRemovedAndReturned) {
  Seed();
  Do("remove", Target());
  EXPECT_EQ(client_->Clusters().count(kUuidInstance), 0u);
  EXPECT_EQ(client_->Stop(kUuidInstance)->status, 400);
  Do("return", Target());
  EXPECT_EQ(client_->Clusters().count(kUuidInstance), 1u);
}

TEST_F(ControlTest, TimelinesCanBeSetForAllForOneAndForOneServer) {
  Seed();
  Do("timeline", {{"powering_off_ms", 1'000'000}});
  Do("timeline", Target({{"node", 1}, {"visible_lag_ms", 1'000'000}}));
  ASSERT_EQ(client_->Stop(kUuidInstance)->status, 200);
  EXPECT_EQ(Server(0)["task_status"], "powering-off");
  EXPECT_EQ(Server(1)["task_status"], "NO_TASK");
  Do("advance", {{"ms", 1'000'001}});
  EXPECT_EQ(Server(0)["status"], "SHUTOFF");
  EXPECT_EQ(Server(1)["task_status"], "powering-off");
}

TEST_F(ControlTest, SettingsKeepWhatIsNotGiven) {
  Do("settings", {{"latency_ms", 5}, {"stop_in_wrong_state", "failed"}});
  Do("settings", {{"stop_latency_ms", 7}, {"missing_instance", "not_found"}});
  const ApiSettings settings = sim_.api().settings();
  EXPECT_EQ(settings.list_latency, std::chrono::milliseconds(5));
  EXPECT_EQ(settings.stop_latency, std::chrono::milliseconds(7));
  EXPECT_EQ(settings.token_latency, std::chrono::milliseconds(5));
  EXPECT_EQ(settings.stop_in_wrong_state, WrongStateAnswer::kFailed);
  EXPECT_EQ(settings.missing_instance, MissingInstanceAnswer::kNotFound);
}

TEST_F(ControlTest, TokensCanBeChanged) {
  Seed();
  Do("tokens", {{"token", kToken}, {"state", "expired"}});
  EXPECT_NE(client_->List()->body.find("token expires, expires_at: "), std::string::npos);
  Do("tokens", {{"token", kToken}, {"state", "must_be_updated"}});
  EXPECT_NE(client_->List()->body.find("APIGW.0307"), std::string::npos);
  Do("tokens", {{"token", kToken}, {"projects", {"other"}}});
  EXPECT_EQ(client_->List()->status, 403);
  Do("tokens", {{"token", kToken}, {"state", "unknown"}});
  EXPECT_NE(client_->List()->body.find("decrypt token fail"), std::string::npos);
  Do("tokens", {{"token", kToken}, {"expires_in_ms", 3'600'000}});
  EXPECT_EQ(client_->List()->status, 200);
}

TEST_F(ControlTest, TheLogTellsWhatArrivedInOrderAndCanBeFiltered) {
  Seed();
  client_->List();
  client_->Stop(kHexInstance);
  client_->Stop(kHexInstance);
  client_->Post("/v1/elsewhere");
  const json log = View("log");
  ASSERT_EQ(log["entries"].size(), 4u) << "the control interface itself is not logged";
  EXPECT_EQ(log["entries"][0]["op"], "list");
  EXPECT_EQ(log["entries"][1]["op"], "stop");
  EXPECT_EQ(log["entries"][1]["project"], kProject);
  EXPECT_EQ(log["entries"][1]["instance"], kHexInstance);
  EXPECT_EQ(log["entries"][1]["status"], 200);
  EXPECT_EQ(log["entries"][1]["effect"], true);
  EXPECT_EQ(log["entries"][2]["status"], 400);
  EXPECT_EQ(log["entries"][2]["effect"], false);
  EXPECT_EQ(log["entries"][3]["op"], "other");
  EXPECT_EQ(log["entries"][3]["instance"], "POST /v1/elsewhere");
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(log["entries"][i]["seq"], log["entries"][0]["seq"].get<std::size_t>() + i);
    EXPECT_GE(log["entries"][i]["replied_us"], log["entries"][i]["time_us"]);
    EXPECT_GT(log["entries"][i]["time_us"], 0);
  }
  EXPECT_EQ(View("log?op=stop")["entries"].size(), 2u);
  EXPECT_EQ(View("log?op=stop&limit=1")["entries"].size(), 1u);
  EXPECT_EQ(View("log?after=" + log["entries"][2]["seq"].dump())["entries"].size(), 1u);
}

TEST_F(ControlTest, StopsAreCountedByInstance) {
  Seed();
  client_->Stop(kHexInstance);
  client_->Stop(kUuidInstance);
  json stops = View("stops");
  EXPECT_EQ(stops["stop_requests"], 2);
  EXPECT_EQ(stops["stops_with_effect"], 2);
  EXPECT_EQ(stops["asked_twice"], 0);
  EXPECT_EQ(stops["stopped_twice"], 0);
  client_->Stop(kHexInstance);
  stops = View("stops?repeated=true");
  ASSERT_EQ(stops["instances"].size(), 1u);
  EXPECT_EQ(stops["instances"][0]["instance"], kHexInstance);
  EXPECT_EQ(stops["instances"][0]["redundant_stops"], 1);
  EXPECT_EQ(stops["asked_twice"], 1);
  EXPECT_EQ(stops["stopped_twice"], 0);
}

TEST_F(ControlTest, AnUnexplainedSecondStopIsNoticed) {
  Seed();
  client_->Stop(kUuidInstance);
  Do("force", Target({{"status", "ACTIVE"}}));
  client_->Stop(kUuidInstance);
  EXPECT_EQ(View("stops")["stopped_twice"], 1);
}

TEST_F(ControlTest, CountersCoverEveryOperation) {
  Seed();
  client_->List();
  client_->Stop(kHexInstance);
  client_->Stop(kHexInstance);
  const json counters = View("counters");
  EXPECT_EQ(counters["list"]["requests"], 1);
  EXPECT_EQ(counters["stop"]["requests"], 2);
  EXPECT_EQ(counters["stop"]["effects"], 1);
  EXPECT_EQ(counters["stop"]["in_flight"], 0);
  EXPECT_EQ(counters["stop"]["max_in_flight"], 1);
  EXPECT_EQ(counters["stop"]["replies"], json({{"200", 1}, {"400", 1}}));
  EXPECT_EQ(counters["token"]["requests"], 0);
}

TEST_F(ControlTest, ResetForgetsEverythingButWhatItIsToldToKeep) {
  Seed();
  Do("faults", {{"op", "list"}, {"kind", "html"}});
  Do("settings", {{"stop_in_wrong_state", "failed"}});
  client_->Stop(kHexInstance);
  Do("reset", {{"keep_fleet", true}});
  EXPECT_EQ(View("log")["entries"].size(), 0u);
  EXPECT_EQ(View("stops")["instances"].size(), 0u);
  EXPECT_EQ(View("fleet")["stopped"], 1);
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 400);
  EXPECT_EQ(client_->List()->status, 200) << "no fault, and the seeded token is still good";
  Do("reset", json::object());
  EXPECT_EQ(View("fleet")["instances"], 0);
  Seed();
}

TEST_F(ControlTest, AProblemNamesItsField) {
  Seed();
  const auto not_json = client_->Post("/_sim/seed", "{\"projects\":");
  EXPECT_EQ(not_json->status, 400);
  EXPECT_EQ(json::parse(not_json->body)["error"]["problem"], "the body is not JSON");

  ExpectProblem("seed", json::array(), 400, "");
  ExpectProblem("seed", json::object(), 400, "projects");
  ExpectProblem("seed", {{"projects", {{{"id", "short"}}}}}, 400, "projects[0].id");
  ExpectProblem("seed",
                {{"projects",
                  {{{"id", std::string(32, 'a')},
                    {"instances",
                     {{{"id", std::string(32, 'b')}, {"name", "x"}},
                      {{"id", std::string(32, 'c')}, {"name", 5}}}}}}}},
                400, "projects[0].instances[1].name");
  ExpectProblem("seed", {{"projects", {{{"id", std::string(32, 'a')}, {"nmae", "x"}}}}}, 400,
                "projects[0].nmae");
  EXPECT_EQ(View("fleet")["projects"].size(), 1u) << "nothing is half seeded";

  ExpectProblem("seed_bulk", {{"project", kProject}}, 400, "count");
  ExpectProblem("seed_bulk", {{"project", kProject}, {"count", 1}, {"ha_share", 1.5}}, 400,
                "ha_share");
  ExpectProblem("start", {{"instance", kHexInstance}}, 400, "project");
  ExpectProblem("start", {{"project", kProject}, {"instance", "nothing"}}, 404, "instance");
  ExpectProblem("force", Target({{"node", 2}}), 400, "node");
  ExpectProblem("force", Target({{"status", 7}}), 400, "status");
  ExpectProblem("freeze", Target({{"scene", "WEATHER"}}), 400, "scene");
  ExpectProblem("timeline", {{"instance", kHexInstance}}, 400, "project");
  ExpectProblem("timeline", {{"visible_lag_ms", -1}}, 400, "visible_lag_ms");
  ExpectProblem("settings", {{"stop_in_wrong_state", "maybe"}}, 400, "stop_in_wrong_state");
  ExpectProblem("tokens", {{"state", "valid"}}, 400, "token");
  ExpectProblem("users", {{"name", "a"}, {"password", "b"}}, 400, "domain");
  ExpectProblem("advance", {{"ms", "5"}}, 400, "ms");
  ExpectProblem("reset", {{"keep_fleet", 1}}, 400, "keep_fleet");
  ExpectProblem("faults", {{"kind", "meteor"}}, 400, "kind");
  ExpectProblem("faults", {{"kind", "reply"}}, 400, "status");
  ExpectProblem("faults", {{"kind", "truncate"}, {"effect", false}}, 400, "effect");
  ExpectProblem("faults", {{"kind", "html"}, {"match", {{"oop", "stop"}}}}, 400, "match.oop");
  ExpectProblem("faults", {{"kind", "html"}, {"match", {{"probability", 2}}}}, 400,
                "match.probability");
  ExpectProblem("faults", {{"kind", "html"}, {"every", 0}}, 400, "every");
  ExpectProblem("faults", {{"kind", "latency"}, {"distribution", "uniform"}}, 400, "max_ms");
  ExpectProblem("faults", {{"kind", "omit"}}, 400, "instances");
  ExpectProblem("faults", {{"kind", "error:DBSS.0"}}, 400, "kind");
  ExpectProblem("settings", {{"quotas", {{{"limit", 1}}}}}, 400, "quotas[0].period_ms");
  ExpectProblem("settings", {{"quotas", {{{"limit", 1}, {"period_ms", 1}, {"counts", {"start"}}}}}},
                400, "quotas[0].counts");
  ExpectProblem("keys", {{"access", "AK"}}, 400, "secret");
  ExpectProblem("revoke", {{"as", "expired"}}, 400, "user");
  ExpectProblem("tls", {{"certificate", "odd"}}, 400, "certificate");
  ExpectProblem("tls", {{"certificate", "expired"}}, 409, "");
  ExpectProblem("faults", {{"kind", "stale"}}, 400, "project");
  ExpectProblem("faults", json::array({{{"kind", "html"}}, {{"kind", "html"}, {"times", 0}}}), 400,
                "[1].times");
  EXPECT_TRUE(sim_.faults().pending().empty());
}

TEST_F(ControlTest, AProblemOfAViewNamesItsParameter) {
  for (const auto& [path, field] :
       {std::pair("log?after=x", "after"), std::pair("log?limit=-1", "limit"),
        std::pair("log?opp=stop", "opp"), std::pair("stops?repeated=1", "repeated")}) {
    const auto result = client_->Get("/_sim/" + std::string(path));
    EXPECT_EQ(result->status, 400);
    EXPECT_EQ(json::parse(result->body)["error"]["field"], field);
  }
  EXPECT_EQ(client_->Get("/_sim/instances?project=none")->status, 404);
}

TEST_F(ControlTest, UnknownPathsAndMethodsAreRefused) {
  EXPECT_EQ(client_->Get("/_sim/nothing")->status, 404);
  EXPECT_EQ(client_->Delete("/_sim/faults?name=none")->status, 404);
  EXPECT_EQ(client_->Get("/_sim/seed")->status, 405);
  EXPECT_EQ(client_->Control("log", json::object())->status, 405);
}

TEST(RequestLogTest, OnlyTheLastEntriesAreKeptButEverythingIsCounted) {
  RequestLog log(2);
  for (int i = 0; i < 3; ++i) {
    const auto seq = log.Begin(Op::kStop, "p", "i", SimTime(i));
    log.End(seq, Op::kStop, "p", "i", SimTime(i), 200, i == 0, "", Delivery::kWhole);
  }
  EXPECT_EQ(log.Entries({}).size(), 2u);
  EXPECT_EQ(log.Entries({})[0].seq, 2);
  EXPECT_EQ(log.dropped(), 1);
  EXPECT_EQ(log.CountsOf("p", "i").stop_requests, 3);
  EXPECT_EQ(log.CountsOf("p", "i").redundant_stops, 2);
}

TEST(RequestLogTest, OverlappingStopsOfOneInstanceAreSeen) {
  RequestLog log(10);
  const auto first = log.Begin(Op::kStop, "p", "i", SimTime(1));
  const auto second = log.Begin(Op::kStop, "p", "i", SimTime(2));
  log.Clear();
  log.End(second, Op::kStop, "p", "i", SimTime(3), 400, false, "", Delivery::kWhole);
  log.End(first, Op::kStop, "p", "i", SimTime(4), 200, true, "", Delivery::kWhole);
  EXPECT_EQ(log.CountsOf("p", "i").max_stops_in_flight, 2);
  EXPECT_EQ(log.CountsOf("p", "i").stops_in_flight, 0);
  EXPECT_EQ(log.CountsOf(Op::kStop).in_flight, 0);
}

}  // namespace
}  // namespace quiesce::dbss_sim
