#include "daemon/cloud/safe_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/text.h"

namespace quiesce::cloud {
namespace {

// Controls, and characters that hide or reorder the text around them.
bool HidesOrControls(uint32_t c) {
  return IsControl(c) || c == 0xAD || c == 0x61C || c == 0xFEFF || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F);
}

// Longer words are not for people: tokens, signatures, encoded messages.
constexpr size_t kMaxWordBytes = 100;

std::string WithoutLongWords(const std::string& text) {
  std::string out;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(' ', start), text.size());
    const size_t length = end - start;
    if (length > kMaxWordBytes) {
      absl::StrAppend(&out, "[", length, " characters]");
    } else {
      out.append(text, start, length);
    }
    if (end < text.size()) out.push_back(' ');
    start = end + 1;
  }
  return out;
}

}  // namespace

std::string Visible(std::string_view text) {
  std::string visible;
  visible.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = FirstCodePoint(text);
    if (c.length == 0) {
      visible.push_back('?');
    } else if (HidesOrControls(c.value)) {
      visible.push_back(' ');
    } else {
      visible.append(text.substr(0, c.length));
    }
    text.remove_prefix(std::max<size_t>(c.length, 1));
  }
  return visible;
}

std::string SafeText(std::string_view text, size_t max_bytes) {
  return Truncated(WithoutLongWords(Visible(text)), max_bytes);
}

std::string SafeText(std::string text, size_t max_bytes, const Redactor& redact) {
  return SafeText(redact(std::move(text)), max_bytes);
}

}  // namespace quiesce::cloud
