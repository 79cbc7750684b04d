// The simulated API itself: routing, authentication by the gateway, stop, list, token, and the
// faults that a test has planned. No HTTP library here; the caller brings requests and carries
// replies.
//
// Order of events for a request, as in the real cloud: the gateway looks for the path (404
// APIGW.0101), then at the caller (gateway.h: 429, 401, 403), then the service looks
// at the ids and acts (daemon/cloud/API.md 3, 4). A fault with effect == false replaces all of
// that.

#ifndef TESTS_FAKES_DBSS_SIM_DBSS_API_H_
#define TESTS_FAKES_DBSS_SIM_DBSS_API_H_

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/fault_plan.h"
#include "tests/fakes/dbss_sim/gateway.h"
#include "tests/fakes/dbss_sim/request_ids.h"
#include "tests/fakes/dbss_sim/request_log.h"
#include "tests/fakes/dbss_sim/token_endpoint.h"

namespace quiesce::dbss_sim {

// Answers that the documentation leaves open, the likeliest first (daemon/cloud/API.md 3.2, 4, 7).
enum class WrongStateAnswer {
  kError,    // 400 DBSS.10020131
  kSuccess,  // 200 {"result":"success"}, and nothing happens
  kFailed,   // 200 {"result":"failed"}
};
enum class MissingInstanceAnswer {
  kInvalidId,   // 400 DBSS.10020021
  kNotFound,    // 404 DBSS.10021004
  kStopFailed,  // 400 DBSS.10020131
};
// How a list is answered to a caller who may not see the project (5.7).
enum class ForbiddenListAnswer {
  kError,  // 403 APIGW.0302
  kEmpty,  // 200 {"clusters":[]}, as some services do
};

struct ApiSettings {
  WrongStateAnswer stop_in_wrong_state = WrongStateAnswer::kError;
  MissingInstanceAnswer missing_instance = MissingInstanceAnswer::kInvalidId;
  ExpiredTokenAnswer expired_token = ExpiredTokenAnswer::kExpires;
  ForbiddenListAnswer forbidden_list = ForbiddenListAnswer::kError;
  std::chrono::microseconds token_lifetime = kTokenLifetime;  // Of tokens issued from now on.
  // Every list shows what was true that long ago.
  std::chrono::microseconds list_lag{0};
  // By how much the gateway's calendar is ahead of the true time.
  std::chrono::microseconds wall_offset{0};
  // Time that a request takes before it has its effect.
  std::chrono::microseconds list_latency{0};
  std::chrono::microseconds stop_latency{0};
  std::chrono::microseconds token_latency{0};
};

// Thread-safe.
class DbssApi {
 public:
  // Waits that long in real time and returns true; or returns false earlier, when the simulator is
  // stopping.
  using Wait = std::function<bool(std::chrono::microseconds)>;
  using Clock = std::function<SimTime()>;
  using WallClock = std::function<std::chrono::system_clock::time_point()>;

  // All pointers must outlive this object.
  DbssApi(Cloud* cloud, Gateway* gateway, FaultPlan* faults, RequestLog* log, Clock clock,
          WallClock wall_clock, Wait wait);

  // Blocks for the latency and for the delays of a fault, otherwise for no longer than a list takes
  // to write. The request is in the log, complete, when it returns.
  ApiReply Handle(const ApiRequest& request);

  void SetSettings(const ApiSettings& settings);
  ApiSettings settings() const;

 private:
  struct Route {
    Op op = Op::kOther;
    std::string project;
    std::string instance;  // Of kOther, the method and the target, for the log.
  };

  struct Outcome {
    ApiReply reply;
    bool effect = false;
  };

  static Route RouteOf(const ApiRequest& request);

  Outcome Carry(const Route& route, const ApiRequest& request, const Fault* fault,
                const std::string& request_id);
  Outcome Execute(const Route& route, const ApiRequest& request, const Fault* fault,
                  const ApiSettings& settings, const std::string& request_id);
  Outcome List(const Route& route, const Fault* fault, const ApiSettings& settings,
               const std::string& request_id);
  Outcome IssueToken(const ApiRequest& request, const ApiSettings& settings, const Moment& moment,
                     const std::string& request_id);
  Outcome Stop(const Route& route, const ApiSettings& settings);

  Cloud* const cloud_;
  Gateway* const gateway_;
  FaultPlan* const faults_;
  RequestLog* const log_;
  const Clock clock_;
  const WallClock wall_clock_;
  const Wait wait_;
  RequestIds request_ids_;

  mutable std::mutex settings_mutex_;
  ApiSettings settings_;  // Guarded by settings_mutex_.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_DBSS_API_H_
