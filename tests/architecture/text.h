#ifndef QUIESCE_TESTS_ARCHITECTURE_TEXT_H_
#define QUIESCE_TESTS_ARCHITECTURE_TEXT_H_

#include <initializer_list>
#include <string>
#include <string_view>

namespace quiesce::architecture {

// What Abseil has too, for its own string_view only, which is not that of C++17.

inline bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

inline bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Takes the prefix away, if it is there.
inline bool Consume(std::string_view& text, std::string_view prefix) {
  if (!StartsWith(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

inline std::string Concat(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

inline char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool IsAlnum(char c) { return IsDigit(c) || (ToLower(c) >= 'a' && ToLower(c) <= 'z'); }

inline std::string ToLower(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += ToLower(c);
  return lower;
}

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_TEXT_H_
