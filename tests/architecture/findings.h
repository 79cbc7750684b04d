#ifndef QUIESCE_TESTS_ARCHITECTURE_FINDINGS_H_
#define QUIESCE_TESTS_ARCHITECTURE_FINDINGS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/architecture/rule.h"
#include "tests/architecture/source_file.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture::testing {

// What a rule finds in a file, each as "line: subject".
inline std::vector<std::string> Find(std::vector<Finding> (*check)(const SourceFile&),
                                     std::string path, std::string_view text) {
  std::vector<std::string> found;
  for (const Finding& finding : check(Parse(std::move(path), text))) {
    found.push_back(Concat({std::to_string(finding.line), ": ", finding.subject}));
  }
  return found;
}

}  // namespace quiesce::architecture::testing

#endif  // QUIESCE_TESTS_ARCHITECTURE_FINDINGS_H_
