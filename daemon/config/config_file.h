#ifndef QUIESCE_DAEMON_CONFIG_CONFIG_FILE_H_
#define QUIESCE_DAEMON_CONFIG_CONFIG_FILE_H_

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/yaml/error.h"

// The configuration of the daemon: one YAML file, read at the start and at each SIGHUP.
//
// Strict, like manifests: unknown and duplicate keys, values of another kind and values out of
// range are errors, each with its place, and all of them are reported at once. What a later version
// will support is refused by name, not ignored.
//
//     server:
//       name: prod                                  # shown in prompts; default: the host's name
//       listen: ["unix:///run/quiesced/api.sock"]   # the default
//       insecure_loopback: false                    # required for 127.0.0.1:7443
//     store: sqlite:///var/lib/quiesced/quiesced.db # the default
//     credentials:
//       main: {type: token_file, file: /etc/quiesced/keys/main.token, max_in_flight: 16}
//       iam:                                        # tokens by password, renewed in time
//         {type: password, user: quiesced, domain: acme, password_file: /etc/quiesced/keys/iam,
//          iam_endpoint: https://iam.example.com}   # default: that of the project's region
//       key: {type: access_key, file: /etc/quiesced/keys/key, quota_reserve: 10%,
//             quota: {calls: 200, per: 5m}}         # default: as the gateway says
//       env: {type: access_key, access_key_env: AK, secret_key_env: SK}
//     projects:
//       billing-cn:                                 # the alias, for people
//         id: 0123456789abcdef0123456789abcdef
//         region: cn-north-4
//         endpoint: https://dbss.cn-north-4.myhuaweicloud.com   # default: from the region
//         ca_file: /etc/quiesced/ca.pem             # default: the system's authorities
//         credential: main
//         observation: list                         # or none: the credential may only stop
//         status_map: {MAINTENANCE: BUSY}           # what raw statuses mean that we don't know
//         moved_from: https://dbss.example.com      # accepts this change of the endpoint
//     timing: {call_deadline: 10s, settle: 30s, list_idle: 60s, list_active: 5s, look_max_age: 30s}
namespace quiesce::config {

struct Result {
  Config config;  // of use only if there are no errors
  // In the order of the file, at most limits::kMaxYamlErrors.
  std::vector<yaml::Error> errors;
  bool more_errors = false;

  bool ok() const { return errors.empty(); }
  // The errors as lines; empty if there are none.
  std::string FormatErrors() const;
};

// Reads a file. Never throws.
Result Load(const std::string& path);
// The same for a text; `file` is its name in errors.
Result Parse(std::string_view text, std::string_view file);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_CONFIG_FILE_H_
