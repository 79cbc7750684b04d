// The ground of the conformance suite: the simulator with one project, over plain HTTP and over
// TLS. The suite pins the simulator to daemon/cloud/API.md, so that a test that passes against it
// says something about the cloud. Each test states one fact and names the section it is in.

#ifndef TESTS_FAKES_DBSS_SIM_CONFORMANCE_H_
#define TESTS_FAKES_DBSS_SIM_CONFORMANCE_H_

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/test_client.h"
#include "tests/fakes/dbss_sim/wire_client.h"

namespace quiesce::dbss_sim {

using Json = nlohmann::ordered_json;  // The order of fields is what a reader of the wire sees.

enum class Wire { kPlain, kTls };

inline DbssSim::Options WithTls(DbssSim::Options options = {}) {
  options.tls = true;
  return options;
}

class Conformance : public ::testing::TestWithParam<Wire> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    sim_.cloud().AddInstance(kProject, {kHexInstance, "billing-om-01", false, RunningState()});
    sim_.cloud().AddInstance(kProject, {kUuidInstance, "billing-om-02", true, RunningState()});
    sim_.AddToken(kToken);
    Reconnect();
  }

  void Reconnect() {
    const bool tls = GetParam() == Wire::kTls;
    client_ = std::make_unique<WireClient>(tls ? sim_.tls_port() : sim_.port(),
                                           tls ? sim_.tls_authority() : "");
    ASSERT_TRUE(client_->connected());
  }

  // With the token. A connection that a reply ended is made anew.
  WireReply Send(const std::string& method, const std::string& target,
                 const std::string& body = "") {
    return SendAs({{"X-Auth-Token", kToken}, {"Content-Type", "application/json"}}, method, target,
                  body);
  }
  WireReply SendAs(const WireHeaders& headers, const std::string& method, const std::string& target,
                   const std::string& body = "") {
    WireReply reply = client_->Send(method, target, headers, body);
    if (reply.end != WireReply::End::kComplete) Reconnect();
    return reply;
  }
  WireReply List() { return Send("POST", ListPath()); }
  WireReply Stop(const std::string& instance = kHexInstance) {
    return Send("POST", StopPath(instance));
  }

  // Of the list, in its order.
  Json Clusters() { return Json::parse(List().body)["clusters"]; }
  Json Cluster(const std::string& id) {
    for (Json& cluster : Clusters()) {
      if (cluster["instance_id"] == id) return cluster;
    }
    return nullptr;
  }
  // The states of an instance's servers, like "ACTIVE/NO_TASK ACTIVE/NO_TASK".
  std::string StatesOf(const std::string& id) {
    std::string text;
    const Json cluster = Cluster(id);
    if (cluster.is_null()) return "absent";
    for (const Json& server : cluster["detail"]["server"]) {
      text += (text.empty() ? "" : " ") + server["status"].get<std::string>() + "/" +
              server["task_status"].get<std::string>();
    }
    return text;
  }

  // A call of the control interface, which is to succeed.
  nlohmann::json Control(const std::string& path, const nlohmann::json& body) {
    WireClient control(sim_.port(), "");
    const WireReply reply = control.Send("POST", "/_sim/" + path, {}, body.dump());
    EXPECT_EQ(reply.status, 200) << path << ": " << reply.body;
    return nlohmann::json::parse(reply.body);
  }
  void Plan(const nlohmann::json& rule) { Control("faults", rule); }

  // The error of the gateway: three fields, its own header, and the id of the request.
  static void ExpectGatewayError(const WireReply& reply, int status, const std::string& code,
                                 const std::string& message) {
    EXPECT_EQ(reply.status, status) << reply.body;
    const Json body = Json::parse(reply.body);
    EXPECT_EQ(body.size(), 3u);
    EXPECT_EQ(body["error_msg"], message);
    EXPECT_EQ(body["error_code"], code);
    EXPECT_EQ(body["request_id"], reply.headers.at("x-request-id"));
    EXPECT_EQ(reply.headers.at("server"), "api-gateway");
    EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  }
  static void ExpectUnauthenticated(const WireReply& reply, const std::string& sub_message) {
    ExpectGatewayError(reply, 401, "APIGW.0301",
                       "Incorrect IAM authentication information: " + sub_message);
  }
  static void ExpectServiceError(const WireReply& reply, int status, const std::string& code,
                                 const std::string& message) {
    EXPECT_EQ(reply.status, status) << reply.body;
    const Json expected = {{"error_code", code},
                           {"error_msg", message},
                           {"details", nullptr},
                           {"encoded_authorization_message", nullptr}};
    EXPECT_EQ(Json::parse(reply.body), expected);
  }

  std::int64_t StopsWithEffect(const std::string& instance = kHexInstance) {
    return sim_.log().CountsOf(kProject, instance).stops_with_effect;
  }

  DbssSim sim_{WithTls()};
  std::unique_ptr<WireClient> client_;
};

inline std::string WireName(const ::testing::TestParamInfo<Wire>& info) {
  return info.param == Wire::kTls ? "Tls" : "Plain";
}

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CONFORMANCE_H_
