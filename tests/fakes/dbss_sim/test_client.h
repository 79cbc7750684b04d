// A plain client of the simulator for its own tests.

#ifndef TESTS_FAKES_DBSS_SIM_TEST_CLIENT_H_
#define TESTS_FAKES_DBSS_SIM_TEST_CLIENT_H_

#include <httplib.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/fakes/dbss_sim/dbss_sim.h"

namespace quiesce::dbss_sim {

inline constexpr char kProject[] = "0123456789abcdef0123456789abcdef";
inline constexpr char kHexInstance[] = "a8c37c9be61ffd4ee8aacab7bae74e91";
inline constexpr char kUuidInstance[] = "f19b543c-b22a-4da8-b43d-a9003aaec146";
inline constexpr char kToken[] = "test-token";

inline std::string ListPath(const std::string& project = kProject) {
  return "/v2/" + project + "/db-om/instances";
}

inline std::string StopPath(const std::string& instance, const std::string& project = kProject) {
  return "/v1/" + project + "/db-om/" + instance + "/stop";
}

constexpr char kTokenPath[] = "/v3/auth/tokens?nocatalog=true";

// The body of a token request for the user of the tests.
inline nlohmann::json TokenRequest(const nlohmann::json& scope) {
  return {{"auth",
           {{"identity",
             {{"methods", {"password"}},
              {"password",
               {{"user",
                 {{"name", "IAMUser"},
                  {"password", "IAMPassword"},
                  {"domain", {{"name", "IAMDomain"}}}}}}}}},
            {"scope", scope}}}};
}

// One connection, kept alive.
class TestClient {
 public:
  explicit TestClient(const DbssSim& sim, std::string token = kToken)
      : client_("127.0.0.1", sim.port()), token_(std::move(token)) {
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    client_.set_read_timeout(30);
  }

  // An empty token sends no X-Auth-Token.
  httplib::Result Post(const std::string& path, const std::string& body = "") {
    httplib::Headers headers;
    if (!token_.empty()) headers.emplace("X-Auth-Token", token_);
    return client_.Post(path.c_str(), headers, body, "application/json");
  }
  httplib::Result Stop(const std::string& instance) { return Post(StopPath(instance)); }
  httplib::Result List() { return Post(ListPath()); }
  httplib::Result Get(const std::string& path) { return client_.Get(path.c_str()); }
  httplib::Result Delete(const std::string& path) { return client_.Delete(path.c_str()); }

  // A POST to the control interface.
  httplib::Result Control(const std::string& path, const nlohmann::json& body) {
    return client_.Post(("/_sim/" + path).c_str(), body.dump(), "application/json");
  }

  // The clusters of a list by instance id.
  std::map<std::string, nlohmann::json> Clusters() {
    std::map<std::string, nlohmann::json> clusters;
    const auto result = List();
    if (!result || result->status != 200) return clusters;
    const nlohmann::json body = nlohmann::json::parse(result->body);
    for (const nlohmann::json& cluster : body["clusters"]) {
      clusters[cluster["instance_id"].get<std::string>()] = cluster;
    }
    return clusters;
  }

 private:
  httplib::Client client_;
  std::string token_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_TEST_CLIENT_H_
