#ifndef QUIESCE_CLIENT_MANIFEST_SUGGESTION_H_
#define QUIESCE_CLIENT_MANIFEST_SUGGESTION_H_

#include "daemon/config/yaml/suggestion.h"

namespace quiesce::manifest {

using yaml::DidYouMean;

}  // namespace quiesce::manifest

#endif  // QUIESCE_CLIENT_MANIFEST_SUGGESTION_H_
