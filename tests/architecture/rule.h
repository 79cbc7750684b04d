#ifndef QUIESCE_TESTS_ARCHITECTURE_RULE_H_
#define QUIESCE_TESTS_ARCHITECTURE_RULE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/source_file.h"

namespace quiesce::architecture {

struct Finding {
  size_t line = 1;
  std::string subject;  // what is wrong in one word, as an exemption names it
  std::string what;     // what is wrong
  std::string why;      // why there is such a rule
};

// A rule looks at one file at a time, and at nothing but its path and its text.
struct Rule {
  std::string_view name;
  std::vector<Finding> (*check)(const SourceFile& file);
};

// Findings that are right as they are, or known and not mended yet.
struct Exemption {
  std::string_view rule;
  std::string_view files;    // a pattern
  std::string_view subject;  // empty: any
  std::string_view reason;
};

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_RULE_H_
