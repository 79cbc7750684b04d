// Faults as a client sees them, and as the log tells them apart.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/test_client.h"

namespace quiesce::dbss_sim {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    sim_.cloud().AddInstance(kProject, {kHexInstance, "billing-om-01", false, RunningState()});
    sim_.cloud().AddInstance(kProject, {kUuidInstance, "billing-om-02", true, RunningState()});
    sim_.AddToken(kToken);
    client_ = std::make_unique<TestClient>(sim_);
  }

  void Plan(const json& fault) {
    const auto result = client_->Control("faults", fault);
    ASSERT_TRUE(result);
    ASSERT_EQ(result->status, 200) << result->body;
  }

  LogEntry LastStop() {
    RequestLog::Filter filter;
    filter.op = "stop";
    const auto entries = sim_.log().Entries(filter);
    return entries.empty() ? LogEntry() : entries.back();
  }

  std::int64_t StopsWithEffect(const std::string& instance) {
    return sim_.log().CountsOf(kProject, instance).stops_with_effect;
  }

  std::string StatusOf(const std::string& instance) {
    return client_->Clusters()[instance]["detail"]["server"][0]["status"];
  }

  DbssSim sim_;
  std::unique_ptr<TestClient> client_;
};

TEST_F(FaultTest, ADroppedRequestHasNoReplyAndNoEffect) {
  Plan({{"op", "stop"}, {"kind", "drop"}});
  const auto result = client_->Stop(kHexInstance);
  EXPECT_EQ(result.error(), httplib::Error::Read) << "the request was sent, nothing came back";
  EXPECT_EQ(StatusOf(kHexInstance), "ACTIVE");
  const LogEntry entry = LastStop();
  EXPECT_FALSE(entry.effect);
  EXPECT_EQ(entry.fault, "drop");
  EXPECT_EQ(entry.status, 0);
  EXPECT_EQ(entry.delivery, Delivery::kDrop);
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 200) << "one shot";
}

TEST_F(FaultTest, ADroppedReplyHasItsEffectOnce) {
  Plan({{"op", "stop"}, {"kind", "drop"}, {"effect", true}});
  EXPECT_EQ(client_->Stop(kHexInstance).error(), httplib::Error::Read);
  EXPECT_EQ(StatusOf(kHexInstance), "SHUTOFF");
  EXPECT_TRUE(LastStop().effect);
  EXPECT_EQ(LastStop().status, 0);
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 400);
  const InstanceCounts counts = sim_.log().CountsOf(kProject, kHexInstance);
  EXPECT_EQ(counts.stop_requests, 2);
  EXPECT_EQ(counts.stops_with_effect, 1);
  EXPECT_EQ(counts.redundant_stops, 1);
}

TEST_F(FaultTest, AResetLosesTheReplyToo) {
  Plan({{"op", "stop"}, {"kind", "drop"}, {"reset", true}, {"effect", true}});
  EXPECT_EQ(client_->Stop(kHexInstance).error(), httplib::Error::Read);
  EXPECT_EQ(LastStop().delivery, Delivery::kReset);
  EXPECT_EQ(StopsWithEffect(kHexInstance), 1);
}

TEST_F(FaultTest, ATruncatedReplyHasItsHeadAndHalfOfItsBody) {
  Plan({{"op", "list"}, {"kind", "truncate"}});
  EXPECT_EQ(client_->List().error(), httplib::Error::Read);
  RequestLog::Filter filter;
  filter.op = "list";
  EXPECT_EQ(sim_.log().Entries(filter)[0].delivery, Delivery::kCut);
  EXPECT_EQ(sim_.log().Entries(filter)[0].status, 200);
  EXPECT_EQ(client_->List()->status, 200);
}

TEST_F(FaultTest, AGatewayTimeoutComesAfterTheEffect) {
  Plan({{"op", "stop"}, {"kind", "gateway_timeout"}});
  const auto result = client_->Stop(kHexInstance);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 504);
  const json body = json::parse(result->body);
  EXPECT_EQ(body["error_code"], "APIGW.0201");
  EXPECT_EQ(body["error_msg"], "Backend timeout.");
  EXPECT_EQ(body["request_id"], result->get_header_value("X-Request-Id"));
  EXPECT_EQ(StopsWithEffect(kHexInstance), 1);
}

TEST_F(FaultTest, AThrottledCallHasTheWordingAndTheRetryAfterThatWereAskedFor) {
  Plan({{"op", "stop"},
        {"kind", "throttle"},
        {"policy", "ip"},
        {"limit", 5},
        {"period", "1 second"},
        {"retry_after_s", 7}});
  Plan({{"op", "stop"}, {"kind", "throttle"}});
  const auto result = client_->Stop(kHexInstance);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 429);
  EXPECT_EQ(result->get_header_value("Retry-After"), "7");
  const json body = json::parse(result->body);
  EXPECT_EQ(body["error_code"], "APIGW.0308");
  EXPECT_EQ(body["error_msg"],
            "The throttling threshold has been reached: policy ip over ratelimit,limit:5,time:1 "
            "second");
  const auto second = client_->Stop(kHexInstance);
  EXPECT_FALSE(second->has_header("Retry-After"));
  EXPECT_NE(second->body.find("policy user over ratelimit,limit:200,time:5 minute"),
            std::string::npos);
  EXPECT_EQ(StopsWithEffect(kHexInstance), 0);
}

TEST_F(FaultTest, AnUnauthorizedCallHasNoEffect) {
  Plan({{"op", "stop"}, {"kind", "unauthorized"}});
  Plan({{"op", "stop"},
        {"kind", "unauthorized"},
        {"code", "0301"},
        {"sub_message", "Get secretKey failed"}});
  const auto first = client_->Stop(kHexInstance);
  EXPECT_EQ(first->status, 401);
  EXPECT_EQ(json::parse(first->body)["error_code"], "APIGW.0307");
  const auto second = client_->Stop(kHexInstance);
  EXPECT_EQ(second->status, 401);
  EXPECT_EQ(json::parse(second->body)["error_msg"],
            "Incorrect IAM authentication information: Get secretKey failed");
  EXPECT_EQ(StopsWithEffect(kHexInstance), 0);
}

TEST_F(FaultTest, AnyReplyCanBePlannedWithOrWithoutEffect) {
  Plan({{"op", "stop"},
        {"kind", "reply"},
        {"status", 500},
        {"body", {{"error", {{"error_code", "DBSS.11000000"}}}}},
        {"headers", {{"X-Odd", "yes"}}}});
  Plan({{"op", "stop"}, {"kind", "reply"}, {"status", 503}, {"body", "busy"}, {"effect", true}});
  const auto first = client_->Stop(kHexInstance);
  EXPECT_EQ(first->status, 500);
  EXPECT_EQ(first->body, R"({"error":{"error_code":"DBSS.11000000"}})");
  EXPECT_EQ(first->get_header_value("X-Odd"), "yes");
  EXPECT_EQ(StopsWithEffect(kHexInstance), 0);
  const auto second = client_->Stop(kHexInstance);
  EXPECT_EQ(second->status, 503);
  EXPECT_EQ(second->body, "busy");
  EXPECT_EQ(StopsWithEffect(kHexInstance), 1);
}

TEST_F(FaultTest, EmptyHtmlAndFailedRepliesCanBePlanned) {
  Plan(json::array({{{"op", "stop"}, {"kind", "html"}},
                    {{"op", "stop"}, {"kind", "result_failed"}},
                    {{"op", "stop"}, {"kind", "empty"}}}));
  const auto html = client_->Stop(kHexInstance);
  EXPECT_EQ(html->status, 502);
  EXPECT_EQ(html->get_header_value("Content-Type"), "text/html");
  EXPECT_EQ(html->body.rfind("<html>", 0), 0u);
  const auto failed = client_->Stop(kHexInstance);
  EXPECT_EQ(failed->status, 200);
  EXPECT_EQ(failed->body, R"({"result":"failed"})");
  EXPECT_EQ(StopsWithEffect(kHexInstance), 0);
  const auto empty = client_->Stop(kHexInstance);
  EXPECT_EQ(empty->status, 200);
  EXPECT_EQ(empty->body, "");
  EXPECT_EQ(StopsWithEffect(kHexInstance), 1);
}

TEST_F(FaultTest, AFaultSpoilsOnlyTheRequestsItNames) {
  Plan({{"op", "stop"}, {"instance", kUuidInstance}, {"kind", "html"}});
  Plan({{"op", "stop"}, {"project", "another"}, {"kind", "html"}});
  EXPECT_EQ(client_->List()->status, 200);
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 200);
  EXPECT_EQ(client_->Stop(kUuidInstance)->status, 502);
  EXPECT_EQ(sim_.faults().pending().size(), 1u);
}

TEST_F(FaultTest, AFaultSkipsAndRepeatsAsAskedFor) {
  Plan({{"op", "list"}, {"kind", "html"}, {"skip", 1}, {"times", 2}});
  EXPECT_EQ(client_->List()->status, 200);
  EXPECT_EQ(client_->List()->status, 502);
  EXPECT_EQ(client_->List()->status, 502);
  EXPECT_EQ(client_->List()->status, 200);
}

TEST_F(FaultTest, AnInstanceCanBeMissingFromSomeLists) {
  Plan({{"kind", "omit"}, {"instances", {kHexInstance}}, {"times", 2}});
  EXPECT_EQ(client_->Clusters().count(kHexInstance), 0u);
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 200) << "it is there all the same";
  EXPECT_EQ(client_->Clusters().count(kHexInstance), 0u);
  EXPECT_EQ(client_->Clusters().count(kHexInstance), 1u);
}

TEST_F(FaultTest, AStaleListShowsWhatWasTrueWhenItWasPlanned) {
  Plan({{"kind", "stale"}, {"project", kProject}});
  ASSERT_EQ(client_->Stop(kHexInstance)->status, 200);
  EXPECT_EQ(StatusOf(kHexInstance), "ACTIVE");
  EXPECT_EQ(StatusOf(kHexInstance), "SHUTOFF");
}

TEST_F(FaultTest, ADelayedReplyComesAfterTheEffect) {
  Plan({{"op", "stop"}, {"kind", "delay"}, {"reply_delay_ms", 86'400'000}});
  std::thread caller([this] {
    TestClient client(sim_);
    EXPECT_FALSE(client.Stop(kHexInstance));
  });
  while (StatusOf(kHexInstance) != "SHUTOFF") std::this_thread::yield();
  EXPECT_EQ(sim_.log().CountsOf(Op::kStop).in_flight, 1);
  sim_.Stop();
  caller.join();
}

TEST_F(FaultTest, ADelayedEffectComesLate) {
  Plan({{"op", "stop"}, {"kind", "delay"}, {"effect_delay_ms", 50}});
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(50));
  EXPECT_EQ(StopsWithEffect(kHexInstance), 1);
}

TEST_F(FaultTest, AStopWithoutATokenHasNoEffectWhateverTheFault) {
  Plan({{"op", "stop"}, {"kind", "gateway_timeout"}});
  TestClient stranger(sim_, "");
  EXPECT_EQ(stranger.Stop(kHexInstance)->status, 504);
  EXPECT_EQ(StopsWithEffect(kHexInstance), 0);
}

TEST_F(FaultTest, FaultsThatWereNotUsedCanBeSeenAndCleared) {
  Plan({{"op", "stop"}, {"kind", "html"}, {"times", 3}});
  const json faults = json::parse(client_->Get("/_sim/faults")->body)["faults"];
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0]["op"], "stop");
  EXPECT_EQ(faults[0]["times"], 3);
  EXPECT_EQ(client_->Delete("/_sim/faults")->status, 200);
  EXPECT_EQ(client_->Stop(kHexInstance)->status, 200);
}

}  // namespace
}  // namespace quiesce::dbss_sim
