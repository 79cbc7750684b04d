#include "daemon/app/logged_calls.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "daemon/core/names.h"
#include "daemon/rpc/methods.h"
#include "daemon/store/stored_names.h"

namespace quiesce::app {
namespace {

using observability::LogLevel;

bool Changes(std::string_view method) {
  for (const rpc::Method& known : rpc::method::kAll) {
    if (known.name == method) return known.access != rpc::Access::kRead;
  }
  return false;
}

bool NeedsAttention(const cloud::CredentialStatus& status) {
  using State = cloud::CredentialStatus::State;
  switch (status.state) {
    case State::kUnused:
    case State::kOk:
    case State::kRenewing:
      return false;
    case State::kTrying:
      return status.next_probe_at.has_value();  // the changed one was refused
    case State::kMissing:
    case State::kRejected:
    case State::kLocked:
      return true;
  }
  return true;
}

LogLevel LevelOf(const core::CallResult& result) {
  if (result.outcome == core::Outcome::kAccepted) return LogLevel::kInfo;
  // Not sent and nobody's failure: no connection was free in time, or the daemon is stopping.
  const bool idle = result.call_class == core::CallClass::kNone;
  return idle ? LogLevel::kDebug : LogLevel::kWarning;
}

}  // namespace

std::string LoggedInstanceApi::AliasOf(const std::string& project_id) const {
  const auto alias = aliases_.find(project_id);
  return alias == aliases_.end() ? project_id : alias->second;
}

void LoggedInstanceApi::SetAliases(std::map<std::string, std::string> aliases) {
  aliases_ = std::move(aliases);
  troubled_.clear();
  failing_.clear();
}

void LoggedInstanceApi::Note(const std::vector<store::Change>& changes) {
  for (const store::Change& change : changes) {
    const auto* changed = std::get_if<store::InstanceChanged>(&change);
    if (changed == nullptr) continue;
    const core::InstanceRecord& record = changed->record;
    if (record.attempt.outcome == core::Outcome::kOpen) {
      attempts_[record.key] = record.attempt.id;
    } else {
      attempts_.erase(record.key);
    }
  }
}

void LoggedInstanceApi::Stop(const core::InstanceKey& key, absl::Duration deadline,
                             cloud::StopDone done) {
  const SteadyTime start = clock_.Read().steady;
  const auto open = attempts_.find(key);
  std::string attempt_id = open == attempts_.end() ? "" : open->second;
  api_.Stop(key, deadline,
            [this, key, start, attempt_id = std::move(attempt_id),
             done = std::move(done)](core::CallResult result) mutable {
              LogStop(key, attempt_id, result, clock_.Read().steady - start);
              LogCredential(key.project_id);
              std::move(done)(std::move(result));
            });
}

void LoggedInstanceApi::LogStop(const core::InstanceKey& key, const std::string& attempt_id,
                                const core::CallResult& result, absl::Duration took) {
  log_.Log(LevelOf(result), "stop called",
           {{"attempt_id", attempt_id},
            {"instance", core::FormatInstanceName(key)},
            {"project", AliasOf(key.project_id)},
            {"outcome", store::StoredName(result.outcome)},
            {"class", store::StoredName(result.call_class)},
            {"http_status", result.http_status},
            {"code", result.error_code},
            {"text", result.message},
            {"cloud_request_id", result.cloud_request_id},
            {"took", took}});
}

void LoggedInstanceApi::List(const std::string& project_id, absl::Duration deadline,
                             cloud::ListDone done) {
  api_.List(project_id, deadline,
            [this, project_id, done = std::move(done)](cloud::ListResult result) mutable {
              LogList(project_id, result);
              LogCredential(project_id);
              std::move(done)(std::move(result));
            });
}

void LoggedInstanceApi::LogCredential(const std::string& project_id) {
  const cloud::CredentialStatus status = api_.CredentialOf(project_id);
  const auto now = NeedsAttention(status) ? std::optional(status.state) : std::nullopt;
  const auto last = std::exchange(troubled_[project_id], now);
  if (now == last) return;
  if (now) {
    log_.Warning(
        "a credential needs attention",
        {{"project", AliasOf(project_id)}, {"source", status.source}, {"detail", status.detail}});
  } else {
    log_.Info("a credential works again",
              {{"project", AliasOf(project_id)}, {"source", status.source}});
  }
}

void LoggedInstanceApi::LogList(const std::string& project_id, const cloud::ListResult& result) {
  const auto failing = failing_.find(project_id);
  if (result.ok) {
    if (failing == failing_.end()) return;
    failing_.erase(failing);
    return log_.Info("listing works again", {{"project", AliasOf(project_id)}});
  }
  if (failing != failing_.end() && failing->second == result.call_class) return;
  failing_[project_id] = result.call_class;
  log_.Warning("listing fails", {{"project", AliasOf(project_id)},
                                 {"class", store::StoredName(result.call_class)},
                                 {"http_status", result.http_status},
                                 {"code", result.error_code},
                                 {"text", result.message}});
}

void LoggedRpcs::CallEnded(const rpc::CallEnd& end) {
  const bool fault = !end.incident.empty();
  const LogLevel level = fault                 ? LogLevel::kError
                         : Changes(end.method) ? LogLevel::kInfo
                                               : LogLevel::kDebug;
  log_.Log(level, "call ended",
           {{"method", end.method},
            {"principal", end.principal},
            {"code", absl::StatusCodeToString(end.code)},
            {"reason", end.reason},
            {"incident", end.incident},
            {"fault", end.fault},
            {"took", end.took}});
}

void LoggedRpcs::Reconciled(const rpc::Reconcile& reconcile) {
  log_.Info("reconcile requested", {{"principal", reconcile.principal},
                                    {"instance", reconcile.instance},
                                    {"skipped", reconcile.skipped},
                                    {"effect", reconcile.effect},
                                    {"because", reconcile.because},
                                    {"reason", reconcile.reason}});
}

}  // namespace quiesce::app
