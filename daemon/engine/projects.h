#ifndef QUIESCE_DAEMON_ENGINE_PROJECTS_H_
#define QUIESCE_DAEMON_ENGINE_PROJECTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/core/facts.h"
#include "daemon/engine/credential_state.h"
#include "daemon/engine/registry.h"

namespace quiesce::engine {

// What the engine is told about a project.
struct ProjectConfig {
  core::ProjectSettings settings;
  std::string endpoint;
  std::string region;
  std::string credential;
  std::string credential_source;  // where its secret is read from, as people know it: a file
  int max_in_flight = limits::kDefaultMaxInFlight;  // of the credential
  QuotaConfig quota;                                // likewise
  // Of all that only the cloud's adapter needs to know: differs when any of it does.
  std::string fingerprint{};
};

// A list that could not be believed, and what to tell an operator about it.
struct SuspectList {
  absl::Time at;
  int64_t tracked = 0;
  int64_t missing = 0;
};

struct ListError {
  absl::Time at;
  cloud::ListResult result;
  cloud::CredentialStatus credential{};  // after it
};

// One project that is configured, or was, and what the engine is doing about it.
struct ProjectState {
  ProjectConfig config;
  int64_t configuration = 0;  // raised when it is configured otherwise
  CredentialState* credential = nullptr;
  ProjectRows* rows = nullptr;

  // Declared rows that are not settled as stopped or gone: decided again after each list.
  // In the order of instance ids: the same events lead to the same calls in the same order, which
  // is what makes a simulation repeatable.
  struct ByInstanceId {
    bool operator()(const Row* a, const Row* b) const { return a->instance_id < b->instance_id; }
  };
  absl::btree_set<Row*, ByInstanceId> open;
  size_t unsettled = 0;  // rows whose next change is expected from the cloud
  int calls_in_flight = 0;

  std::optional<ListError> last_error;  // of the last list, if it failed
  std::optional<SuspectList> suspect;   // if the last list is suspected

  bool configured() const { return config.settings.mode != core::ObservationMode::kUnconfigured; }
  // The last list was refused for the credential's sake, or there was none to send.
  bool list_refused() const {
    return last_error && (last_error->result.call_class == core::CallClass::kAuth ||
                          last_error->result.call_class == core::CallClass::kForbidden);
  }
};

// The projects. One that is not configured any more is kept, and so is a credential: calls and
// lists may be under way for it, and what was learned of its quota is of use when it comes back.
// Lives on the engine's loop; what it hands out lives as long as it.
class Projects {
 public:
  Projects(const std::vector<ProjectConfig>& configs, Registry& registry);

  // Exactly these are configured from now on, which is `now`.
  void Configure(const std::vector<ProjectConfig>& configs, SteadyTime now);

  // Null: not configured.
  ProjectState* Find(std::string_view project_id);
  // What decisions about a project's instances are made with, configured or not.
  const core::ProjectSettings& SettingsOf(std::string_view project_id);
  SteadyTime ThrottledUntil(std::string_view project_id);

  // Those too that were configured once.
  const std::vector<std::unique_ptr<ProjectState>>& all() const { return projects_; }
  const std::vector<std::unique_ptr<CredentialState>>& credentials() const { return credentials_; }

 private:
  CredentialState* StateOf(const ProjectConfig& config, SteadyTime now);
  ProjectState& StateOfProject(const std::string& project_id);

  Registry& registry_;
  std::vector<std::unique_ptr<CredentialState>> credentials_;
  std::vector<std::unique_ptr<ProjectState>> projects_;
  std::map<std::string, ProjectState*, std::less<>> by_id_;
  core::ProjectSettings unconfigured_;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_PROJECTS_H_
