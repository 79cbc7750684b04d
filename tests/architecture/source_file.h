#ifndef QUIESCE_TESTS_ARCHITECTURE_SOURCE_FILE_H_
#define QUIESCE_TESTS_ARCHITECTURE_SOURCE_FILE_H_

#include <string>
#include <string_view>
#include <vector>

namespace quiesce::architecture {

// A line of a file, taken apart so that a rule about code is not set off by prose, nor the reverse.
struct Line {
  std::string text;
  std::string code;                   // neither comments nor what is between quotes
  std::vector<std::string> literals;  // of the string literals that begin here, as written
  std::string comment;                // without its marks
  std::string include;                // what an #include names; otherwise empty
};

struct SourceFile {
  std::string path;  // from the root of the repository
  std::vector<Line> lines;
};

// Whether it is C++, the language of the rules on includes and code.
bool IsCpp(std::string_view path);

// Understands C++ and proto; takes '#' for the mark of a comment in Bazel, Python, shell and YAML
// files; any other text has lines only.
SourceFile Parse(std::string path, std::string_view text);

// Whether `code` contains `word` other than as a part of a longer name or as the name of a member.
bool Mentions(std::string_view code, std::string_view word);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_SOURCE_FILE_H_
