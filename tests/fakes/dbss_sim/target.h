// The target of a request line taken apart, as RFC 3986 says. Pure.

#ifndef TESTS_FAKES_DBSS_SIM_TARGET_H_
#define TESTS_FAKES_DBSS_SIM_TARGET_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quiesce::dbss_sim {

std::string PercentDecoded(std::string_view text);

// Everything but A-Z a-z 0-9 - _ . ~ as %XX.
std::string PercentEncoded(std::string_view text);

// The segments of the path, each decoded after the split: an encoded slash does not separate. A
// slash at the end gives an empty one at the end.
std::vector<std::string> PathSegments(std::string_view target);

// The names and values of the query, decoded, in the order in which they stand.
std::vector<std::pair<std::string, std::string>> QueryPairs(std::string_view target);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_TARGET_H_
