#include "client/lib/target.h"

#include <sys/un.h>

#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/lib/api_error.h"
#include "daemon/core/names.h"

namespace quiesce::client {
namespace {

absl::Status Problem(const std::string& text, const std::string& what) {
  return ToStatus(absl::StatusCode::kInvalidArgument,
                  absl::StrCat("server ", core::Quoted(text), " ", what), Trouble::kArgument);
}

// 127.0.0.0/8 in four numbers: `127.0.0.1.example.com` is another host.
bool IsLoopbackAddress(const std::string& host) {
  int dots = 0;
  for (const char c : host) {
    if (c == '.') ++dots;
    if (c != '.' && (c < '0' || c > '9')) return false;
  }
  return dots == 3 && absl::StartsWith(host, "127.");
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || IsLoopbackAddress(host);
}

absl::StatusOr<Target> ParseUnix(const std::string& text) {
  std::string path = text.substr(std::string_view("unix:").size());
  if (absl::StartsWith(path, "//")) path = path.substr(2);
  if (!absl::StartsWith(path, "/")) {
    return Problem(text, "has no absolute path, write unix:///run/quiesced/api.sock");
  }
  constexpr size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kLongest) {
    return Problem(text, absl::StrCat("has a path of ", path.size(),
                                      " bytes, a unix socket's has at most ", kLongest));
  }
  return Target{text, absl::StrCat("unix:", path), path};
}

}  // namespace

absl::StatusOr<Target> ParseTarget(const std::string& text) {
  if (absl::StartsWith(text, "unix:")) return ParseUnix(text);
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 1 || port > 65535) {
    return Problem(text, "is neither unix:///path nor host:port");
  }
  const std::string host = text.substr(0, colon);
  if (!IsLoopback(host)) {
    return Problem(text,
                   "is not on this machine: this version has no TLS and connects to unix sockets, "
                   "127.0.0.1, [::1] and localhost only; run it there, or forward a port with ssh");
  }
  return Target{text, text, ""};
}

}  // namespace quiesce::client
