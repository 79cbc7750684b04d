#include "tests/architecture/source_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tests/architecture/path_pattern.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

constexpr std::string_view kSlashComments[] = {"**.h", "**.cc", "**.proto"};
constexpr std::string_view kHashComments[] = {"**.bazel", "**.BUILD", "**.bzl",       "**WORKSPACE",
                                              "**.py",    "**.sh",    "**.yaml",      "**.yml",
                                              ".bazelrc", ".ci/run",  "**/Dockerfile"};

template <size_t kSize>
bool IsAny(const std::string_view (&patterns)[kSize], std::string_view path) {
  return std::any_of(std::begin(patterns), std::end(patterns),
                     [path](std::string_view pattern) { return Matches(pattern, path); });
}

bool IsNameChar(char c) { return IsAlnum(c) || c == '_'; }

std::string_view WithoutIndent(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

// Takes C++ apart, line by line: comments and raw strings go on over lines.
class CppLexer {
 public:
  explicit CppLexer(std::vector<Line>& lines) : lines_(lines) {}

  void Take(size_t index) {
    line_ = &lines_[index];
    rest_ = line_->text;
    if (state_ == State::kCode) TakeInclude();
    while (!rest_.empty()) {
      switch (state_) {
        case State::kCode:
          TakeCode();
          break;
        case State::kComment:
          TakeComment();
          break;
        case State::kRawString:
          TakeRawString();
          break;
      }
    }
    if (state_ == State::kRawString) lines_[raw_line_].literals.back() += '\n';
  }

 private:
  enum class State { kCode, kComment, kRawString };

  std::string_view Next(size_t count) {
    const std::string_view text = rest_.substr(0, count);
    rest_.remove_prefix(text.size());
    return text;
  }

  void TakeInclude() {
    std::string_view text = WithoutIndent(rest_);
    if (!Consume(text, "#")) return;
    text = WithoutIndent(text);
    if (!Consume(text, "include")) return;
    text = WithoutIndent(text);
    if (text.empty() || (text[0] != '"' && text[0] != '<')) return;
    const size_t end = text.find(text[0] == '"' ? '"' : '>', 1);
    if (end == std::string_view::npos) return;
    line_->include = std::string(text.substr(1, end - 1));
    rest_ = text.substr(end + 1);
  }

  void TakeCode() {
    const bool in_name = !line_->code.empty() && IsNameChar(line_->code.back());
    if (Consume(rest_, "//")) {
      line_->comment += Next(rest_.size());
    } else if (Consume(rest_, "/*")) {
      state_ = State::kComment;
    } else if (!in_name && StartsWith(rest_, "R\"")) {
      const size_t open = std::min(rest_.find('('), rest_.size() - 1);
      raw_end_ = Concat({")", rest_.substr(2, open - 2), "\""});
      raw_line_ = static_cast<size_t>(line_ - lines_.data());
      line_->literals.emplace_back();
      line_->code += "\"\"";
      Next(open + 1);
      state_ = State::kRawString;
    } else if (rest_[0] == '"') {
      line_->literals.emplace_back(TakeQuoted());
      line_->code += "\"\"";
    } else if (rest_[0] == '\'' && !in_name) {  // In 1'000 it belongs to the number.
      TakeQuoted();
      line_->code += "''";
    } else {
      line_->code += Next(1);
    }
  }

  std::string_view TakeQuoted() {
    size_t end = 1;
    while (end < rest_.size() && rest_[end] != rest_[0]) end += rest_[end] == '\\' ? 2 : 1;
    const std::string_view quoted = Next(end + 1).substr(1);
    return quoted.substr(0, end - 1);
  }

  void TakeComment() {
    const size_t end = rest_.find("*/");
    line_->comment += Next(std::min(end, rest_.size()));
    if (Consume(rest_, "*/")) state_ = State::kCode;
  }

  void TakeRawString() {
    const size_t end = rest_.find(raw_end_);
    lines_[raw_line_].literals.back() += Next(std::min(end, rest_.size()));
    if (Consume(rest_, raw_end_)) state_ = State::kCode;
  }

  std::vector<Line>& lines_;
  Line* line_ = nullptr;
  std::string_view rest_;  // of the line
  State state_ = State::kCode;
  std::string raw_end_;  // what ends the raw string
  size_t raw_line_ = 0;  // where it began
};

// Quotes are not looked at: a '#' that does not follow a space is no comment, which is enough.
void SplitAtHash(Line& line) {
  const std::string_view text = line.text;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '#' || (i > 0 && text[i - 1] != ' ' && text[i - 1] != '\t')) continue;
    line.code = std::string(text.substr(0, i));
    line.comment = std::string(text.substr(i + 1));
    return;
  }
  line.code = line.text;
}

}  // namespace

bool IsCpp(std::string_view path) { return Matches("**.h", path) || Matches("**.cc", path); }

SourceFile Parse(std::string path, std::string_view text) {
  SourceFile file;
  file.path = std::move(path);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    file.lines.emplace_back().text = std::string(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (IsAny(kSlashComments, file.path)) {
    CppLexer lexer(file.lines);
    for (size_t i = 0; i < file.lines.size(); ++i) lexer.Take(i);
  } else if (IsAny(kHashComments, file.path)) {
    for (Line& line : file.lines) SplitAtHash(line);
  }
  return file;
}

bool Mentions(std::string_view code, std::string_view word) {
  for (size_t at = code.find(word); at != std::string_view::npos; at = code.find(word, at + 1)) {
    const std::string_view before = code.substr(0, at);
    const std::string_view after = code.substr(at + word.size());
    const bool begins =
        !IsNameChar(word.front()) || (!EndsWith(before, ".") && !EndsWith(before, "->") &&
                                      (before.empty() || !IsNameChar(before.back())));
    const bool ends = !IsNameChar(word.back()) || after.empty() || !IsNameChar(after.front());
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace quiesce::architecture
