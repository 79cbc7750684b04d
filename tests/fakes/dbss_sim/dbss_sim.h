// A simulated Huawei Cloud DBSS "database O&M" API (daemon/cloud/API.md, sections 1 to 5),
// listening on a real socket on 127.0.0.1, with its own state: what a client is told is what the
// model did.
//
// In a test:
//
//   DbssSim sim;
//   ASSERT_TRUE(sim.Start());
//   sim.cloud().AddProject({project_id, "cn-north-4"});
//   sim.cloud().AddInstance(project_id, {instance_id, "billing-om-01"});
//   sim.AddToken("a-token");
//   ... point the code under test at sim.endpoint() ...
//   EXPECT_EQ(sim.log().CountsOf(project_id, instance_id).stops_with_effect, 1);
//
// What is simulated: ListInstances, StopDbOmInstance, and POST /v3/auth/tokens on the same port.
// Everything else, the other operations of db-om included, is an unknown API to the gateway: 404
// APIGW.0101, and an "other" in the log, where a test finds calls that must not exist. Not
// simulated: AK/SK signatures (a request without X-Auth-Token is refused), TLS, and quotas, for
// which there are faults. Over HTTP, /_sim/ is the control interface (control.h); it is not part of
// the log.
//
// Nothing here may use code of the daemon, and the daemon's tests may not lend it any: one mistake
// must not hide in both.

#ifndef TESTS_FAKES_DBSS_SIM_DBSS_SIM_H_
#define TESTS_FAKES_DBSS_SIM_DBSS_SIM_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/dbss_api.h"
#include "tests/fakes/dbss_sim/fault_plan.h"
#include "tests/fakes/dbss_sim/fleet.h"
#include "tests/fakes/dbss_sim/http_server.h"
#include "tests/fakes/dbss_sim/request_log.h"
#include "tests/fakes/dbss_sim/token_book.h"

namespace quiesce::dbss_sim {

class Control;

// Thread-safe, except Start and Stop.
class DbssSim {
 public:
  struct Options {
    int port = 0;  // 0: the system chooses.
    // How many connections are served at one time; more wait in the queue.
    int threads = 128;
    // Idle connections are closed after that.
    std::chrono::seconds idle_timeout{300};
    std::size_t log_capacity = 1'000'000;
    // To which Reset returns.
    ApiSettings settings;
    PowerTimelines timelines{};  // Zero: a stop has its end state at once.
    // The time of the model, the tokens and the log. The monotonic clock of the system when not
    // set; waits for latencies and delays are in real time in any case.
    DbssApi::Clock clock;
  };

  DbssSim();
  explicit DbssSim(Options options);
  ~DbssSim();  // Stops.
  DbssSim(const DbssSim&) = delete;
  DbssSim& operator=(const DbssSim&) = delete;

  // True once connections are accepted; false when the port is taken. To be called once.
  bool Start();

  // Cuts every connection and returns when the last request has ended. Idempotent.
  void Stop();

  int port() const { return port_; }
  std::string endpoint() const;  // "http://127.0.0.1:PORT"

  // The parts; see their headers.
  Cloud& cloud() { return cloud_; }
  FaultPlan& faults() { return faults_; }
  RequestLog& log() { return log_; }
  TokenBook& tokens() { return tokens_; }
  DbssApi& api() { return api_; }

  // The gateway accepts `token` for every project and for ever.
  void AddToken(std::string_view token);

  SimTime now() const;

  // Moves the simulator's time forward, past the phases of stops and the lifetime of tokens.
  void Advance(std::chrono::microseconds duration);

  // What somebody does behind the client's back; in the log when it has an effect. With `instant`
  // the instance is there at once, whatever it was doing; without, it passes through its timeline,
  // and is refused in the states in which the API would.
  PowerOutcome ManualStart(std::string_view project, std::string_view instance, bool instant);
  PowerOutcome ManualStop(std::string_view project, std::string_view instance, bool instant);

  // Undoes what happened since the construction: no faults, no log, default settings, no token that
  // the endpoint issued; and unless `keep_fleet`, no projects. Seeded tokens and users stay, and so
  // does time.
  void Reset(bool keep_fleet);

 private:
  ApiReply Handle(const ApiRequest& request);
  PowerOutcome ChangePower(bool start, std::string_view project, std::string_view instance,
                           bool instant);

  const Options options_;
  std::atomic<SimTime::rep> advanced_{0};
  Cloud cloud_;
  TokenBook tokens_;
  FaultPlan faults_;
  RequestLog log_;
  DbssApi api_;
  std::unique_ptr<Control> control_;
  HttpServer server_;  // Last, so that its threads end first.
  int port_ = 0;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_DBSS_SIM_H_
