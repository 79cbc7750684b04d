#ifndef QUIESCE_DAEMON_APP_PART_OPTIONS_H_
#define QUIESCE_DAEMON_APP_PART_OPTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/cloud/dbss_options.h"
#include "daemon/config/config.h"
#include "daemon/core/facts.h"
#include "daemon/engine/projects.h"
#include "daemon/store/state_store.h"

// What each part of the daemon is told of the configuration. None of them knows it.
namespace quiesce::app {

std::vector<core::ProjectSettings> ProjectSettingsOf(const config::Config& config);
store::ProjectMap ProjectMapOf(const config::Config& config);
std::vector<engine::ProjectConfig> EngineProjectsOf(const config::Config& config);
// By project id.
std::map<std::string, std::string> AliasesOf(const config::Config& config);

// With the proxies of the environment. INVALID_ARGUMENT if those are none.
absl::StatusOr<cloud::DbssOptions> CloudOptionsOf(const config::Config& config);

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_PART_OPTIONS_H_
