#include "daemon/cloud/proxy.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/base/string_views.h"

namespace quiesce::cloud {
namespace {

absl::Status Bad(const char* problem) {
  return absl::InvalidArgumentError(absl::StrCat("the proxy's address ", problem,
                                                 "; write http://HOST:PORT or "
                                                 "http://USER:PASSWORD@HOST:PORT"));
}

int HexValue(char c) {
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  if (lower >= '0' && lower <= '9') return lower - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// False: a '%' without two digits.
bool Decode(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = HexValue(text[i + 1]);
    const int low = HexValue(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return true;
}

absl::Status ParseLogin(std::string_view login, Proxy& proxy) {
  const size_t colon = login.find(':');
  if (colon == std::string_view::npos || !Decode(login.substr(0, colon), proxy.user) ||
      !Decode(login.substr(colon + 1), proxy.password) || proxy.user.empty() ||
      proxy.password.empty()) {
    return Bad("has a part before the '@' that is no USER:PASSWORD");
  }
  return absl::OkStatus();
}

absl::StatusOr<Proxy> ParseProxy(std::string_view text) {
  Proxy proxy;
  const size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    if (absl::AsciiStrToLower(ToAbsl(text.substr(0, scheme))) != "http") {
      return Bad("does not begin with http://");
    }
    text.remove_prefix(scheme + 3);
  }
  if (const size_t at = text.rfind('@'); at != std::string_view::npos) {
    const absl::Status login = ParseLogin(text.substr(0, at), proxy);
    if (!login.ok()) return login;
    text.remove_prefix(at + 1);
  }
  // As an endpoint's, which must not be http:// elsewhere; and a proxy has no usual port.
  const auto endpoint = ParseEndpoint(absl::StrCat("https://", ToAbsl(text)));
  if (!endpoint.ok()) return Bad("is not one of a host and a port");
  proxy.host = endpoint->host;
  proxy.port = endpoint->port;
  const bool names_port = absl::StrContains(ToAbsl(text.substr(text.find(']') + 1)), ":");
  if (!names_port) return Bad("has no port");
  return proxy;
}

bool IsBelow(const std::string& host, const std::string& domain) {
  return host == domain || absl::EndsWith(host, absl::StrCat(".", domain));
}

}  // namespace

std::string Proxy::ToString() const {
  return absl::StrCat("http://", absl::StrContains(host, ":") ? absl::StrCat("[", host, "]") : host,
                      ":", port);
}

absl::StatusOr<ProxySettings> ProxySettings::Parse(std::string_view https_proxy,
                                                   std::string_view no_proxy) {
  ProxySettings settings;
  if (https_proxy.empty()) return settings;
  auto proxy = ParseProxy(https_proxy);
  if (!proxy.ok()) return proxy.status();
  settings.proxy_ = *std::move(proxy);
  for (absl::string_view entry : absl::StrSplit(ToAbsl(no_proxy), ',')) {
    entry = absl::StripAsciiWhitespace(entry);
    std::string name = absl::AsciiStrToLower(entry);
    if (absl::StartsWith(name, "[") && absl::EndsWith(name, "]")) {
      name = name.substr(1, name.size() - 2);
    }
    if (absl::StartsWith(name, ".")) name.erase(0, 1);
    if (!name.empty()) settings.bypass_.push_back(std::move(name));
  }
  return settings;
}

std::optional<Proxy> ProxySettings::For(const Endpoint& endpoint) const {
  if (!endpoint.tls || endpoint.is_loopback()) return std::nullopt;
  for (const std::string& name : bypass_) {
    if (name == "*" || IsBelow(endpoint.host, name)) return std::nullopt;
  }
  return proxy_;
}

}  // namespace quiesce::cloud
