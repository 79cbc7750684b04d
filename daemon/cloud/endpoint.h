#ifndef QUIESCE_DAEMON_CLOUD_ENDPOINT_H_
#define QUIESCE_DAEMON_CLOUD_ENDPOINT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quiesce::cloud {

// Where the API of a region answers. A value; made by ParseEndpoint or EndpointOfRegion only.
struct Endpoint {
  bool tls = true;
  std::string host;  // lower case: a DNS name, or an IP address without brackets
  int port = 443;

  // https://dbss.cn-north-4.myhuaweicloud.com, http://127.0.0.1:8080, https://[::1]:8443. A default
  // port is left out, so that two ways to write one endpoint give one text.
  std::string ToString() const;
  // The value of the Host header.
  std::string HostHeader() const;
  bool host_is_address() const;
  // 127.0.0.0/8, ::1 or localhost.
  bool is_loopback() const;

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.tls == b.tls && a.host == b.host && a.port == b.port;
  }
  friend bool operator!=(const Endpoint& a, const Endpoint& b) { return !(a == b); }
};

// Reads `scheme://host[:port][/]`. INVALID_ARGUMENT says what is wrong and the way out; it never
// repeats a user name or password that the text may hold.
//
// Plain http:// is for loopback only (127.0.0.0/8, ::1, localhost): the token would travel in the
// clear, and the HTTP library can be crashed by a hostile peer, which TLS keeps out. `localhost` is
// 127.0.0.1 without a look-up.
absl::StatusOr<Endpoint> ParseEndpoint(std::string_view text);

// The vendor's endpoint of a region such as cn-north-4.
absl::StatusOr<Endpoint> EndpointOfRegion(std::string_view region);

// Where tokens of that region come from.
absl::StatusOr<Endpoint> IamEndpointOfRegion(std::string_view region);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_ENDPOINT_H_
