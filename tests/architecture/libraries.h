#ifndef QUIESCE_TESTS_ARCHITECTURE_LIBRARIES_H_
#define QUIESCE_TESTS_ARCHITECTURE_LIBRARIES_H_

#include <vector>

#include "tests/architecture/rule.h"

namespace quiesce::architecture {

// Each library is included by the files that may know it, and every library has its row in the
// table. Includes name paths from the root, so that no rule on includes can be walked around.
std::vector<Finding> CheckLibraries(const SourceFile& file);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_LIBRARIES_H_
