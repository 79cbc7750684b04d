#ifndef QUIESCE_DAEMON_CLOUD_DBSS_OPTIONS_H_
#define QUIESCE_DAEMON_CLOUD_DBSS_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/cloud/auth/secret_source.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/endpoint.h"
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

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_DBSS_OPTIONS_H_
