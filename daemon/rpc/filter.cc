#include "daemon/rpc/filter.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"

namespace quiesce::rpc {
namespace {

constexpr std::string_view kAnd = " AND ";

std::string Fields(const std::vector<std::string_view>& fields) {
  return absl::StrJoin(fields, ", ", [](std::string* out, std::string_view field) {
    out->append(field.data(), field.size());
  });
}

bool IsFieldCharacter(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

bool IsPlainCharacter(char c) { return c != ' ' && c != '"' && c != '\t' && c != '='; }

// Takes the text apart from the left; each step leaves `rest` behind what it took.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::string_view Field() {
    size_t length = 0;
    while (length < rest_.size() && IsFieldCharacter(rest_[length])) ++length;
    return Take(length);
  }

  bool Skip(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  // Empty: a quote that does not end, or an escape of something else.
  std::optional<std::string> Value() {
    if (!Skip("\"")) {
      size_t length = 0;
      while (length < rest_.size() && IsPlainCharacter(rest_[length])) ++length;
      return std::string(Take(length));
    }
    std::string value;
    while (!rest_.empty()) {
      char c = Take(1).front();
      if (c == '"') return value;
      if (c == '\\') {
        if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\\')) return std::nullopt;
        c = Take(1).front();
      }
      value.push_back(c);
    }
    return std::nullopt;
  }

 private:
  std::string_view Take(size_t length) {
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }

  std::string_view rest_;
};

// Reads one term; what is wrong with it, if anything.
core::Problem ReadTerm(Reader& reader, const std::vector<std::string_view>& fields,
                       FilterTerms& terms) {
  const std::string_view before = reader.rest();
  const std::string field(reader.Field());
  if (field.empty() || !reader.Skip("=")) {
    return absl::StrCat(core::Quoted(before), " does not begin with field=value");
  }
  if (std::find(fields.begin(), fields.end(), field) == fields.end()) {
    return absl::StrCat("there is no field ", core::Quoted(field), " here, only ", Fields(fields));
  }
  std::optional<std::string> value = reader.Value();
  if (!value) {
    return absl::StrCat("the quoted value of ", field,
                        " does not end, or has a \\ before something else than \" and \\");
  }
  if (value->empty()) return absl::StrCat("the value of ", field, " is empty");
  if (!terms.emplace(field, *std::move(value)).second) {
    return absl::StrCat("the field ", field, " occurs twice");
  }
  return std::nullopt;
}

core::Problem ReadTerms(std::string_view filter, const std::vector<std::string_view>& fields,
                        FilterTerms& terms) {
  if (filter.size() > limits::kMaxFilterBytes) {
    return absl::StrCat("has ", filter.size(), " bytes, a filter has at most ",
                        limits::kMaxFilterBytes);
  }
  Reader reader(filter);
  while (true) {
    if (core::Problem problem = ReadTerm(reader, fields, terms)) return problem;
    if (reader.done()) return std::nullopt;
    if (terms.size() == limits::kMaxFilterTerms) {
      return absl::StrCat("has more than ", limits::kMaxFilterTerms, " terms");
    }
    const std::string_view rest = reader.rest();
    if (!reader.Skip(kAnd)) {
      return absl::StrCat("terms are joined by \" AND \", but here is ", core::Quoted(rest),
                          "; values with blanks or quotes need double quotes");
    }
  }
}

}  // namespace

absl::Status InvalidFilter(std::string_view filter, const std::vector<std::string_view>& fields,
                           std::string_view problem) {
  return core::MakeError(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("filter: ", ToAbsl(problem)),
                         {"INVALID_FILTER",
                          {{"filter", core::Quoted(filter, 256)}, {"fields", Fields(fields)}},
                          {{"filter", std::string(problem)}}});
}

absl::StatusOr<FilterTerms> ParseFilter(std::string_view filter,
                                        const std::vector<std::string_view>& fields) {
  FilterTerms terms;
  if (filter.empty()) return terms;
  if (core::Problem problem = ReadTerms(filter, fields, terms)) {
    return InvalidFilter(filter, fields, *problem);
  }
  return terms;
}

}  // namespace quiesce::rpc
