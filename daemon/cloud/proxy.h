#ifndef QUIESCE_DAEMON_CLOUD_PROXY_H_
#define QUIESCE_DAEMON_CLOUD_PROXY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/cloud/endpoint.h"

namespace quiesce::cloud {

// Something that makes connections for us when told to CONNECT.
struct Proxy {
  std::string host;  // a name, or an address without brackets
  int port = 0;
  // Empty: it asks for none. Secrets.
  std::string user;
  std::string password;

  std::string ToString() const;  // http://HOST:PORT, no secret
};

// Which proxy leads to which endpoint. A value.
class ProxySettings {
 public:
  ProxySettings() = default;  // none

  // `https_proxy`: `http://[USER:PASSWORD@]HOST:PORT`, percent-encoded where it must be; empty:
  // none. `no_proxy`: hosts that are reached without it, separated by commas: a name stands for
  // itself and all names below it, with or without a dot before it, `*` for all. Addresses are
  // compared as they are written; networks (10.0.0.0/8) are not known. INVALID_ARGUMENT repeats
  // nothing of the proxy's address, where a password may be.
  static absl::StatusOr<ProxySettings> Parse(std::string_view https_proxy,
                                             std::string_view no_proxy);

  // None for plain http://, for this machine, and for what `no_proxy` names.
  std::optional<Proxy> For(const Endpoint& endpoint) const;

 private:
  std::optional<Proxy> proxy_;
  std::vector<std::string> bypass_;  // lower case, without the dot before it
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_PROXY_H_
