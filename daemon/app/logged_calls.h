#ifndef QUIESCE_DAEMON_APP_LOGGED_CALLS_H_
#define QUIESCE_DAEMON_APP_LOGGED_CALLS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/core/facts.h"
#include "daemon/observability/logger.h"
#include "daemon/rpc/call_log.h"
#include "daemon/store/records.h"

namespace quiesce::app {

// Calls to the cloud, with a line in the log for each stop, for each list that fails in another way
// than the one before, or works again, and when a credential is not accepted any more, or again.
class LoggedInstanceApi final : public cloud::InstanceApi {
 public:
  // `aliases`: of projects, by id. What is referred to must outlive the executor's tasks.
  LoggedInstanceApi(cloud::InstanceApi& api, Clock& clock, observability::Logger& log,
                    std::map<std::string, std::string> aliases)
      : api_(api), clock_(clock), log_(log), aliases_(std::move(aliases)) {}

  // Other projects from now on, perhaps with other credentials: what was told of them before is
  // told again. On the executor.
  void SetAliases(std::map<std::string, std::string> aliases);

  // Learns from the store's feed which attempt a stop belongs to, so that its line can name it.
  // On the executor (or before it runs), before the engine gets the changes.
  void Note(const std::vector<store::Change>& changes);

  void Stop(const core::InstanceKey& key, absl::Duration deadline, cloud::StopDone done) override;
  void List(const std::string& project_id, absl::Duration deadline, cloud::ListDone done) override;
  cloud::CredentialStatus CredentialOf(const std::string& project_id) const override {
    return api_.CredentialOf(project_id);
  }

 private:
  // A line when the credential of the project stands in another way than after its last call.
  void LogCredential(const std::string& project_id);
  void LogStop(const core::InstanceKey& key, const std::string& attempt_id,
               const core::CallResult& result, absl::Duration took);
  void LogList(const std::string& project_id, const cloud::ListResult& result);
  std::string AliasOf(const std::string& project_id) const;

  cloud::InstanceApi& api_;
  Clock& clock_;
  observability::Logger& log_;
  std::map<std::string, std::string> aliases_;
  // By instance: the ids of the attempts that are open. As many as there are calls in flight.
  std::map<core::InstanceKey, std::string> attempts_;
  // The state of a project's credential, if that was told to need attention. Likewise.
  std::map<std::string, std::optional<cloud::CredentialStatus::State>> troubled_;
  // How the last list of a project failed. Used on the executor only, where `done` runs.
  std::map<std::string, core::CallClass> failing_;
};

// The end of each RPC: what changed something and what failed by our fault always, the rest at
// level debug. And what was asked for with RequestReconcile, with its reason: that is kept nowhere
// else.
class LoggedRpcs final : public rpc::CallLog {
 public:
  explicit LoggedRpcs(observability::Logger& log) : log_(log) {}
  void CallEnded(const rpc::CallEnd& end) override;
  void Reconciled(const rpc::Reconcile& reconcile) override;

 private:
  observability::Logger& log_;
};

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_LOGGED_CALLS_H_
