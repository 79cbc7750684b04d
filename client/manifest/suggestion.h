#ifndef QUIESCE_CLIENT_MANIFEST_SUGGESTION_H_
#define QUIESCE_CLIENT_MANIFEST_SUGGESTION_H_

#include <string>
#include <string_view>
#include <vector>

namespace quiesce::manifest {

// ` (did you mean "protected"?)` for the known word that is nearest to a mistyped one; empty if
// none is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace quiesce::manifest

#endif  // QUIESCE_CLIENT_MANIFEST_SUGGESTION_H_
