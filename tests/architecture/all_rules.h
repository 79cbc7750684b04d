#ifndef QUIESCE_TESTS_ARCHITECTURE_ALL_RULES_H_
#define QUIESCE_TESTS_ARCHITECTURE_ALL_RULES_H_

#include <vector>

#include "tests/architecture/rule.h"

namespace quiesce::architecture {

const std::vector<Rule>& AllRules();

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_ALL_RULES_H_
