#include "daemon/cloud/quota_text.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"

namespace quiesce::cloud {
namespace {

using Policy = core::QuotaWindow::Policy;

bool IsLetter(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

// Words, numbers and single other characters, without the spaces between them.
std::vector<std::string_view> Split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    if (IsLetter(text[begin])) {
      while (end < text.size() && IsLetter(text[end])) ++end;
    } else if (IsDigit(text[begin])) {
      while (end < text.size() && IsDigit(text[end])) ++end;
    }
    if (!IsSpace(text[begin])) parts.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return parts;
}

bool Is(std::string_view part, std::string_view word) {
  return absl::EqualsIgnoreCase(ToAbsl(part), ToAbsl(word));
}

absl::Duration UnitOf(std::string_view word) {
  if (Is(word, "second") || Is(word, "seconds")) return absl::Seconds(1);
  if (Is(word, "minute") || Is(word, "minutes")) return absl::Minutes(1);
  if (Is(word, "hour") || Is(word, "hours")) return absl::Hours(1);
  return absl::ZeroDuration();
}

Policy PolicyOf(std::string_view word) {
  if (Is(word, "user")) return Policy::kUser;
  if (Is(word, "ip")) return Policy::kIp;
  return Policy::kUnsaid;
}

// Nothing for what is not all digits, or does not fit.
std::optional<int64_t> NumberOf(std::string_view part) {
  int64_t number = 0;
  if (!IsDigit(part[0]) || !absl::SimpleAtoi(ToAbsl(part), &number)) return std::nullopt;
  return number;
}

// Whether limit:N,time:T unit begins at `at`.
bool IsLimit(const std::vector<std::string_view>& parts, size_t at) {
  constexpr size_t kParts = 8;
  if (parts.size() < kParts || at > parts.size() - kParts) return false;
  return Is(parts[at], "limit") && parts[at + 1] == ":" && parts[at + 3] == "," &&
         Is(parts[at + 4], "time") && parts[at + 5] == ":";
}

}  // namespace

std::optional<core::QuotaWindow> ParseQuotaText(std::string_view message) {
  const std::vector<std::string_view> parts = Split(message);
  core::QuotaWindow window;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (Is(parts[i], "policy") && i + 1 < parts.size()) window.policy = PolicyOf(parts[i + 1]);
    if (!IsLimit(parts, i)) continue;
    const std::optional<int64_t> calls = NumberOf(parts[i + 2]);
    const std::optional<int64_t> time = NumberOf(parts[i + 6]);
    if (!calls || *calls < 1 || *calls > limits::kMaxQuotaCalls || !time) return std::nullopt;
    window.calls = *calls;
    window.period = UnitOf(parts[i + 7]) * *time;
    const bool is_sensible =
        window.period > absl::ZeroDuration() && window.period <= limits::kMaxQuotaPeriod;
    return is_sensible ? std::optional(window) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace quiesce::cloud
