#include "tests/architecture/conventions.h"

#include <algorithm>
#include <iterator>

#include "tests/architecture/path_pattern.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

constexpr size_t kMaxLines = 600;

constexpr std::string_view kEmptyNames[] = {"util",   "utils",   "helper",   "helpers",
                                            "common", "manager", "managers", "misc"};

constexpr std::string_view kTrackers[] = {"issue", "issues", "bug", "ticket", "pr", "pull request"};

// In two parts, because this file is checked too.
constexpr std::string_view kMachineFolders[] = {
    "/work"
    "/",
    "/root"
    "/"};

std::vector<std::string_view> Words(std::string_view path) {
  std::vector<std::string_view> words;
  for (size_t end = 0; end != std::string_view::npos;
       path.remove_prefix(std::min(end + 1, path.size()))) {
    end = path.find_first_of("/._-");
    words.push_back(path.substr(0, end));
  }
  return words;
}

// The number that `text` begins with, if it is a word of its own.
std::string_view LeadingNumber(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const auto size = static_cast<size_t>(end - text.begin());
  return size < text.size() && IsAlnum(text[size]) ? std::string_view() : text.substr(0, size);
}

// What in a comment refers to a tracker. Empty: nothing.
std::string IssueNumber(std::string_view comment) {
  for (size_t i = 0; i < comment.size(); ++i) {
    if (i > 0 && IsAlnum(comment[i - 1])) continue;
    std::string_view rest = comment.substr(i);
    if (Consume(rest, "#")) {
      if (const auto number = LeadingNumber(rest); !number.empty()) return Concat({"#", number});
      continue;
    }
    for (const std::string_view tracker : kTrackers) {
      if (ToLower(rest.substr(0, tracker.size())) != tracker) continue;
      std::string_view after = rest.substr(tracker.size());
      if (!Consume(after, " ")) continue;
      Consume(after, "#");
      if (const auto number = LeadingNumber(after); !number.empty()) {
        return Concat({tracker, " ", number});
      }
    }
  }
  return "";
}

}  // namespace

std::vector<Finding> CheckTopLevel(const SourceFile& file) {
  const std::string_view top = std::string_view(file.path).substr(0, file.path.find('/'));
  if (StartsWith(top, ".") ||
      std::find(std::begin(kTopLevel), std::end(kTopLevel), top) != std::end(kTopLevel)) {
    return {};
  }
  return {{1, std::string(top), Concat({"the root of the repository has no ", top}),
           "Who opens the repository sees the whole map at once: see kTopLevel"}};
}

std::vector<Finding> CheckNames(const SourceFile& file) {
  std::vector<Finding> findings;
  for (const std::string_view word : Words(file.path)) {
    const std::string lower = ToLower(word);
    if (std::find(std::begin(kEmptyNames), std::end(kEmptyNames), lower) == std::end(kEmptyNames)) {
      continue;
    }
    findings.push_back({1, lower, Concat({"is named '", word, "'"}),
                        "A file is named after the one thing that is in it; what has no name of "
                        "its own collects everything"});
  }
  return findings;
}

std::vector<Finding> CheckLength(const SourceFile& file) {
  const bool is_source = MatchesAny({"**.h", "**.cc", "**.py", "**.sh", "**.bzl"}, file.path);
  if (!is_source || file.lines.size() <= kMaxLines) return {};
  return {{kMaxLines + 1, "length",
           Concat({"has ", std::to_string(file.lines.size()), " lines, more than ",
                   std::to_string(kMaxLines)}),
           "A file has one subject, and can be read in one sitting"}};
}

std::vector<Finding> CheckIssueNumbers(const SourceFile& file) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string number = IssueNumber(file.lines[i].comment);
    if (number.empty()) continue;
    findings.push_back({i + 1, number, Concat({"a comment refers to '", number, "'"}),
                        "A comment gives the reason itself; trackers move, and readers have none"});
  }
  return findings;
}

std::vector<Finding> CheckMachinePaths(const SourceFile& file) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    for (const std::string_view folder : kMachineFolders) {
      if (!Contains(file.lines[i].text, folder)) continue;
      findings.push_back({i + 1, std::string(folder), Concat({"names a path in ", folder}),
                          "A clone works wherever it is; this folder exists on our machines only"});
    }
  }
  return findings;
}

}  // namespace quiesce::architecture
