#include "daemon/cloud/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/string_views.h"
#include "daemon/core/names.h"

namespace quiesce::cloud {
namespace {

constexpr size_t kMaxHostLength = 253;  // of a DNS name
constexpr size_t kMaxLabelLength = 63;
constexpr std::string_view kExample = "https://dbss.cn-north-4.myhuaweicloud.com";

absl::Status Bad(std::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat(ToAbsl(problem), "; write an endpoint like ", ToAbsl(kExample)));
}

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool IsLoopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

bool IsLabel(std::string_view label) {
  const auto allowed = [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  };
  return !label.empty() && label.size() <= kMaxLabelLength && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), allowed);
}

bool IsDnsName(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostLength) return false;
  std::string_view last;
  for (size_t start = 0; start <= host.size();) {
    const size_t end = std::min(host.find('.', start), host.size());
    last = host.substr(start, end - start);
    if (!IsLabel(last)) return false;
    start = end + 1;
  }
  // 127.1 and 0x7f000001 are addresses to some resolvers; to us they are mistakes.
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  return !std::all_of(last.begin(), last.end(), is_digit) && !absl::StartsWith(ToAbsl(last), "0x");
}

absl::StatusOr<int> ParsePort(std::string_view text) {
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  uint32_t port = 0;
  // SimpleAtoi alone would also take "+443" and " 443".
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit) ||
      !absl::SimpleAtoi(ToAbsl(text), &port) || port == 0 || port > 65535) {
    return Bad(absl::StrCat("port ", core::Quoted(text), " is not a number from 1 to 65535"));
  }
  return static_cast<int>(port);
}

// Splits `host[:port]`, where the host may be an IPv6 address in brackets.
absl::Status ParseAuthority(std::string_view authority, Endpoint& endpoint) {
  std::optional<std::string_view> port;
  bool bracketed = false;
  std::string_view host = authority;
  if (!host.empty() && host.front() == '[') {
    const size_t close = host.find(']');
    if (close == std::string_view::npos) return Bad("the '[' of the host has no ']'");
    const std::string_view rest = host.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return Bad("only a port may follow the ']'");
    if (!rest.empty()) port = rest.substr(1);
    host = host.substr(1, close - 1);
    bracketed = true;
  } else if (const size_t colon = host.find(':'); colon != std::string_view::npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (port->find(':') != std::string_view::npos) {
      return Bad("an IPv6 address must stand in brackets, like https://[2001:db8::1]");
    }
  }
  endpoint.host = absl::AsciiStrToLower(ToAbsl(host));
  if (endpoint.host.empty()) return Bad("the host is missing");
  const bool is_host =
      bracketed ? IsIpv6(endpoint.host) : (IsIpv4(endpoint.host) || IsDnsName(endpoint.host));
  if (!is_host) {
    return Bad(absl::StrCat(core::Quoted(host), " is not a host name or an IP address"));
  }
  endpoint.port = endpoint.tls ? 443 : 80;
  if (!port) return absl::OkStatus();
  QUIESCE_ASSIGN_OR_RETURN(endpoint.port, ParsePort(*port));
  return absl::OkStatus();
}

}  // namespace

std::string Endpoint::HostHeader() const {
  const std::string bracketed = IsIpv6(host) ? absl::StrCat("[", host, "]") : host;
  return port == (tls ? 443 : 80) ? bracketed : absl::StrCat(bracketed, ":", port);
}

std::string Endpoint::ToString() const {
  return absl::StrCat(tls ? "https://" : "http://", HostHeader());
}

bool Endpoint::host_is_address() const { return IsIpv4(host) || IsIpv6(host); }

bool Endpoint::is_loopback() const { return IsLoopback(host); }

absl::StatusOr<Endpoint> ParseEndpoint(std::string_view text) {
  if (text.empty()) return Bad("the endpoint is empty");
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return Bad("the endpoint does not start with https://");
  const std::string scheme = absl::AsciiStrToLower(ToAbsl(text.substr(0, scheme_end)));
  if (scheme != "https" && scheme != "http") {
    return Bad(absl::StrCat("scheme ", core::Quoted(scheme), " is not https"));
  }
  std::string_view authority = text.substr(scheme_end + 3);
  // Before anything is quoted: what stands before an '@' is a password as a rule.
  if (authority.find('@') != std::string_view::npos) {
    return Bad("an endpoint holds no user name or password");
  }
  if (!authority.empty() && authority.back() == '/') authority.remove_suffix(1);
  if (authority.find_first_of("/?#") != std::string_view::npos) {
    return Bad("an endpoint has no path, query or fragment: only scheme, host and port");
  }
  Endpoint endpoint;
  endpoint.tls = scheme == "https";
  QUIESCE_RETURN_IF_ERROR(ParseAuthority(authority, endpoint));
  if (!endpoint.tls && !IsLoopback(endpoint.host)) {
    return absl::InvalidArgumentError(
        absl::StrCat("http:// would send the token in the clear and is for loopback only "
                     "(127.0.0.1, [::1], localhost); write https://",
                     endpoint.HostHeader()));
  }
  return endpoint;
}

namespace {

absl::StatusOr<Endpoint> VendorEndpoint(const char* service, std::string_view region) {
  if (!IsLabel(region)) {
    return absl::InvalidArgumentError(absl::StrCat(
        core::Quoted(region), " is not a region; write a region like cn-north-4, or an endpoint"));
  }
  return ParseEndpoint(
      absl::StrCat("https://", service, ".", ToAbsl(region), ".myhuaweicloud.com"));
}

}  // namespace

absl::StatusOr<Endpoint> EndpointOfRegion(std::string_view region) {
  return VendorEndpoint("dbss", region);
}

absl::StatusOr<Endpoint> IamEndpointOfRegion(std::string_view region) {
  return VendorEndpoint("iam", region);
}

}  // namespace quiesce::cloud
