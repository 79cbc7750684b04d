#include "daemon/cloud/auth/secret_text.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/text.h"

namespace quiesce::cloud::auth {
namespace {

std::string_view WithoutLineEnd(std::string_view text) {
  if (text.empty() || text.back() != '\n') return text;
  text.remove_suffix(1);
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

absl::Status Bad(const std::string& source, const char* what, const char* problem) {
  return absl::FailedPreconditionError(
      absl::StrCat(source, " ", problem, "; it must hold the ", what, " and nothing else"));
}

bool IsOneLine(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = FirstCodePoint(text);
    if (c.length == 0 || IsControl(c.value)) return false;
    text.remove_prefix(c.length);
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> TokenIn(std::string_view content, const std::string& source) {
  const std::string_view token = WithoutLineEnd(content);
  if (token.empty()) return Bad(source, "token", "is empty");
  if (!IsVisibleAscii(token)) {
    return Bad(source, "token", "holds spaces, line ends, control or non-ASCII characters");
  }
  return std::string(token);
}

absl::StatusOr<std::string> PasswordIn(std::string_view content, const std::string& source) {
  const std::string_view password = WithoutLineEnd(content);
  if (password.empty()) return Bad(source, "password", "is empty");
  if (!IsOneLine(password)) {
    return Bad(source, "password",
               "holds line ends, control characters or bytes that are no UTF-8");
  }
  return std::string(password);
}

}  // namespace quiesce::cloud::auth
