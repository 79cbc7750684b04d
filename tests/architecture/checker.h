#ifndef QUIESCE_TESTS_ARCHITECTURE_CHECKER_H_
#define QUIESCE_TESTS_ARCHITECTURE_CHECKER_H_

#include <string>
#include <vector>

#include "tests/architecture/rule.h"
#include "tests/architecture/source_file.h"

namespace quiesce::architecture {

// What breaks the rule and is not exempt, as "path:line: what is wrong. Why the rule exists."
std::vector<std::string> Violations(const std::vector<SourceFile>& tree, const Rule& rule,
                                    const std::vector<Exemption>& exemptions);

// The exemptions that no longer exempt anything, each as a line of text.
std::vector<std::string> StaleExemptions(const std::vector<SourceFile>& tree,
                                         const std::vector<Rule>& rules,
                                         const std::vector<Exemption>& exemptions);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_CHECKER_H_
