#ifndef QUIESCE_TESTS_ARCHITECTURE_EXEMPTIONS_H_
#define QUIESCE_TESTS_ARCHITECTURE_EXEMPTIONS_H_

#include <vector>

#include "tests/architecture/rule.h"

namespace quiesce::architecture {

// Each with its reason. One that exempts nothing fails the test, so that the list stays true.
const std::vector<Exemption>& AllExemptions();

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_EXEMPTIONS_H_
