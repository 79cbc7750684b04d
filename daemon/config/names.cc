#include "daemon/config/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"

namespace quiesce::config {
namespace {

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool IsNameCharacter(char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; }

}  // namespace

core::Problem NameProblem(std::string_view name) {
  if (name.empty()) return "is empty, a name is required";
  if (name.size() > limits::kMaxConfigNameLength) {
    return absl::StrCat(core::Quoted(name), " has ", name.size(),
                        " characters, a name has at most ", limits::kMaxConfigNameLength);
  }
  if (!IsAlphanumeric(name.front()) || !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return absl::StrCat(core::Quoted(name),
                        " is no name: these consist of letters, digits, '-', '_' and '.', and "
                        "begin with a letter or digit");
  }
  return std::nullopt;
}

core::Problem PathProblem(std::string_view path) {
  if (path.empty() || path.front() != '/') return "is not the absolute path of a file";
  if (path.back() == '/') return "is the path of a directory, not of a file";
  return std::nullopt;
}

}  // namespace quiesce::config
