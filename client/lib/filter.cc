#include "client/lib/filter.h"

namespace quiesce::client {

std::string FilterValue(std::string_view value) {
  if (!value.empty() && value.find_first_of(" \t\"\\") == std::string_view::npos) {
    return std::string(value);
  }
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace quiesce::client
