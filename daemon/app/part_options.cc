#include "daemon/app/part_options.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/version.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/proxy.h"

namespace quiesce::app {
namespace {

core::ProjectSettings SettingsOf(const config::Project& project, const config::Config& config) {
  core::ProjectSettings settings;
  settings.id = project.id;
  settings.alias = project.alias;
  settings.mode = project.observation;
  settings.timing = config.timing;
  return settings;
}

// Holds no secret, as the configuration holds none.
std::string FingerprintOf(const config::Project& project, const config::Credential& credential) {
  std::string print = absl::StrCat(
      project.ca_file, "|", project.iam_endpoint ? project.iam_endpoint->ToString() : "", "|",
      static_cast<int>(credential.type), "|", credential.user, "|", credential.domain);
  for (const auto& [status, state] : project.status_map) {
    absl::StrAppend(&print, "|", status, "=", static_cast<int>(state));
  }
  return print;
}

cloud::CredentialStatus::Kind KindOf(config::Credential::Type type) {
  switch (type) {
    case config::Credential::Type::kPassword:
      return cloud::CredentialStatus::Kind::kPassword;
    case config::Credential::Type::kAccessKey:
      return cloud::CredentialStatus::Kind::kAccessKey;
    case config::Credential::Type::kTokenFile:
      break;
  }
  return cloud::CredentialStatus::Kind::kTokenFile;
}

std::optional<std::string> VariableOf(const std::string& name) {
  const char* value = getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

struct Variable {
  std::string name;
  std::string value;
};

// As other programs take them: in small letters before capitals.
Variable ProxyVariable(const std::string& small, const std::string& capital) {
  if (auto value = VariableOf(small)) return {small, *std::move(value)};
  return {capital, VariableOf(capital).value_or("")};
}

absl::StatusOr<cloud::ProxySettings> ProxiesOfEnvironment() {
  const Variable proxy = ProxyVariable("https_proxy", "HTTPS_PROXY");
  const Variable bypass = ProxyVariable("no_proxy", "NO_PROXY");
  auto proxies = cloud::ProxySettings::Parse(proxy.value, bypass.value);
  if (proxies.ok()) return proxies;
  return absl::InvalidArgumentError(
      absl::StrCat("the environment variable ", proxy.name, ": ", proxies.status().message()));
}

}  // namespace

std::vector<core::ProjectSettings> ProjectSettingsOf(const config::Config& config) {
  std::vector<core::ProjectSettings> all;
  for (const config::Project& project : config.projects) all.push_back(SettingsOf(project, config));
  return all;
}

store::ProjectMap ProjectMapOf(const config::Config& config) {
  store::ProjectMap map;
  for (core::ProjectSettings& settings : ProjectSettingsOf(config)) {
    map.emplace(settings.id, std::move(settings));
  }
  return map;
}

std::vector<engine::ProjectConfig> EngineProjectsOf(const config::Config& config) {
  std::map<std::string, config::Credential> credentials;
  for (const config::Credential& credential : config.credentials) {
    credentials[credential.name] = credential;
  }
  std::vector<engine::ProjectConfig> projects;
  for (const config::Project& project : config.projects) {
    const config::Credential& credential = credentials[project.credential];
    projects.push_back({SettingsOf(project, config), project.endpoint.ToString(), project.region,
                        credential.name, credential.SecretSource(), credential.max_in_flight,
                        engine::QuotaConfig{credential.quota_reserve, credential.quota},
                        FingerprintOf(project, credential)});
  }
  return projects;
}

absl::StatusOr<cloud::DbssOptions> CloudOptionsOf(const config::Config& config) {
  cloud::DbssOptions options;
  options.version = kVersion;
  options.environment = VariableOf;
  QUIESCE_ASSIGN_OR_RETURN(options.proxies, ProxiesOfEnvironment());
  for (const config::Credential& credential : config.credentials) {
    options.credentials.push_back({credential.name, credential.file, credential.max_in_flight,
                                   KindOf(credential.type), credential.user, credential.domain,
                                   credential.password_env, credential.access_key_env,
                                   credential.secret_key_env, credential.security_token_env});
  }
  for (const config::Project& project : config.projects) {
    options.projects.push_back({project.id, project.endpoint, project.ca_file, project.credential,
                                project.status_map, project.iam_endpoint});
  }
  return options;
}

std::map<std::string, std::string> AliasesOf(const config::Config& config) {
  std::map<std::string, std::string> aliases;
  for (const config::Project& project : config.projects) aliases[project.id] = project.alias;
  return aliases;
}

}  // namespace quiesce::app
