#ifndef QUIESCE_DAEMON_CLOUD_INSTANCE_API_H_
#define QUIESCE_DAEMON_CLOUD_INSTANCE_API_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/list_tally.h"
#include "daemon/core/facts.h"
#include "daemon/core/quota.h"
#include "daemon/core/transition.h"

namespace quiesce::cloud {

// What came of one list call.
struct ListResult {
  bool ok = false;  // a whole, well-formed answer
  // Of a failed one: whether a request was tried (it did not wait in vain for a connection or a
  // token), and whether a byte of it went out.
  bool tried = true;
  bool sent = true;
  std::vector<core::ListedInstance> instances;  // each id once
  ListTally tally;                              // of those
  // Of a failed one.
  core::CallClass call_class = core::CallClass::kNone;
  int32_t http_status = 0;
  std::string error_code;
  std::string message;      // safe to show: no secret, no control characters, bounded
  bool distrusted = false;  // see core::CallResult
  std::optional<absl::Duration> retry_after;
  std::optional<core::QuotaWindow> quota;
  // What the cloud's clock showed when it answered, to the second. Of any answer.
  std::optional<absl::Time> server_time;
  bool unmapped = false;  // no row of the error table knows this answer
};

using StopDone = absl::AnyInvocable<void(core::CallResult) &&>;
using ListDone = absl::AnyInvocable<void(ListResult) &&>;

// The cloud, as far as the daemon needs it: look at a project, stop an instance. There is no
// start, reboot or delete here, and none may come.
//
// Thread-safe; neither call blocks. Each makes at most one HTTP request (a stop exactly one, or
// none when it reports NOT_SENT) and nothing is ever repeated by itself. `done` runs on the
// executor exactly once, at the latest soon after `deadline`, whatever the peer does.
//
// Not idempotent: a stop of a stopped instance is probably refused with an opaque 400
// (daemon/cloud/API.md 7), and there is no idempotency key. Callers look before they call.
class InstanceApi {
 public:
  virtual ~InstanceApi() = default;

  // Asks the cloud to stop one instance. ACCEPTED means that the cloud took the order, not that
  // the instance is stopped. Outcome:
  //   kAccepted  HTTP 200 with result "success"
  //   kRejected  a whole answer that says no; call_class says why
  //   kNotSent   the connection, TLS handshake or name look-up failed, or a deadline passed before
  //              the first byte went out
  //   kUnknown   anything else: the request may have had effect
  virtual void Stop(const core::InstanceKey& key, absl::Duration deadline, StopDone done) = 0;

  // Lists a whole project: the API has neither paging nor a filter.
  virtual void List(const std::string& project_id, absl::Duration deadline, ListDone done) = 0;

  // How the project's credential stands. Does not block.
  virtual CredentialStatus CredentialOf(const std::string& project_id) const = 0;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_INSTANCE_API_H_
