#include "daemon/config/yaml/error.h"

#include "absl/strings/str_cat.h"

namespace quiesce::yaml {

std::string ToString(const Position& at) {
  if (at.line == 0) return at.file;
  return absl::StrCat(at.file, ":", at.line, ":", at.column);
}

std::string ToString(const Error& error) {
  return absl::StrCat(ToString(error.at), ": ", error.message);
}

}  // namespace quiesce::yaml
