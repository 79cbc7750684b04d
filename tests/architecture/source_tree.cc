#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

namespace fs = std::filesystem;

absl::Status Failed(const fs::path& path, const std::string& problem) {
  return absl::FailedPreconditionError(path.string() + ": " + problem);
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream.is_open() || stream.bad()) return Failed(path, "cannot be read");
  return text;
}

// Of names at the root.
bool IsNoSource(const std::string& name) { return name == ".git" || StartsWith(name, "bazel-"); }

}  // namespace

absl::StatusOr<fs::path> FindRoot(const fs::path& data_file) {
  std::error_code error;
  fs::path root = fs::canonical(data_file, error);
  if (error) return Failed(data_file, error.message());
  for (auto part = data_file.begin(); part != data_file.end(); ++part) root = root.parent_path();
  if (!fs::exists(root / "WORKSPACE", error))
    return Failed(root, "is not the root of a repository");
  return root;
}

absl::StatusOr<std::vector<SourceFile>> ReadTree(const fs::path& root) {
  std::vector<SourceFile> tree;
  std::error_code error;
  auto entry = fs::recursive_directory_iterator(root, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry.depth() == 0 && IsNoSource(entry->path().filename().string())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!fs::is_regular_file(entry->symlink_status(error))) continue;
    absl::StatusOr<std::string> text = ReadFile(entry->path());
    if (!text.ok()) return text.status();
    if (text->find('\0') != std::string::npos) continue;
    tree.push_back(Parse(entry->path().lexically_relative(root).string(), *text));
  }
  if (error) return Failed(root, error.message());
  std::sort(tree.begin(), tree.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return tree;
}

}  // namespace quiesce::architecture
