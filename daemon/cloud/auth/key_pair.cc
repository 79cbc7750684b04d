#include "daemon/cloud/auth/key_pair.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "daemon/base/text.h"

namespace quiesce::cloud::auth {
namespace {

constexpr char kForm[] =
    "write access_key: and secret_key: (and security_token: of a temporary key), each on its line";

absl::Status Bad(const std::string& source, int line, const char* problem) {
  return absl::FailedPreconditionError(
      line == 0 ? absl::StrCat(source, " ", problem, "; ", kForm)
                : absl::StrCat(source, ":", line, ": ", problem, "; ", kForm));
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

absl::Status ReadLine(std::string_view line, int number, const std::string& source, KeyPair& pair) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return Bad(source, number, "is no `name: value`");
  const std::string_view name = Trimmed(line.substr(0, colon));
  const std::string_view value = Trimmed(line.substr(colon + 1));
  std::string* field = name == "access_key"       ? &pair.access_key
                       : name == "secret_key"     ? &pair.secret_key
                       : name == "security_token" ? &pair.security_token
                                                  : nullptr;
  if (field == nullptr) return Bad(source, number, "has a name that is not known here");
  if (!field->empty()) return Bad(source, number, "has a name that stood there before");
  if (value.empty()) return Bad(source, number, "has no value");
  if (!IsVisibleAscii(value)) {
    return Bad(source, number, "has a value with spaces, control or non-ASCII characters");
  }
  *field = std::string(value);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<KeyPair> ParseKeyPair(std::string_view content, const std::string& source) {
  KeyPair pair;
  int number = 0;
  while (!content.empty()) {
    const size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = Trimmed(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    QUIESCE_RETURN_IF_ERROR(ReadLine(line, number, source, pair));
  }
  if (pair.access_key.empty()) return Bad(source, 0, "has no access_key");
  if (pair.secret_key.empty()) return Bad(source, 0, "has no secret_key");
  return pair;
}

}  // namespace quiesce::cloud::auth
