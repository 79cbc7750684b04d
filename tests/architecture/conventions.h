#ifndef QUIESCE_TESTS_ARCHITECTURE_CONVENTIONS_H_
#define QUIESCE_TESTS_ARCHITECTURE_CONVENTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/rule.h"

namespace quiesce::architecture {

// What is at the root of the repository, besides names that begin with a dot.
inline constexpr std::string_view kTopLevel[] = {"BUILD.bazel", "WORKSPACE", "README.md", "proto",
                                                 "daemon",      "client",    "tests",     "deploy"};

// Nothing is at the root but what `kTopLevel` has.
std::vector<Finding> CheckTopLevel(const SourceFile& file);

// No file or folder is named after nothing in particular.
std::vector<Finding> CheckNames(const SourceFile& file);

// No source file is too long to be read at once.
std::vector<Finding> CheckLength(const SourceFile& file);

// Comments are understood without the tracker.
std::vector<Finding> CheckIssueNumbers(const SourceFile& file);

// No file names a place on one of our machines.
std::vector<Finding> CheckMachinePaths(const SourceFile& file);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_CONVENTIONS_H_
