#include "daemon/config/listener.h"

#include <sys/un.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/string_views.h"
#include "daemon/base/text.h"

namespace quiesce::config {
namespace {

using rpc::Listener;

constexpr std::string_view kUnixScheme = "unix://";
constexpr std::string_view kExamples = "write unix:///run/quiesced/api.sock or 127.0.0.1:7443";
// The kernel's limit, without the zero byte at the end.
constexpr size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

absl::Status Bad(std::string_view text, std::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text, kMaxSocketPath + 40), " ", ToAbsl(problem)));
}

absl::StatusOr<Listener> ParseUnix(std::string_view text) {
  Listener listener;
  listener.kind = Listener::Kind::kUnix;
  listener.path = std::string(text.substr(kUnixScheme.size()));
  if (listener.path.empty() || listener.path.front() != '/') {
    return Bad(text, "has no absolute path, write unix:///run/quiesced/api.sock");
  }
  if (listener.path.back() == '/') return Bad(text, "names a directory, not a socket in it");
  if (listener.path.size() > kMaxSocketPath) {
    return Bad(text, absl::StrCat("has a path of ", listener.path.size(),
                                  " bytes, a socket's may have at most ", kMaxSocketPath));
  }
  return listener;
}

absl::StatusOr<int> ParsePort(std::string_view text, std::string_view port) {
  uint32_t number = 0;
  // SimpleAtoi alone would also take "+443" and " 443".
  const bool digits =
      !port.empty() && port.size() <= 5 &&
      std::all_of(port.begin(), port.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!digits || !absl::SimpleAtoi(ToAbsl(port), &number) || number > 65535) {
    return Bad(text, "has no port from 0 to 65535");
  }
  return static_cast<int>(number);
}

absl::StatusOr<Listener::Kind> ParseHost(std::string_view text, std::string_view host) {
  if (host == "127.0.0.1") return Listener::Kind::kLoopbackIpv4;
  if (host == "::1") return Listener::Kind::kLoopbackIpv6;
  if (host == "localhost") {
    return Bad(text, "is a name, and what it means is up to this machine; write 127.0.0.1");
  }
  if (absl::StartsWith(ToAbsl(host), "127.")) return Bad(text, "is not supported, write 127.0.0.1");
  return Bad(text,
             "can be reached from other machines, which will need TLS and roles; neither is "
             "supported yet: listen on a unix socket or on 127.0.0.1");
}

absl::StatusOr<Listener> ParseLoopback(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return Bad(text, absl::StrCat("is neither a unix socket nor an address with a port, ",
                                  ToAbsl(kExamples)));
  }
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find(':') != std::string_view::npos) {
    return Bad(text, "has an IPv6 address without brackets, write one like [::1]:7443");
  }
  Listener listener;
  QUIESCE_ASSIGN_OR_RETURN(listener.port, ParsePort(text, text.substr(colon + 1)));
  QUIESCE_ASSIGN_OR_RETURN(listener.kind, ParseHost(text, host));
  return listener;
}

}  // namespace

absl::StatusOr<Listener> ParseListener(std::string_view text) {
  if (text.substr(0, kUnixScheme.size()) == kUnixScheme) return ParseUnix(text);
  if (absl::StartsWith(ToAbsl(text), "unix") || absl::StartsWith(ToAbsl(text), "/") ||
      text.find("://") != std::string_view::npos) {
    return Bad(text, absl::StrCat("has the wrong form, ", ToAbsl(kExamples)));
  }
  return ParseLoopback(text);
}

}  // namespace quiesce::config
