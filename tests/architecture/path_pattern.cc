#include "tests/architecture/path_pattern.h"

#include <algorithm>

#include "tests/architecture/text.h"

namespace quiesce::architecture {

bool Matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && pattern[0] != '*') {
    if (path.empty() || path[0] != pattern[0]) return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  if (pattern.empty()) return path.empty();
  const bool crosses_folders = Consume(pattern, "**");
  if (!crosses_folders) pattern.remove_prefix(1);
  for (;; path.remove_prefix(1)) {
    if (Matches(pattern, path)) return true;
    if (path.empty() || (path[0] == '/' && !crosses_folders)) return false;
  }
}

bool MatchesAny(const std::vector<std::string_view>& patterns, std::string_view path) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [path](std::string_view pattern) { return Matches(pattern, path); });
}

}  // namespace quiesce::architecture
