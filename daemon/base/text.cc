#include "daemon/base/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/string_views.h"

namespace quiesce {
namespace {

// The length that the first byte announces, and the bits that it gives; 0 for no first byte.
CodePoint LeadOf(unsigned char c) {
  if (c < 0x80) return {c, 1};
  if (c >= 0xC2 && c <= 0xDF) return {c & 0x1Fu, 2};
  if (c >= 0xE0 && c <= 0xEF) return {c & 0x0Fu, 3};
  if (c >= 0xF0 && c <= 0xF4) return {c & 0x07u, 4};
  return {};
}

bool IsOverlongOrNoCharacter(const CodePoint& c) {
  if (c.value >= 0xD800 && c.value <= 0xDFFF) return true;  // halves of a UTF-16 pair
  if (c.value > 0x10FFFF) return true;
  return (c.length == 3 && c.value < 0x800) || (c.length == 4 && c.value < 0x10000);
}

std::string Shown(uint32_t c) {
  if (c == '"' || c == '\\') return absl::StrFormat("\\%c", static_cast<char>(c));
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  return c < 0x100 ? absl::StrFormat("\\x%02x", c) : absl::StrFormat("\\u{%x}", c);
}

}  // namespace

CodePoint FirstCodePoint(std::string_view text) {
  CodePoint c = LeadOf(static_cast<unsigned char>(text[0]));
  if (c.length == 0 || c.length > text.size()) return {};
  for (size_t i = 1; i < c.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {};
    c.value = (c.value << 6) | (byte & 0x3Fu);
  }
  return IsOverlongOrNoCharacter(c) ? CodePoint{} : c;
}

bool IsControl(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool IsVisibleAscii(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isgraph(c); });
}

bool IsInvisible(uint32_t c) {
  return c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xAD || c == 0x61C || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::string Truncated(std::string_view text, size_t max_bytes) {
  constexpr std::string_view kRest = "...";
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes > kRest.size() ? max_bytes - kRest.size() : 0;
  // A byte 10xxxxxx goes on a character: the cut moves before its first one.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(ToAbsl(text.substr(0, end)), ToAbsl(kRest.substr(0, max_bytes)));
}

std::string Quoted(std::string_view text, size_t max_bytes) {
  std::string shown = "\"";
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = FirstCodePoint(text.substr(i));
    const size_t length = c.length == 0 ? 1 : c.length;
    const bool plain = c.length != 0 && !IsControl(c.value) && !IsInvisible(c.value) &&
                       c.value != '"' && c.value != '\\';
    const uint32_t value = c.length == 0 ? static_cast<unsigned char>(text[i]) : c.value;
    const std::string piece = plain ? std::string(text.substr(i, length)) : Shown(value);
    if (shown.size() + piece.size() > max_bytes) return shown + "...\"";
    shown += piece;
    i += length;
  }
  return shown + "\"";
}

}  // namespace quiesce
