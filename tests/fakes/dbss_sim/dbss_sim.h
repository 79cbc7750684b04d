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
// What is simulated: ListInstances, StopDbOmInstance, and POST /v3/auth/tokens on the same port, in
// plain HTTP and in TLS; tokens that expire and are revoked, signatures with keys that get locked,
// and the gateway's quotas. Everything that goes wrong by itself is a rule (fault_json.h).
// Over HTTP, /_sim/ is the control interface (control.h); it is not part of the log.
//
// Not simulated: the other operations of db-om, the search for a project's id (5.3) and the issue
// of temporary keys (5.4), which are an unknown API to the gateway: 404 APIGW.0101, and an "other"
// in the log, where a test finds calls that must not exist. A token asked for with a second factor.
// The lock of a user after wrong passwords. The header X-Project-Id is neither needed nor looked
// at.
//
// Nothing here may use code of the daemon, and the daemon's tests may not lend it any: one mistake
// must not hide in both.

#ifndef TESTS_FAKES_DBSS_SIM_DBSS_SIM_H_
#define TESTS_FAKES_DBSS_SIM_DBSS_SIM_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/certificates.h"
#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/dbss_api.h"
#include "tests/fakes/dbss_sim/fault_plan.h"
#include "tests/fakes/dbss_sim/fleet.h"
#include "tests/fakes/dbss_sim/gateway.h"
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
    // A second port, for TLS. Its certificate is `tls_identity`, or one made on the spot for
    // localhost and 127.0.0.1 when that is not set.
    bool tls = false;
    int tls_port = 0;
    std::optional<TlsIdentity> tls_identity;
    // The calendar, by which signatures are dated. The system's when not set.
    DbssApi::WallClock wall_clock;
    // The time of the model, the tokens and the log. The monotonic clock of the system when not
    // set; waits for latencies and delays are in real time in any case.
    DbssApi::Clock clock;
  };

  DbssSim();
  explicit DbssSim(Options options);
  ~DbssSim();  // Stops.
  DbssSim(const DbssSim&) = delete;
  DbssSim& operator=(const DbssSim&) = delete;

  // True once connections are accepted; false when a port is taken or `tls_identity` is none. To be
  // called once.
  bool Start();

  // Cuts every connection and returns when the last request has ended. Idempotent.
  void Stop();

  int port() const { return port_; }
  std::string endpoint() const;  // "http://127.0.0.1:PORT"

  int tls_port() const { return tls_port_; }  // 0 without TLS.
  std::string tls_endpoint() const;           // "https://localhost:PORT"
  // The certificate, in PEM, that a client must believe in to find those made here good.
  const std::string& tls_authority() const { return authority_pem_; }
  // What new connections to the TLS port are shown from now on, unless a rule says otherwise.
  void ShowCertificate(CertificateKind kind) { shown_ = kind; }

  // The parts; see their headers.
  Cloud& cloud() { return cloud_; }
  FaultPlan& faults() { return faults_; }
  RequestLog& log() { return log_; }
  TokenBook& tokens() { return gateway_.tokens(); }
  KeyBook& keys() { return gateway_.keys(); }
  QuotaBook& quotas() { return gateway_.quotas(); }
  DbssApi& api() { return api_; }

  // The gateway accepts `token` for every project and for ever.
  void AddToken(std::string_view token);

  SimTime now() const;
  std::chrono::system_clock::time_point wall_now() const;  // Advance does not move it.

  // Moves the simulator's time forward, past the phases of stops and the lifetime of tokens.
  void Advance(std::chrono::microseconds duration);

  // What somebody does behind the client's back; in the log when it has an effect. With `instant`
  // the instance is there at once, whatever it was doing; without, it passes through its timeline,
  // and is refused in the states in which the API would.
  PowerOutcome ManualStart(std::string_view project, std::string_view instance, bool instant);
  PowerOutcome ManualStop(std::string_view project, std::string_view instance, bool instant);

  // Undoes what happened since the construction: no faults, no log, default settings, no quotas, no
  // token that the endpoint issued, no locked keys, a good certificate; and unless `keep_fleet`, no
  // projects. Seeded tokens, users and keys stay, and so does time.
  void Reset(bool keep_fleet);

 private:
  ApiReply Handle(const ApiRequest& request);
  void MakeContexts();
  std::shared_ptr<SSL_CTX> ContextForConnection();
  PowerOutcome ChangePower(bool start, std::string_view project, std::string_view instance,
                           bool instant);

  const Options options_;
  std::atomic<SimTime::rep> advanced_{0};
  Cloud cloud_;
  Gateway gateway_;
  FaultPlan faults_;
  RequestLog log_;
  DbssApi api_;
  std::unique_ptr<Control> control_;
  std::string authority_pem_;
  std::map<CertificateKind, std::shared_ptr<SSL_CTX>> contexts_;  // Empty without TLS.
  std::atomic<CertificateKind> shown_{CertificateKind::kGood};
  int port_ = 0;
  int tls_port_ = 0;
  HttpServer server_;  // These are last, so that their threads end first.
  HttpServer tls_server_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_DBSS_SIM_H_
