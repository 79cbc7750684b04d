#include "daemon/cloud/auth/signer.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/sha256.h"
#include "daemon/base/string_views.h"

namespace quiesce::cloud::auth {
namespace {

constexpr char kAlgorithm[] = "SDK-HMAC-SHA256";

std::string Sha256Hex(std::string_view data) {
  Sha256 hash;
  hash.Update(data);
  return hash.HexDigest();
}

std::string HmacHex(std::string_view key, std::string_view data) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // Fails only without memory or without the algorithm; neither can be worked around.
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(data.data()), data.size(), digest,
           &size) == nullptr) {
    std::abort();
  }
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), size});
}

// RFC 3986: everything but unreserved characters.
std::string Encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      out += {'%', kHex[c >> 4], kHex[c & 15]};
    }
  }
  return out;
}

// Ends with a '/', whether or not the request's own path does.
std::string CanonicalPath(std::string_view path) {
  std::string out;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (end > start || end < path.size()) {
      absl::StrAppend(&out, Encoded(path.substr(start, end - start)), "/");
    }
    start = end + 1;
  }
  return out;
}

// Lower-case names, in their order.
NamedValues CanonicalHeaders(const NamedValues& headers) {
  NamedValues out;
  for (const auto& [name, value] : headers) {
    out.emplace_back(absl::AsciiStrToLower(name), std::string(absl::StripAsciiWhitespace(value)));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string SignedNames(const NamedValues& headers) {
  return absl::StrJoin(headers, ";", [](std::string* out, const auto& header) {
    absl::StrAppend(out, header.first);
  });
}

}  // namespace

std::string CanonicalQuery(const NamedValues& query) {
  NamedValues encoded;
  for (const auto& [name, value] : query) encoded.emplace_back(Encoded(name), Encoded(value));
  std::sort(encoded.begin(), encoded.end());
  return absl::StrJoin(encoded, "&", absl::PairFormatter("="));
}

std::string CanonicalRequest(const RequestToSign& request) {
  const NamedValues headers = CanonicalHeaders(request.headers);
  std::string lines;
  for (const auto& [name, value] : headers) absl::StrAppend(&lines, name, ":", value, "\n");
  return absl::StrCat(ToAbsl(request.method), "\n", CanonicalPath(request.path), "\n",
                      CanonicalQuery(request.query), "\n", lines, "\n", SignedNames(headers), "\n",
                      Sha256Hex(request.body));
}

NamedValues Sign(const RequestToSign& request, const KeyPair& key, absl::Time now) {
  const std::string date = absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone());
  NamedValues added = {{"X-Sdk-Date", date}};
  if (!key.security_token.empty()) added.emplace_back("X-Security-Token", key.security_token);
  RequestToSign whole = request;
  whole.headers.insert(whole.headers.end(), added.begin(), added.end());
  const std::string to_sign =
      absl::StrCat(kAlgorithm, "\n", date, "\n", Sha256Hex(CanonicalRequest(whole)));
  added.emplace_back("Authorization",
                     absl::StrCat(kAlgorithm, " Access=", key.access_key,
                                  ", SignedHeaders=", SignedNames(CanonicalHeaders(whole.headers)),
                                  ", Signature=", HmacHex(key.secret_key, to_sign)));
  return added;
}

}  // namespace quiesce::cloud::auth
