#ifndef QUIESCE_TESTS_ARCHITECTURE_PATH_PATTERN_H_
#define QUIESCE_TESTS_ARCHITECTURE_PATH_PATTERN_H_

#include <string_view>
#include <vector>

namespace quiesce::architecture {

// In a pattern, '*' stands for any characters but '/', and "**" for any characters.
bool Matches(std::string_view pattern, std::string_view path);
bool MatchesAny(const std::vector<std::string_view>& patterns, std::string_view path);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_PATH_PATTERN_H_
