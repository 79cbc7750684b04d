#ifndef QUIESCE_DAEMON_CONFIG_YAML_SUGGESTION_H_
#define QUIESCE_DAEMON_CONFIG_YAML_SUGGESTION_H_

#include <string>
#include <string_view>
#include <vector>

namespace quiesce::yaml {

// ` (did you mean "protected"?)` for the known word that is nearest to a mistyped one; empty if
// none is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_SUGGESTION_H_
