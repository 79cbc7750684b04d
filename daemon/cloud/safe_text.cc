#include "daemon/cloud/safe_text.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"

namespace quiesce::cloud {
namespace {

// Length of the UTF-8 character at the start of `text`, 0 if there is none. Overlong forms and
// surrogates count as none.
size_t CharacterLength(std::string_view text, uint32_t& code_point) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
  code_point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code_point = (code_point << 6) | (byte(i) & 0x3Fu);
  }
  if (length == 3 && (code_point < 0x800 || (code_point >= 0xD800 && code_point < 0xE000)))
    return 0;
  if (length == 4 && (code_point < 0x10000 || code_point > 0x10FFFF)) return 0;
  return length;
}

// Controls, and characters that hide or reorder the text around them.
bool IsInvisible(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0xFEFF ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F);
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
    uint32_t code_point = 0;
    const size_t length = CharacterLength(text, code_point);
    if (length == 0) {
      visible.push_back('?');
    } else if (IsInvisible(code_point)) {
      visible.push_back(' ');
    } else {
      visible.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return visible;
}

std::string SafeText(std::string_view text, size_t max_bytes) {
  return core::Truncated(WithoutLongWords(Visible(text)), max_bytes);
}

}  // namespace quiesce::cloud
