#include "tests/fakes/dbss_sim/request_signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "tests/fakes/dbss_sim/target.h"

namespace quiesce::dbss_sim {
namespace {

constexpr std::string_view kAlgorithm = "SDK-HMAC-SHA256";
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

std::string Hex(const unsigned char* bytes, std::size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += {kDigits[bytes[i] >> 4], kDigits[bytes[i] & 15]};
  }
  return text;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The value after `name` in "name=value, ..." and takes both away; nullopt when they do not come
// next.
std::optional<std::string> TakeParameter(std::string_view name, std::string_view* text) {
  *text = Trimmed(*text);
  if (text->substr(0, name.size()) != name) return std::nullopt;
  text->remove_prefix(name.size());
  const std::string value(Trimmed(text->substr(0, text->find(','))));
  text->remove_prefix(std::min(text->find(',') + 1, text->size()));
  if (value.empty()) return std::nullopt;
  return value;
}

std::string CanonicalPath(std::string_view target) {
  std::string path;
  for (const std::string& segment : PathSegments(target)) path += "/" + PercentEncoded(segment);
  if (path.empty() || path.back() != '/') path += "/";
  return path;
}

std::string CanonicalQuery(std::string_view target) {
  auto pairs = QueryPairs(target);
  for (auto& [name, value] : pairs) {
    name = PercentEncoded(name);
    value = PercentEncoded(value);
  }
  std::sort(pairs.begin(), pairs.end());
  std::string query;
  for (const auto& [name, value] : pairs) query += (query.empty() ? "" : "&") + name + "=" + value;
  return query;
}

}  // namespace

std::optional<Authorization> ParseAuthorization(std::string_view header) {
  if (header.substr(0, kAlgorithm.size()) != kAlgorithm) return std::nullopt;
  header.remove_prefix(kAlgorithm.size());
  if (header.empty() || header.front() != ' ') return std::nullopt;
  const auto access = TakeParameter("Access=", &header);
  const auto names = TakeParameter("SignedHeaders=", &header);
  const auto signature = TakeParameter("Signature=", &header);
  if (!access || !names || !signature) return std::nullopt;
  Authorization authorization{*access, {}, *signature};
  for (std::size_t at = 0; at <= names->size();) {
    const std::size_t end = std::min(names->find(';', at), names->size());
    authorization.signed_headers.push_back(names->substr(at, end - at));
    at = end + 1;
  }
  return authorization;
}

std::optional<std::chrono::system_clock::time_point> ParseSdkDate(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%Y%m%dT%H%M%SZ", &parts);
  if (copy.size() != 16 || end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string CanonicalRequest(const ApiRequest& request,
                             const std::vector<std::string>& signed_headers) {
  std::vector<std::string> names = signed_headers;
  std::sort(names.begin(), names.end());
  std::string text(request.method);
  text += "\n" + CanonicalPath(request.target) + "\n" + CanonicalQuery(request.target) + "\n";
  std::string list;
  for (const std::string& name : names) {
    text += name + ":" + std::string(Trimmed(request.Header(name).value_or(""))) + "\n";
    list += (list.empty() ? "" : ";") + name;
  }
  const bool is_unsigned = request.Header("X-Sdk-Content-Sha256") == kUnsignedPayload;
  return text + "\n" + list + "\n" +
         (is_unsigned ? std::string(kUnsignedPayload) : Sha256Hex(request.body));
}

std::string Sha256Hex(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  return Hex(digest, size);
}

std::string SignatureOf(const std::string& canonical_request, std::string_view sdk_date,
                        std::string_view secret) {
  const std::string to_sign =
      std::string(kAlgorithm) + "\n" + std::string(sdk_date) + "\n" + Sha256Hex(canonical_request);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(to_sign.data()), to_sign.size(), digest, &size);
  return Hex(digest, size);
}

}  // namespace quiesce::dbss_sim
