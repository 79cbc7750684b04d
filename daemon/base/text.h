#ifndef QUIESCE_DAEMON_BASE_TEXT_H_
#define QUIESCE_DAEMON_BASE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Text from outside, on its way to a terminal, a log or an error.
namespace quiesce {

struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;  // in bytes; 0: not valid UTF-8
};

// The first character of a text that is not empty.
CodePoint FirstCodePoint(std::string_view text);

bool IsControl(uint32_t c);

// Printable ASCII without spaces, not empty: what a header or a path can carry as it is.
bool IsVisibleAscii(std::string_view text);

// Characters that make a line look different from what it is: separators of lines, marks without
// width, and those that change the direction of text. Not the joiners U+200C and U+200D, which
// several scripts cannot be written without.
bool IsInvisible(uint32_t c);

// `text` as it may be shown: in double quotes, control and invisible characters escaped, cut to
// about `max_bytes` with "..." in place of the rest.
std::string Quoted(std::string_view text, size_t max_bytes = 80);

// Cuts at the end of a character, so that UTF-8 stays valid; what is cut off is replaced by "...".
std::string Truncated(std::string_view text, size_t max_bytes);

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_TEXT_H_
