#ifndef QUIESCE_DAEMON_CONFIG_CONFIG_H_
#define QUIESCE_DAEMON_CONFIG_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/cloud/endpoint.h"
#include "daemon/core/facts.h"
#include "daemon/core/power_state.h"
#include "daemon/core/quota.h"
#include "daemon/rpc/listener.h"

// What the configuration says, read and checked by config_file.h.
namespace quiesce::config {

// How to get at a cloud account. Holds no secret itself, and must not.
struct Credential {
  enum class Type : uint8_t { kTokenFile, kPassword, kAccessKey };
  std::string name;
  Type type = Type::kTokenFile;
  std::string file;  // of the token, the password or the key pair; absolute; empty: variables
  // Of a password.
  std::string user;
  std::string domain;
  std::string password_env;
  std::optional<cloud::Endpoint> iam_endpoint;  // none: that of a project's region
  // Of an access key: both or none of the first two.
  std::string access_key_env;
  std::string secret_key_env;
  std::string security_token_env;
  int max_in_flight = limits::kDefaultMaxInFlight;
  double quota_reserve = limits::kDefaultQuotaReserve;  // share of the quota that others are left
  std::optional<core::QuotaWindow> quota;               // none: as the gateway says

  // Where the secret is, for people: a path, or variables as `$NAME`.
  std::string SecretSource() const;
};

struct Project {
  std::string id;
  std::string alias;
  std::string region;  // empty: only an endpoint is given
  cloud::Endpoint endpoint;
  std::optional<cloud::Endpoint> iam_endpoint;  // if its credential is a password
  std::string ca_file;                          // absolute; empty: the system's authorities
  std::string credential;                       // name of one
  core::ObservationMode observation = core::ObservationMode::kList;
  core::StatusMap status_map;
  // The endpoint that the store may still remember. Another one is refused at the start.
  std::optional<cloud::Endpoint> moved_from;
};

// Valid by itself: every reference leads somewhere, every number is within its bounds. Whether
// files exist and addresses are free is found out at the start.
struct Config {
  std::string server_name;
  std::vector<rpc::Listener> listeners;  // at least one
  std::string store_path;                // of the SQLite file, absolute
  std::vector<Credential> credentials;
  std::vector<Project> projects;  // at least one
  core::Timing timing;            // of all projects
};

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_CONFIG_H_
