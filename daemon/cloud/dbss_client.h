#ifndef QUIESCE_DAEMON_CLOUD_DBSS_CLIENT_H_
#define QUIESCE_DAEMON_CLOUD_DBSS_CLIENT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "daemon/cloud/auth/secret_source.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/endpoint.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/cloud/proxy.h"
#include "daemon/core/power_state.h"

namespace quiesce::cloud {

// Says where its secret is; holds none.
struct DbssCredential {
  std::string name;
  std::string file{};  // of the token, the password or the key pair; empty: variables hold it
  int max_in_flight = limits::kDefaultMaxInFlight;  // of each endpoint, stops and lists
  CredentialStatus::Kind kind = CredentialStatus::Kind::kTokenFile;
  // Of a password.
  std::string user{};
  std::string domain{};
  std::string password_env{};
  // Of an access key.
  std::string access_key_env{};
  std::string secret_key_env{};
  std::string security_token_env{};  // empty: the key is no temporary one
};

struct DbssProject {
  std::string id;
  Endpoint endpoint;
  std::string ca_file;     // PEM; empty: the system's authorities
  std::string credential;  // name
  core::StatusMap status_map;
  std::optional<Endpoint> iam_endpoint{};  // required with a password
};

struct DbssOptions {
  std::vector<DbssCredential> credentials;
  std::vector<DbssProject> projects;
  std::string version;  // of quiesced, for User-Agent
  ProxySettings proxies{};
  auth::Environment environment{};  // required with credentials in variables
};

// The cloud over HTTP: Huawei Cloud DBSS, database O&M.
//
// Each credential has `max_in_flight` threads for each endpoint that it is used at, each with its
// own kept-alive connection (see CallPool for how stops and lists share them), and one more that
// ends what passes its deadline: a dead endpoint uses up no thread of another. What makes requests
// believed is shared by all endpoints of a credential.
// Stop and List only queue; answers are parsed and folded on those threads; `done` runs on the
// executor. Results that the contract in instance_api.h leaves open:
//   - A stop that no thread took within limits::kMaxHandOverDelay, one too many, or one during
//     Drain: NOT_SENT with class NONE. Nobody's failure; the next try is a new attempt.
//   - No secret to send (file missing, rejected, ...): NOT_SENT with class AUTH, and the message
//     names its source. A token that is being fetched: NOT_SENT with class NONE, after at most
//     limits::kMaxHandOverDelay for a stop.
//   - A project that is not in the options, or an id that is none: NOT_SENT with class PERMANENT.
//   - No connection, no TLS, a refused certificate: NOT_SENT with class TRANSIENT.
//   - Class AUTH and THROTTLED do not pause anything here: the caller decides when to try again.
// A list fails in the same ways, with class TRANSIENT where a stop has NONE.
class DbssClient final : public InstanceApi {
 public:
  // INVALID_ARGUMENT for options that contradict themselves or name an unusable ca_file. Secrets
  // are read by calls, not here: one may arrive later than the daemon. Clock and executor must
  // outlive the client.
  static absl::StatusOr<std::unique_ptr<DbssClient>> Create(DbssOptions options, Clock* clock,
                                                            Executor* executor);
  ~DbssClient() override;  // as Drain(0)

  void Stop(const core::InstanceKey& key, absl::Duration deadline, StopDone done) override;
  void List(const std::string& project_id, absl::Duration deadline, ListDone done) override;
  CredentialStatus CredentialOf(const std::string& project_id) const override;

  // Ends the client: from now on nothing is taken, what waits is NOT_SENT, calls in flight have
  // `timeout` to end, those left are cut (a stop is then UNKNOWN) and all threads are joined. Every
  // `done` was posted when it returns. Blocks for `timeout` at most, plus a look-up of a host name
  // that is under way, which nothing can interrupt. By the owner, once; not from the executor's
  // thread if that must go on running.
  void Drain(absl::Duration timeout);

 private:
  class Line;
  struct Credential;
  class Project;

  DbssClient(Clock* clock, Executor* executor);

  absl::Status AddCredential(const DbssCredential& config, const DbssOptions& options);
  absl::Status AddProject(DbssProject config, const DbssOptions& options);

  Clock* const clock_;
  Executor* const executor_;
  SystemRandom random_;
  // Constant after Create.
  std::map<std::string, std::unique_ptr<Credential>> credentials_;
  std::map<std::string, std::unique_ptr<Project>> projects_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_DBSS_CLIENT_H_
