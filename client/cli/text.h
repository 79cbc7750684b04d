#ifndef QUIESCE_CLIENT_CLI_TEXT_H_
#define QUIESCE_CLIENT_CLI_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Text on a terminal: how wide it is, how to cut, pad and wrap it. Widths are columns, not bytes,
// and do not depend on the locale: a name in Chinese takes two columns per character everywhere.
namespace quiesce::cli {

// Columns that the text takes: 2 for wide characters (CJK, emoji), 0 for combining marks.
int DisplayWidth(std::string_view text);

// The text with everything escaped that could do something to a terminal or hide from the reader:
// control characters (`\x1b`, `\n`), marks that reorder or hide text (`\u{202e}`), bytes that are
// no UTF-8 (`\xff`). Everything that comes from outside goes through here before it is printed.
std::string Clean(std::string_view text);

// Cut to `width` columns, with "…" in place of what is cut off.
std::string Clip(std::string_view text, int width);

std::string PadRight(std::string_view text, int width);
std::string PadLeft(std::string_view text, int width);

// Lines of at most `width` columns, broken at spaces; a word that is longer stays whole, for it may
// be an id or a command to paste. At least one line.
std::vector<std::string> Wrap(std::string_view text, int width);

// `1 instance`, `2 instances`.
std::string Plural(long long count, std::string_view noun);

// Without the blanks at the end of each line, which padding leaves.
std::string TrimLines(std::string_view text);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_TEXT_H_
