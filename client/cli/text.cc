#include "client/cli/text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/string_views.h"

namespace quiesce::cli {
namespace {

struct CodePoint {
  uint32_t value = 0;
  size_t length = 1;  // in bytes
  bool valid = false;
};

// The first character of a text that is not empty. What is no UTF-8 is one byte, not valid.
CodePoint FirstOf(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
  uint32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {lead, 1, false};
    value = (value << 6) | (byte & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {lead, 1, false};
  return {value, length, true};
}

struct Range {
  uint32_t first;
  uint32_t last;
};

// Marks that are drawn over the character before them.
constexpr Range kCombining[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x20D0, 0x20FF}, {0x302A, 0x302D}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

// East Asian Wide and Fullwidth, and the emoji that terminals draw two columns wide.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF},
    {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

template <size_t N>
bool IsIn(const Range (&ranges)[N], uint32_t c) {
  const Range* range = std::lower_bound(std::begin(ranges), std::end(ranges), c,
                                        [](const Range& r, uint32_t v) { return r.last < v; });
  return range != std::end(ranges) && c >= range->first;
}

int WidthOf(const CodePoint& c) {
  if (IsIn(kCombining, c.value)) return 0;
  return IsIn(kWide, c.value) ? 2 : 1;
}

bool IsControl(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// As in daemon/core/names: separators of lines, marks without width, changes of direction.
bool IsInvisible(uint32_t c) {
  return c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xAD || c == 0x61C || c == 0xFEFF ||
         (c >= 0xE0000 && c <= 0xE007F);
}

std::string Escaped(uint32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  return c < 0x100 ? absl::StrFormat("\\x%02x", c) : absl::StrFormat("\\u{%x}", c);
}

// How many bytes of the text fit into `width` columns, without cutting a character in two.
size_t BytesThatFit(std::string_view text, int width) {
  size_t at = 0;
  while (at < text.size()) {
    const CodePoint c = FirstOf(text.substr(at));
    width -= WidthOf(c);
    if (width < 0) break;
    at += c.length;
  }
  return at;
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint c = FirstOf(text);
    width += WidthOf(c);
    text.remove_prefix(c.length);
  }
  return width;
}

std::string Clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = FirstOf(text);
    if (!c.valid || IsControl(c.value) || IsInvisible(c.value)) {
      out += Escaped(c.value);
    } else {
      out.append(text, 0, c.length);
    }
    text.remove_prefix(c.length);
  }
  return out;
}

std::string Clip(std::string_view text, int width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width <= 0) return "";
  return absl::StrCat(ToAbsl(text.substr(0, BytesThatFit(text, width - 1))), "…");
}

std::string PadRight(std::string_view text, int width) {
  return std::string(text).append(static_cast<size_t>(std::max(0, width - DisplayWidth(text))),
                                  ' ');
}

std::string PadLeft(std::string_view text, int width) {
  return std::string(static_cast<size_t>(std::max(0, width - DisplayWidth(text))), ' ')
      .append(text);
}

std::vector<std::string> Wrap(std::string_view text, int width) {
  std::vector<std::string> lines(1);
  int used = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const int word_width = DisplayWidth(word);
    if (!lines.back().empty() && used + 1 + word_width > width) {
      lines.emplace_back();
      used = 0;
    }
    if (!lines.back().empty()) {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += word;
    used += word_width;
  }
  return lines;
}

std::string Plural(long long count, std::string_view noun) {
  return absl::StrCat(count, " ", ToAbsl(noun), count == 1 ? "" : "s");
}

std::string TrimLines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  size_t blanks = 0;
  for (const char c : text) {
    if (c == ' ') {
      ++blanks;
      continue;
    }
    if (c != '\n') out.append(blanks, ' ');
    blanks = 0;
    out += c;
  }
  return out;
}

}  // namespace quiesce::cli
