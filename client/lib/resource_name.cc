#include "client/lib/resource_name.h"

namespace quiesce::client {

std::string ResourceName(std::string_view collection, std::string_view text) {
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view before = text.substr(0, slash);
    const std::string_view singular = collection.substr(0, collection.size() - 1);
    if (before == collection || before == singular) text.remove_prefix(slash + 1);
  }
  return std::string(collection) + "/" + std::string(text);
}

}  // namespace quiesce::client
