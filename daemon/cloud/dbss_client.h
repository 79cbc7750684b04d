#ifndef QUIESCE_DAEMON_CLOUD_DBSS_CLIENT_H_
#define QUIESCE_DAEMON_CLOUD_DBSS_CLIENT_H_

#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/mutex.h"
#include "daemon/base/random.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/dbss_options.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/cloud/retirement.h"
#include "daemon/cloud/routes.h"

namespace quiesce::cloud {

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
//   - No connection, no TLS, a refused certificate: NOT_SENT with class TRANSIENT; with
//     `distrusted` for the certificate, and for a ca_file that cannot be read any more.
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

  // Other options than those of Create, checked and ready to be used.
  class Update;
  // INVALID_ARGUMENT as Create. Changes nothing. Blocks for the reading of files. One at a time.
  absl::StatusOr<std::unique_ptr<Update>> Prepare(const DbssOptions& options);
  // From now on, calls go out as `update` says, which was prepared since the last one. What it
  // leaves as it was goes on being used: connections, tokens, and what is known of secrets. Calls
  // in flight end as they would have; those that wait for a connection that is used no more are
  // NOT_SENT with class NONE. Does not block. Not after Drain.
  void Apply(std::unique_ptr<Update> update);

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
  using SharedRoutes = std::shared_ptr<const Routes>;

  DbssClient(Clock* clock, Executor* executor);

  SharedRoutes routes() const ABSL_LOCKS_EXCLUDED(mu_);

  Clock* const clock_;
  Executor* const executor_;
  SystemRandom random_;
  mutable Mutex mu_;
  SharedRoutes routes_ ABSL_GUARDED_BY(mu_);
  std::list<Retirement> retirements_ ABSL_GUARDED_BY(mu_);
};

class DbssClient::Update {
 private:
  friend class DbssClient;
  SharedRoutes routes_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_DBSS_CLIENT_H_
