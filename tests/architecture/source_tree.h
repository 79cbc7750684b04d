#ifndef QUIESCE_TESTS_ARCHITECTURE_SOURCE_TREE_H_
#define QUIESCE_TESTS_ARCHITECTURE_SOURCE_TREE_H_

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/architecture/source_file.h"

namespace quiesce::architecture {

// The root of the repository, where `data_file` is relative to the working directory of a test what
// it is relative to the root.
absl::StatusOr<std::filesystem::path> FindRoot(const std::filesystem::path& data_file);

// Every file with text below the root, in order of paths, but Git's own and the links that Bazel
// leaves at the root. Links are not followed.
absl::StatusOr<std::vector<SourceFile>> ReadTree(const std::filesystem::path& root);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_SOURCE_TREE_H_
