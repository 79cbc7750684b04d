#include "daemon/config/yaml/field_reader.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/string_views.h"
#include "daemon/config/yaml/duration.h"
#include "daemon/config/yaml/suggestion.h"
#include "daemon/core/names.h"

namespace quiesce::yaml {
namespace {

std::string_view KindName(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kMap:
      return "a map";
    default:
      return "a text";
  }
}

// `7 days`, `30s`.
std::string FormatBound(absl::Duration bound) {
  const int64_t days = bound / absl::Hours(24);
  return days > 1 ? absl::StrCat(days, " days") : absl::FormatDuration(bound);
}

}  // namespace

std::string Path::ToString() const {
  std::string out(parent);
  if (index) absl::StrAppend(&out, "[", *index, "]");
  if (!out.empty() && !key.empty()) out += '.';
  return absl::StrCat(out, ToAbsl(key));
}

std::string Describe(const Path& path, const std::string& problem) {
  // A problem without the text itself goes on the sentence: `is empty, an owner is required`.
  const bool sentence = absl::StartsWith(problem, "is ") || absl::StartsWith(problem, "has ");
  return absl::StrCat(path.ToString(), sentence ? " " : ": ", problem);
}

void FieldReader::Report(const Node& at, std::string message) {
  errors_.Add(tree_.source(), at.offset, std::move(message));
}

size_t FieldReader::IndexOf(const Node& key, const std::vector<std::string_view>& known) {
  for (size_t i = 0; i < known.size(); ++i) {
    if (known[i] == key.text) return i;
  }
  Report(key, absl::StrCat("unknown key ", core::Quoted(key.text), DidYouMean(key.text, known)));
  return known.size();
}

void FieldReader::ReportKind(const Node& value, const Path& path, std::string_view wanted) {
  if (value.kind == Node::Kind::kInvalid) return;
  if (value.kind == Node::Kind::kNull) {
    return Report(value, absl::StrCat(path.ToString(), " has no value, ", ToAbsl(wanted)));
  }
  Report(value,
         absl::StrCat(path.ToString(), " is ", ToAbsl(KindName(value.kind)), ", ", ToAbsl(wanted)));
}

bool FieldReader::IsMap(const Node& value, const Path& path, std::string_view example) {
  if (value.kind == Node::Kind::kMap) return true;
  ReportKind(value, path, absl::StrCat("write a map like ", ToAbsl(example)));
  return false;
}

bool FieldReader::IsList(const Node& value, const Path& path, std::string_view wanted) {
  if (value.kind == Node::Kind::kList) return true;
  ReportKind(value, path, wanted);
  return false;
}

std::optional<std::string_view> FieldReader::Text(const Node& value, const Path& path) {
  if (value.is_scalar()) return value.text;
  ReportKind(value, path, "write a text, or leave the key out");
  return std::nullopt;
}

std::optional<bool> FieldReader::Boolean(const Node& value, const Path& path) {
  if (value.kind == Node::Kind::kPlain && value.text == "true") return true;
  if (value.kind == Node::Kind::kPlain && value.text == "false") return false;
  if (!value.is_scalar()) {
    ReportKind(value, path, "write true or false");
  } else if (value.kind == Node::Kind::kQuoted) {
    Report(value, absl::StrCat(path.ToString(), ": ", core::Quoted(value.text),
                               " in quotes is a text, write true or false without quotes"));
  } else {
    Report(value, absl::StrCat(path.ToString(), ": ", core::Quoted(value.text),
                               " is neither true nor false"));
  }
  return std::nullopt;
}

std::optional<absl::Duration> FieldReader::Duration(const Node& value, const Path& path,
                                                    absl::Duration longest) {
  const std::optional<std::string_view> text = Text(value, path);
  if (!text) return std::nullopt;
  const absl::StatusOr<absl::Duration> duration = ParseDuration(*text);
  if (!duration.ok()) {
    Report(value, absl::StrCat(path.ToString(), ": ", duration.status().message()));
    return std::nullopt;
  }
  if (*duration > longest) {
    Report(value, absl::StrCat(path.ToString(), ": ", core::Quoted(*text), " is longer than ",
                               FormatBound(longest)));
    return std::nullopt;
  }
  return *duration;
}

std::optional<int64_t> FieldReader::Integer(const Node& value, const Path& path, int64_t least,
                                            int64_t most) {
  const std::optional<std::string_view> text = Text(value, path);
  if (!text) return std::nullopt;
  int64_t number = 0;
  // SimpleAtoi alone would also take "+5" and " 5".
  const bool digits = !text->empty() && std::all_of(text->begin(), text->end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (value.kind == Node::Kind::kPlain && digits && absl::SimpleAtoi(ToAbsl(*text), &number) &&
      number >= least && number <= most) {
    return number;
  }
  Report(value, absl::StrCat(path.ToString(), ": ", core::Quoted(*text),
                             " is not a whole number from ", least, " to ", most));
  return std::nullopt;
}

std::optional<size_t> FieldReader::OneOf(const Node& value, const Path& path,
                                         const std::vector<std::string_view>& names) {
  const std::optional<std::string_view> text = Text(value, path);
  if (!text) return std::nullopt;
  std::string all;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == *text) return i;
    absl::StrAppend(&all, i == 0 ? "" : ", ", ToAbsl(names[i]));
  }
  Report(value, absl::StrCat(path.ToString(), ": ", core::Quoted(*text), " is none of ", all,
                             DidYouMean(*text, names)));
  return std::nullopt;
}

}  // namespace quiesce::yaml
