#include "daemon/config/yaml/quote.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "daemon/base/string_views.h"
#include "daemon/base/text.h"

namespace quiesce::yaml {
namespace {

bool IsWordOfYaml(std::string_view text) {
  constexpr std::string_view kWords[] = {"null", "true", "false", "yes", "no",
                                         "on",   "off",  "y",     "n"};
  const std::string lower = absl::AsciiStrToLower(ToAbsl(text));
  return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

// Numbers and dates of any version of YAML, and more: a digit, and nothing but what these have.
bool LooksLikeNumber(std::string_view text) {
  if (!absl::ascii_isdigit(static_cast<unsigned char>(text.front()))) return false;
  const auto is_part = [](unsigned char c) {
    return absl::ascii_isdigit(c) || c == '.' || c == '-' || c == '_' || c == 'e' || c == 'E';
  };
  constexpr std::string_view kBases = "xXoObB";
  const bool has_base = text.size() > 1 && kBases.find(text[1]) != std::string_view::npos;
  return has_base || std::all_of(text.begin(), text.end(), is_part);
}

bool IsPlain(std::string_view text) {
  const auto is_safe = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '/' || c == '-';
  };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_safe)) return false;
  const auto first = static_cast<unsigned char>(text.front());
  return (absl::ascii_isalnum(first) || first == '/') && !IsWordOfYaml(text) &&
         !LooksLikeNumber(text);
}

std::string Escaped(uint32_t c) {
  return c > 0xFFFF ? absl::StrFormat("\\U%08X", c) : absl::StrFormat("\\u%04X", c);
}

}  // namespace

std::string Quote(std::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint c = FirstCodePoint(text);
    if (c.length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c.value == '"' || c.value == '\\') {
      out += {'\\', static_cast<char>(c.value)};
    } else if (IsControl(c.value) || IsInvisible(c.value)) {
      out += Escaped(c.value);
    } else {
      out.append(text.substr(0, c.length));
    }
    text.remove_prefix(std::max<size_t>(c.length, 1));
  }
  return out + "\"";
}

}  // namespace quiesce::yaml
